/* The codecs that ingest protocols can name. One row per codec; wire names them, probe and classify judge them. */
#ifndef MPE_CODES_CODEC_H
#define MPE_CODES_CODEC_H

#include <stdint.h>

enum mpe_codec {
    MPE_CODEC_NONE = 0,
    MPE_CODEC_OTHER, /* named by a FourCC or id that is in no table */
    MPE_CODEC_AVC,
    MPE_CODEC_HEVC,
    MPE_CODEC_VVC,
    MPE_CODEC_AV1,
    MPE_CODEC_VP8,
    MPE_CODEC_VP9,
    MPE_CODEC_SORENSON_H263,
    MPE_CODEC_SCREEN_VIDEO,
    MPE_CODEC_VP6,
    MPE_CODEC_MPEG4_VIDEO,
    MPE_CODEC_VC1,
    MPE_CODEC_JPEG,
    MPE_CODEC_AAC,
    MPE_CODEC_MP3,
    MPE_CODEC_OPUS,
    MPE_CODEC_AC3,
    MPE_CODEC_EAC3,
    MPE_CODEC_AC4,
    MPE_CODEC_FLAC,
    MPE_CODEC_SPEEX,
    MPE_CODEC_NELLYMOSER,
    MPE_CODEC_PCM,
    MPE_CODEC_ADPCM,
    MPE_CODEC_G711,
    MPE_CODEC_DEVICE_SPECIFIC,
    MPE_CODEC_COUNT
};

/* Codecs are sets of bits in a policy. */
_Static_assert(MPE_CODEC_COUNT <= 32, "a codec is a bit of 32");

struct mpe_codec_row {
    const char *name;     /* for people: "H.264" */
    uint32_t fourcc;      /* the FourCC of Enhanced RTMP / ISO BMFF, or one of our own for legacy ids */
    uint8_t is_audio;
    uint8_t needs_header; /* 1: frames cannot be decoded before a sequence header / decoder configuration */
};

extern const struct mpe_codec_row mpe_codec_rows[MPE_CODEC_COUNT];

/* Never NULL: an unknown codec gives the row of MPE_CODEC_OTHER. */
static inline const struct mpe_codec_row *mpe_codec_row(int32_t codec)
{
    return &mpe_codec_rows[codec >= 0 && codec < MPE_CODEC_COUNT ? codec : MPE_CODEC_OTHER];
}

/* MPE_CODEC_OTHER when the FourCC is in no row. */
int32_t mpe_codec_by_fourcc(uint32_t fourcc);

/* The same where other FourCCs of sample entries (hev1, avc3, dvh1, ...) name the codec, too. */
int32_t mpe_codec_by_alias(uint32_t fourcc);

#endif
