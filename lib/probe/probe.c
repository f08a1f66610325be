#include "probe/probe.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The only file that includes FFmpeg. */
#include <libavcodec/avcodec.h>
#include <libavcodec/version.h>
#include <libavformat/avformat.h>
#include <libavutil/mem.h>

#include "codes/codec.h"
#include "probe/aac.h"
#include "probe/avc.h"
#include "probe/header_init.h"
#include "probe/probe_init.h"

/* More than AV_LOG_TRACE: what FFmpeg says about our made-up picture is below every level that a host asks for. */
enum { LOG_NOTHING = 64 };

/* No header of a track is larger (limit max_header_bytes), and the lengths around it have to hold it. */
enum { HEADER_MAX_BYTES = 1 << 20 };

/* ---- the demuxer ---- */

static void close_io(AVIOContext *io)
{
    if (io)
        av_freep(&io->buffer); /* libavformat may have put another one in its place */
    avio_context_free(&io);
}

/*
 * An open demuxer, the owner of io, which may be NULL for want of memory. Nothing is probed, no file opened, no packet
 * parsed. NULL: see *result, io is closed. What it has to say about the header is not for the host's log: a class of
 * our own makes a field that demuxers do not read the offset of its log level, as AVCodecContext has one.
 */
static AVFormatContext *open_demuxer(AVIOContext *io, enum mpe_probe_result *result)
{
    AVFormatContext *format = avformat_alloc_context();
    int error = AVERROR(ENOMEM);
    if (format && io) {
        const AVClass *loud = format->av_class;
        AVClass quiet = *loud;
        quiet.log_level_offset_offset = offsetof(AVFormatContext, max_ts_probe);
        format->max_ts_probe = LOG_NOTHING;
        format->av_class = &quiet;
        format->pb = io;
        format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN;
        format->max_streams = 2;
        error = avformat_open_input(&format, NULL, av_find_input_format("mov"), NULL); /* frees format on failure */
        if (error == 0) {
            format->av_class = loud;
            return format;
        }
    }
    *result = error == AVERROR(ENOMEM) ? MPE_PROBE_NO_MEMORY : MPE_PROBE_MALFORMED;
    avformat_free_context(format);
    close_io(io);
    return NULL;
}

static void close_demuxer(AVFormatContext *format)
{
    AVIOContext *io = format->pb;
    avformat_close_input(&format);
    close_io(io);
}

/* ---- what the demuxer found ---- */

/* Lets the parser see the start of a picture: that makes it look up what the picture refers to. */
static void parse(AVCodecParserContext *parser, AVCodecContext *codec, const struct mpe_avc *avc,
                  struct mpe_stream *stream)
{
    uint8_t picture[sizeof(avc->picture) + AV_INPUT_BUFFER_PADDING_SIZE];
    uint8_t *out = NULL;
    int out_len = 0;
    memcpy(picture, avc->picture, avc->picture_len);
    memset(picture + avc->picture_len, 0, AV_INPUT_BUFFER_PADDING_SIZE);
    parser->flags |= PARSER_FLAG_COMPLETE_FRAMES;
    codec->codec_type = AVMEDIA_TYPE_VIDEO;
    codec->codec_id = AV_CODEC_ID_H264;
    codec->log_level_offset = LOG_NOTHING;
    av_parser_parse2(parser, codec, &out, &out_len, picture, (int)avc->picture_len, AV_NOPTS_VALUE, AV_NOPTS_VALUE, 0);
    stream->profile = codec->profile;
    stream->level = codec->level;
    stream->bit_depth = avc->bit_depth;
    stream->width_px = parser->width;
    stream->height_px = parser->height;
    stream->frame_rate_mfps = avc->frame_rate_mfps;
}

/* Why there is no parser: this FFmpeg has none, or memory ran out. */
static enum mpe_probe_result why_no_parser(void)
{
    const AVCodecParser *parser;
    void *at = NULL;
    while ((parser = av_parser_iterate(&at))) {
        if (parser->codec_ids[0] == AV_CODEC_ID_H264)
            return MPE_PROBE_NO_MEMORY;
    }
    return MPE_PROBE_UNKNOWN;
}

static enum mpe_probe_result parse_avc(const struct mpe_avc *avc, struct mpe_stream *stream)
{
    AVCodecParserContext *parser = av_parser_init(AV_CODEC_ID_H264);
    AVCodecContext *codec = avcodec_alloc_context3(NULL);
    enum mpe_probe_result result = MPE_PROBE_NO_MEMORY;
    if (!parser) {
        result = why_no_parser();
    } else if (codec) {
        parse(parser, codec, avc, stream);
        result = stream->width_px > 0 && stream->height_px > 0 ? MPE_PROBE_OK : MPE_PROBE_MALFORMED;
    }
    avcodec_free_context(&codec);
    av_parser_close(parser);
    return result;
}

/* A parser that ran out of memory says no more than one that met a bad SPS. Only the latter says it twice. */
static enum mpe_probe_result probe_avc(struct mpe_span record, struct mpe_stream *stream)
{
    struct mpe_avc avc;
    if (!mpe_avc_read(record, &avc))
        return MPE_PROBE_MALFORMED;
    if (avc.has_two_depths) {
        stream->profile = avc.profile;
        stream->bit_depth = (uint8_t)avc.bit_depth;
        return MPE_PROBE_OK;
    }
    enum mpe_probe_result result = parse_avc(&avc, stream);
    return result == MPE_PROBE_MALFORMED ? parse_avc(&avc, stream) : result;
}

