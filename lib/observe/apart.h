/* How far audio and video of a session are apart: what notices and conditions both look at. */
#ifndef MPE_OBSERVE_APART_H
#define MPE_OBSERVE_APART_H

#include <stdint.h>

#include "mpe.h"

#define MPE_APART_NO_DTS (INT64_MIN / 4)

/* By media: [0] video, [1] audio. */
struct mpe_apart {
    int64_t dts_us[2]; /* of the last frame; MPE_APART_NO_DTS: none */
};

static inline int mpe_apart_place(uint8_t media)
{
    return media == MPE_MEDIA_AUDIO;
}

/* None came since the session was opened, or its stream was published. */
static inline void mpe_apart_begin(struct mpe_apart *apart)
{
    apart->dts_us[0] = apart->dts_us[1] = MPE_APART_NO_DTS;
}

/* How far a frame is behind the last one of the other medium; far below 0 where there is none. */
static inline int64_t mpe_apart_us(const struct mpe_apart *apart, uint8_t media, int64_t dts_us)
{
    return apart->dts_us[!mpe_apart_place(media)] - dts_us;
}

/* A frame came: gives how far the same. */
static inline int64_t mpe_apart_frame(struct mpe_apart *apart, uint8_t media, int64_t dts_us)
{
    apart->dts_us[mpe_apart_place(media)] = dts_us;
    return mpe_apart_us(apart, media, dts_us);
}

#endif
