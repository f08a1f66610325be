/* Shows a header, and nothing but a header, to FFmpeg's parser, in memory. */
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
#include "probe/hevc.h"

/* More than AV_LOG_TRACE: what FFmpeg says about our made-up picture is below every level that a host asks for. */
enum { LOG_NOTHING = 64 };

/* What of an AudioSpecificConfig is shown to FFmpeg: longer ones end in what it does not read. */
enum { SHOWN_CONFIG_BYTES = 512 };

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

/* Whether the demuxer takes a track of this header, which was read before: see header_init.h. */
static enum mpe_probe_result show_demuxer(int32_t codec, struct mpe_span header)
{
    uint8_t *const init = av_malloc(header.len + MPE_HEADER_INIT_MORE_BYTES);
    if (!init)
        return MPE_PROBE_NO_MEMORY;
    const size_t len = mpe_header_init_make(init, codec, header);
    /* It is the buffer itself: nothing here can seek. */
    AVIOContext *io = avio_alloc_context(init, (int)len, 0, NULL, NULL, NULL, NULL);
    enum mpe_probe_result result = MPE_PROBE_MALFORMED;
    if (!io)
        av_free(init);
    AVFormatContext *format = open_demuxer(io, &result);
    if (!format)
        return result;
    if (format->nb_streams == 1)
        result = MPE_PROBE_OK;
    close_demuxer(format);
    return result;
}

/* ---- what the parser found ---- */

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
    stream->width_px = parser->width;
    stream->height_px = parser->height;
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
static enum mpe_probe_result parse_twice(const struct mpe_avc *avc, struct mpe_stream *stream)
{
    const enum mpe_probe_result result = parse_avc(avc, stream);
    return result == MPE_PROBE_MALFORMED ? parse_avc(avc, stream) : result;
}

static enum mpe_probe_result probe_avc(struct mpe_span record, struct mpe_stream *stream)
{
    struct mpe_avc avc;
    if (!mpe_avc_is_record(record))
        return MPE_PROBE_MALFORMED;
    if (!mpe_avc_has_sps(record)) {
        stream->bit_depth = (uint8_t)mpe_avc_record_bit_depth(record);
        return MPE_PROBE_OK;
    }
    if (!mpe_avc_read(record, &avc))
        return MPE_PROBE_MALFORMED;
    stream->profile = avc.profile;
    stream->level = avc.level;
    stream->is_interlaced = avc.is_interlaced;
    stream->bit_depth = (uint8_t)avc.bit_depth;
    stream->chroma = (uint8_t)(avc.chroma_format_idc + 1);
    stream->frame_rate_mfps = avc.frame_rate_mfps;
    const struct mpe_span sps = {avc.picture + MPE_AVC_START_CODE_BYTES, avc.sps_bytes};
    const enum mpe_probe_result result = show_demuxer(MPE_CODEC_AVC, sps);
    return result == MPE_PROBE_OK && !avc.has_two_depths ? parse_twice(&avc, stream) : result;
}

static enum mpe_probe_result probe_hevc(struct mpe_span record, struct mpe_stream *stream)
{
    struct mpe_hevc hevc;
    if (!mpe_hevc_read(record, &hevc))
        return MPE_PROBE_MALFORMED;
    stream->profile = (int16_t)hevc.profile;
    stream->level = (int16_t)hevc.level;
    stream->is_interlaced = hevc.is_interlaced;
    stream->bit_depth = (uint8_t)hevc.bit_depth;
    stream->chroma = (uint8_t)(hevc.chroma_format_idc + 1);
    if (hevc.width_px != 0) {
        stream->width_px = hevc.width_px;
        stream->height_px = hevc.height_px;
    }
    return MPE_PROBE_OK;
}

static enum mpe_probe_result probe_aac(struct mpe_span config, struct mpe_stream *stream)
{
    if (!mpe_aac_config_read(config, stream))
        return MPE_PROBE_MALFORMED;
    if (stream->is_adts)
        return MPE_PROBE_OK;
    const size_t len = config.len < SHOWN_CONFIG_BYTES ? config.len : SHOWN_CONFIG_BYTES;
    return show_demuxer(MPE_CODEC_AAC, (struct mpe_span){config.bytes, len});
}

static struct mpe_stream stream_of(const struct mpe_sample_facts *facts)
{
    return (struct mpe_stream){.width_px = facts->width_px,
                               .height_px = facts->height_px,
                               .sample_rate_hz = facts->sample_rate_hz,
                               .channels = facts->channels,
                               .aac_object_type = (uint8_t)facts->aac_object_type};
}

static bool says_nothing(const struct mpe_stream *stream)
{
    return stream->width_px == 0 && stream->bit_depth == 0 && stream->sample_rate_hz == 0 && !stream->is_adts;
}

static enum mpe_probe_result probe_config(int32_t codec, struct mpe_span config, struct mpe_stream *stream)
{
    enum mpe_probe_result result;
    if (codec == MPE_CODEC_AVC)
        result = probe_avc(config, stream);
    else if (codec == MPE_CODEC_HEVC)
        result = probe_hevc(config, stream);
    else if (codec == MPE_CODEC_AAC)
        result = probe_aac(config, stream);
    else
        return MPE_PROBE_OK;
    return result == MPE_PROBE_OK && says_nothing(stream) ? MPE_PROBE_MALFORMED : result;
}

enum mpe_probe_result mpe_probe_header(int32_t codec, struct mpe_span config, const struct mpe_sample_facts *facts,
                                       struct mpe_stream *stream)
{
    *stream = stream_of(facts);
    const enum mpe_probe_result result = config.bytes != NULL ? probe_config(codec, config, stream) : MPE_PROBE_OK;
    if (result != MPE_PROBE_OK)
        *stream = (struct mpe_stream){0};
    return result;
}

const char *mpe_probe_versions(void)
{
    return "libavformat " AV_STRINGIFY(LIBAVFORMAT_VERSION) " libavcodec " AV_STRINGIFY(LIBAVCODEC_VERSION);
}
