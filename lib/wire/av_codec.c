/* Names the codecs of legacy FLV ids. */
#include "wire/av_codec.h"

#include "codes/codec.h"

/* Packet type u8, and for AVC and HEVC composition time s24. */
#define AVC_HEADER 4
#define AAC_HEADER 1

/* FLV specification 10.1, E.4.3.1; 12 is what encoders and CDNs used for HEVC before Enhanced RTMP. */
const struct mpe_av_codec mpe_av_video_ids[16] = {
    [0] = {MPE_CODEC_OTHER, 0},          [1] = {MPE_CODEC_JPEG, 0},         [2] = {MPE_CODEC_SORENSON_H263, 0},
    [3] = {MPE_CODEC_SCREEN_VIDEO, 0},   [4] = {MPE_CODEC_VP6, 0},          [5] = {MPE_CODEC_VP6, 0},
    [6] = {MPE_CODEC_SCREEN_VIDEO, 0},   [7] = {MPE_CODEC_AVC, AVC_HEADER}, [8] = {MPE_CODEC_SORENSON_H263, 0},
    [9] = {MPE_CODEC_MPEG4_VIDEO, 0},    [10] = {MPE_CODEC_OTHER, 0},       [11] = {MPE_CODEC_OTHER, 0},
    [12] = {MPE_CODEC_HEVC, AVC_HEADER}, [13] = {MPE_CODEC_OTHER, 0},       [14] = {MPE_CODEC_OTHER, 0},
    [15] = {MPE_CODEC_OTHER, 0},
};

/* FLV specification 10.1, E.4.2.1. 9 is Enhanced RTMP's extended header and never looked up. */
const struct mpe_av_codec mpe_av_sound_formats[16] = {
    [0] = {MPE_CODEC_PCM, 0},           [1] = {MPE_CODEC_ADPCM, 0},
    [2] = {MPE_CODEC_MP3, 0},           [3] = {MPE_CODEC_PCM, 0},
    [4] = {MPE_CODEC_NELLYMOSER, 0},    [5] = {MPE_CODEC_NELLYMOSER, 0},
    [6] = {MPE_CODEC_NELLYMOSER, 0},    [7] = {MPE_CODEC_G711, 0},
    [8] = {MPE_CODEC_G711, 0},          [9] = {MPE_CODEC_OTHER, 0},
    [10] = {MPE_CODEC_AAC, AAC_HEADER}, [11] = {MPE_CODEC_SPEEX, 0},
    [12] = {MPE_CODEC_OTHER, 0},        [13] = {MPE_CODEC_OTHER, 0},
    [14] = {MPE_CODEC_MP3, 0},          [15] = {MPE_CODEC_DEVICE_SPECIFIC, 0},
};

uint32_t mpe_av_codec_fourcc(uint8_t media, uint8_t first)
{
    const uint32_t fourcc = mpe_codec_row(mpe_av_codec_of(media, first)->codec)->fourcc;
    const char digit = "0123456789ABCDEF"[mpe_av_codec_id(media, first)];
    if (fourcc != 0)
        return fourcc;
    return media == MPE_MEDIA_VIDEO ? MPE_FOURCC('v', 'i', 'd', digit) : MPE_FOURCC('a', 'u', 'd', digit);
}

/*
 * Both records begin with version, profile and level; then
 *
 *    AVC   5: 3 ones, count of SPS (5 bits) | 6: length u16 | 8: SPS, of type 7
 *    HEVC  22: arrays u8 | 23: 2 bits, type of NAL units (6) | 24: count u16 | 26: length u16 | 28: the first unit
 */
enum { AVC_SPS = 7, HEVC_VPS = 32, HEVC_SPS = 33, HEVC_PPS = 34, HEVC_SEI = 39 };

bool mpe_av_is_hevc_record(struct mpe_span record)
{
    const uint8_t *const bytes = record.bytes;
    if (record.len < 30 || (bytes[8] & 0x1F) == AVC_SPS)
        return false;
    const uint8_t type = bytes[23] & 0x3F;
    const bool is_parameter_set = type == HEVC_VPS || type == HEVC_SPS || type == HEVC_PPS || type == HEVC_SEI;
    return is_parameter_set && (bytes[28] >> 1 & 0x3F) == type && bytes[22] != 0 && mpe_load_be16(bytes + 24) != 0 &&
           mpe_load_be16(bytes + 26) <= record.len - 28;
}
