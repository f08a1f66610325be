#include "probe/probe.h"

#include <string.h>

/*
 * The only file that includes FFmpeg. No demuxer: flv's takes 2 MiB to start (a buffer for resynchronisation) and would
 * hand us the header as it is.
 */
#include <libavcodec/avcodec.h>
#include <libavcodec/version.h>
#include <libavformat/version.h>

#include "codes/codec.h"
#include "probe/aac.h"
#include "probe/avc.h"

/* More than AV_LOG_TRACE: what FFmpeg says about our made-up picture is below every level that a host asks for. */
enum { LOG_NOTHING = 64 };

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

static enum mpe_probe_result probe_avc(struct mpe_span header, struct mpe_stream *stream)
{
    struct mpe_avc avc;
    if (!mpe_avc_read(header, &avc))
        return MPE_PROBE_MALFORMED;
    AVCodecParserContext *parser = av_parser_init(AV_CODEC_ID_H264);
    AVCodecContext *codec = avcodec_alloc_context3(NULL);
    enum mpe_probe_result result = MPE_PROBE_NO_MEMORY;
    if (!parser) {
        result = why_no_parser();
    } else if (codec) {
        parse(parser, codec, &avc, stream);
        result = stream->width_px > 0 && stream->height_px > 0 ? MPE_PROBE_OK : MPE_PROBE_MALFORMED;
    }
    avcodec_free_context(&codec);
    av_parser_close(parser);
    return result;
}

enum mpe_probe_result mpe_probe_sequence_header(int32_t codec, struct mpe_span header, struct mpe_stream *stream)
{
    enum mpe_probe_result result = MPE_PROBE_UNKNOWN;
    *stream = (struct mpe_stream){0};
    if (codec == MPE_CODEC_AVC)
        result = probe_avc(header, stream);
    else if (codec == MPE_CODEC_AAC)
        result = mpe_aac_config_read(header, stream) ? MPE_PROBE_OK : MPE_PROBE_MALFORMED;
    if (result != MPE_PROBE_OK)
        *stream = (struct mpe_stream){0};
    return result;
}

const char *mpe_probe_versions(void)
{
    return "libavformat " AV_STRINGIFY(LIBAVFORMAT_VERSION) " libavcodec " AV_STRINGIFY(LIBAVCODEC_VERSION);
}
