#include "wire/av_codec.h"

#include "base/bytes.h"
#include "codes/codec.h"
#include "mpe.h"

/* FLV specification 10.1, E.4.3.1; 12 is what encoders and CDNs used for HEVC before Enhanced RTMP. */
static const uint8_t video_ids[16] = {
    [0] = MPE_CODEC_OTHER,        [1] = MPE_CODEC_JPEG,   [2] = MPE_CODEC_SORENSON_H263,
    [3] = MPE_CODEC_SCREEN_VIDEO, [4] = MPE_CODEC_VP6,    [5] = MPE_CODEC_VP6,
    [6] = MPE_CODEC_SCREEN_VIDEO, [7] = MPE_CODEC_AVC,    [8] = MPE_CODEC_SORENSON_H263,
    [9] = MPE_CODEC_MPEG4_VIDEO,  [10] = MPE_CODEC_OTHER, [11] = MPE_CODEC_OTHER,
    [12] = MPE_CODEC_HEVC,        [13] = MPE_CODEC_OTHER, [14] = MPE_CODEC_OTHER,
    [15] = MPE_CODEC_OTHER,
};

/* FLV specification 10.1, E.4.2.1. 9 is Enhanced RTMP's extended header and never looked up. */
static const uint8_t sound_formats[16] = {
    [0] = MPE_CODEC_PCM,        [1] = MPE_CODEC_ADPCM,
    [2] = MPE_CODEC_MP3,        [3] = MPE_CODEC_PCM,
    [4] = MPE_CODEC_NELLYMOSER, [5] = MPE_CODEC_NELLYMOSER,
    [6] = MPE_CODEC_NELLYMOSER, [7] = MPE_CODEC_G711,
    [8] = MPE_CODEC_G711,       [9] = MPE_CODEC_OTHER,
    [10] = MPE_CODEC_AAC,       [11] = MPE_CODEC_SPEEX,
    [12] = MPE_CODEC_OTHER,     [13] = MPE_CODEC_OTHER,
    [14] = MPE_CODEC_MP3,       [15] = MPE_CODEC_DEVICE_SPECIFIC,
};

uint8_t mpe_av_codec_of_video_id(uint8_t codec_id)
{
    return video_ids[codec_id & 15];
}

uint8_t mpe_av_codec_of_sound_format(uint8_t sound_format)
{
    return sound_formats[sound_format & 15];
}

uint32_t mpe_av_codec_fourcc(uint8_t codec, uint8_t media, uint8_t id)
{
    const uint32_t fourcc = mpe_codec_row(codec)->fourcc;
    if (fourcc != 0)
        return fourcc;
    const char digit = "0123456789ABCDEF"[id & 15];
    return media == MPE_MEDIA_VIDEO ? MPE_FOURCC('v', 'i', 'd', digit) : MPE_FOURCC('a', 'u', 'd', digit);
}
