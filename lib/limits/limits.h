/*
 * The limits of a channel as a struct: one int64_t per row of limits.def, an action per code and condition, and what
 * texts set: codecs, and the lowest bitrates by the size of the picture.
 */
#ifndef MPE_LIMITS_LIMITS_H
#define MPE_LIMITS_LIMITS_H

#include <stdint.h>

#include "codes/codes.h"
#include "codes/conditions.h"

/* Of enum mpe_protocol. */
#define MPE_LIMITS_PROTOCOLS 4

/* So many rows of the lowest bitrates of video. */
#define MPE_LIMITS_BITRATES 16

/* Of a picture of at least so many lines, its shorter side, and so many frames per second. */
struct mpe_least_bitrate {
    int64_t bps; /* 0: no row, nor any after it */
    uint16_t lines;
    uint16_t fps;
};

struct mpe_limits {
#define MPE_LIMIT(number, NAME, name, unit, min, max, encoding, basic, standard, open, text) int64_t name;
#include "limits.def"
#undef MPE_LIMIT
    /* enum mpe_action by the rank of the code, after these of the condition; 0: not set; see limits/actions.h */
    uint8_t actions[MPE_CODE_ROWS + MPE_CONDITION_ROWS];
    /* Which codecs are taken, by protocol: bit n is enum mpe_codec n. Set by texts, not by numbers. */
    uint32_t codecs[MPE_LIMITS_PROTOCOLS];
    struct mpe_least_bitrate least_bitrates[MPE_LIMITS_BITRATES]; /* in any order; the largest row that fits counts */
};

/* The defaults of a kind of channel, without codecs. 0: kind is not one; limits is untouched. */
int mpe_limits_of_kind(struct mpe_limits *limits, int32_t kind);

/* The field of a parameter, or NULL. */
int64_t *mpe_limits_field(struct mpe_limits *limits, int32_t param);

#endif
