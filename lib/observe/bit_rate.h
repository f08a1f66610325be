/*
 * Bit rate of one track: bytes over media time, in windows that begin and end at a frame.
 *
 * A window that ends anywhere may hold one key frame too many, which with long intervals between them is a fifth of all
 * its bytes. Where that could matter, it goes on to the next key frame; until then the rate without its largest frame
 * stands for it, which is too low rather than too high.
 */
#ifndef MPE_OBSERVE_BIT_RATE_H
#define MPE_OBSERVE_BIT_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "limits/limits.h"

/* Zeroed: before the first frame. */
struct mpe_bit_rate {
    int64_t start_us;               /* decode time of the first frame of the window */
    int64_t start_now_us;           /* caller's time of it */
    uint64_t bytes : 40;            /* of the window */
    uint64_t largest_quarters : 22; /* of its largest frame, in units of 4 bytes */
    uint64_t started : 1;
    uint64_t is_told : 1; /* the rate without the largest frame was told */
};

#define MPE_BIT_RATE_OPEN (-1)

/* A frame as it counts here. */
struct mpe_rate_frame {
    int64_t dts_us;
    int64_t now_us;   /* caller's time */
    int64_t still_us; /* of it, since the track's timestamps last moved */
    bool may_end;     /* a window: a key frame, or a frame of a track that has none */
};

/*
 * A frame begins. Gives a new rate in bit/s, or MPE_BIT_RATE_OPEN: there is none yet. Where timestamps stood still for
 * a window, the caller's time is taken in their place. Of limits: bitrate_window_us, a window is at least so long, and
 * bitrate_tolerance_percent, so large a part of the bytes does not matter.
 */
int64_t mpe_bit_rate_frame(struct mpe_bit_rate *rate, const struct mpe_rate_frame *frame,
                           const struct mpe_limits *limits);

/* Bytes of the frame that began last. */
void mpe_bit_rate_add(struct mpe_bit_rate *rate, uint32_t bytes);

/* Forgets the current window: the timeline jumped. */
void mpe_bit_rate_restart(struct mpe_bit_rate *rate);

#endif
