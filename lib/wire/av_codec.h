/* What the codec ids of legacy FLV tags stand for. */
#ifndef MPE_WIRE_AV_CODEC_H
#define MPE_WIRE_AV_CODEC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "mpe.h"

struct mpe_av_codec {
    uint8_t codec;        /* enum mpe_codec; MPE_CODEC_OTHER where the specification names none */
    uint8_t header_bytes; /* of the tag header, after its first byte */
};

/* By 4-bit CodecID and SoundFormat. */
extern const struct mpe_av_codec mpe_av_video_ids[16];
extern const struct mpe_av_codec mpe_av_sound_formats[16];

/*
 * The first byte of a tag:
 *
 *    video  7   4 3   0      audio  7    4 3     0
 *          +-----+-----+           +------+-------+
 *          |frame|Codec|           |Sound-|rate,  |
 *          |type |ID   |           |Format|...    |
 *          +-----+-----+           +------+-------+
 */
static inline uint8_t mpe_av_codec_id(uint8_t media, uint8_t first)
{
    return media == MPE_MEDIA_VIDEO ? first & 15 : first >> 4;
}

static inline const struct mpe_av_codec *mpe_av_codec_of(uint8_t media, uint8_t first)
{
    const uint8_t id = mpe_av_codec_id(media, first);
    return media == MPE_MEDIA_VIDEO ? &mpe_av_video_ids[id] : &mpe_av_sound_formats[id];
}

/* The FourCC of its codec; of one that has none, a printable stand-in made of the id: "vid0" to "vidF", "aud0" ... */
uint32_t mpe_av_codec_fourcc(uint8_t media, uint8_t first);

/* Whether a decoder configuration record is that of HEVC, and not of AVC: its first NAL unit says so. */
bool mpe_av_is_hevc_record(struct mpe_span record);

#endif