static enum mpe_probe_result probe_hevc(struct mpe_span record, struct mpe_stream *stream)
{
    struct mpe_hevc hevc;
    if (!mpe_hevc_read(record, &hevc))
        return MPE_PROBE_MALFORMED;
    stream->profile = hevc.profile;
    stream->level = hevc.level;
    stream->bit_depth = hevc.bit_depth;
    if (hevc.width_px != 0) {
        stream->width_px = hevc.width_px;
        stream->height_px = hevc.height_px;
    }
    return MPE_PROBE_OK;
}

static uint16_t channels_of(const AVCodecParameters *parameters)
{
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(59, 24, 100) /* FFmpeg 5.1 */
    return (uint16_t)parameters->ch_layout.nb_channels;
#else
    return (uint16_t)parameters->channels;
#endif
}

/* Byte 5 of an AVCDecoderConfigurationRecord ends in the count of its SPS: none where they come with the pictures. */
static bool has_sps(const AVCodecParameters *codec)
{
    return codec->extradata_size > 5 && (codec->extradata[5] & 0x1F) != 0;
}

static enum mpe_probe_result probe_sample_entry(const AVCodecParameters *parameters, int32_t codec,
                                                struct mpe_stream *stream)
{
    const struct mpe_span extradata = {parameters->extradata, (size_t)parameters->extradata_size};
    stream->profile = parameters->profile > 0 ? parameters->profile : 0;
    stream->level = parameters->level > 0 ? parameters->level : 0;
    stream->width_px = parameters->width;
    stream->height_px = parameters->height;
    stream->sample_rate_hz = parameters->sample_rate;
    stream->channels = channels_of(parameters);
    if (codec == MPE_CODEC_AVC && has_sps(parameters))
        return probe_avc(extradata, stream);
    if (codec == MPE_CODEC_AVC)
        stream->bit_depth = (uint8_t)mpe_avc_record_bit_depth(extradata);
    if (codec == MPE_CODEC_HEVC && extradata.len != 0)
        return probe_hevc(extradata, stream);
    if (codec == MPE_CODEC_AAC && extradata.len != 0)
        return mpe_aac_config_read(extradata, stream) ? MPE_PROBE_OK : MPE_PROBE_MALFORMED;
    return MPE_PROBE_OK;
}

/*
 * init: from av_malloc, freed here. It is the buffer itself, because the demuxer reads sample entries to and fro and
 * nothing here can seek.
 */
static enum mpe_probe_result probe_init(uint8_t *init, size_t len, int32_t codec, struct mpe_stream *stream)
{
    AVIOContext *io = avio_alloc_context(init, (int)len, 0, NULL, NULL, NULL, NULL);
    enum mpe_probe_result result = MPE_PROBE_MALFORMED;
    if (!io)
        av_free(init);
    AVFormatContext *format = open_demuxer(io, &result);
    if (!format)
        return result;
    if (format->nb_streams == 1)
        result = probe_sample_entry(format->streams[0]->codecpar, codec, stream);
    close_demuxer(format);
    return result;
}

/* ---- the two kinds of header ---- */

/*
 * The header goes to the mov demuxer, in an init segment made for it: FLV's demuxer clears 2 MiB for each file that it
 * opens, and knows no more of the header than its bytes.
 */
enum mpe_probe_result mpe_probe_sequence_header(int32_t codec, struct mpe_span header, struct mpe_stream *stream)
{
    *stream = (struct mpe_stream){0};
    if (codec != MPE_CODEC_AVC && codec != MPE_CODEC_AAC)
        return MPE_PROBE_UNKNOWN;
    if (header.len == 0 || header.len > HEADER_MAX_BYTES)
        return MPE_PROBE_MALFORMED;
    uint8_t *init = av_malloc(header.len + MPE_HEADER_INIT_MORE_BYTES);
    if (!init)
        return MPE_PROBE_NO_MEMORY;
    enum mpe_probe_result result = probe_init(init, mpe_header_init_make(init, codec, header), codec, stream);
    if (result == MPE_PROBE_OK && stream->bit_depth == 0 && stream->aac_object_type == 0)
        result = MPE_PROBE_MALFORMED; /* it describes nothing */
    if (result != MPE_PROBE_OK)
        *stream = (struct mpe_stream){0};
    return result;
}

enum mpe_probe_result mpe_probe_init_segment(struct mpe_span init, uint32_t track_id, int32_t codec,
                                             struct mpe_stream *stream)
{
    enum mpe_probe_result result = MPE_PROBE_MALFORMED;
    *stream = (struct mpe_stream){0};
    if (init.len == 0 || init.len > HEADER_MAX_BYTES)
        return MPE_PROBE_MALFORMED;
    uint8_t *reduced = av_memdup(init.bytes, init.len);
    if (!reduced)
        return MPE_PROBE_NO_MEMORY;
    if (mpe_init_reduce(reduced, init.len, track_id))
        result = probe_init(reduced, init.len, codec, stream);
    else
        av_free(reduced);
    if (result != MPE_PROBE_OK)
        *stream = (struct mpe_stream){0};
    return result;
}

const char *mpe_probe_versions(void)
{
    return "libavformat " AV_STRINGIFY(LIBAVFORMAT_VERSION) " libavcodec " AV_STRINGIFY(LIBAVCODEC_VERSION);
}
