/* Bit rate of one track: bytes over media time, in windows that begin and end at a frame. */
#ifndef MPE_OBSERVE_BIT_RATE_H
#define MPE_OBSERVE_BIT_RATE_H

#include <stdbool.h>
#include <stdint.h>

struct mpe_bit_rate {
    int64_t start_us;     /* decode time of the first frame of the window */
    int64_t start_now_us; /* caller's time of it */
    int64_t bytes;
    int64_t bps; /* of the last full window, 0: none yet */
    bool started;
};

/*
 * A frame begins. true: a window of at least window_us became full and bps is new. Where timestamps stood still the
 * whole window long, the caller's time is taken in their place.
 */
bool mpe_bit_rate_frame(struct mpe_bit_rate *rate, int64_t dts_us, int64_t now_us, int64_t window_us);

/* Bytes of the frame that began last. */
void mpe_bit_rate_add(struct mpe_bit_rate *rate, int64_t bytes);

/* Forgets the current window: the timeline jumped. */
void mpe_bit_rate_restart(struct mpe_bit_rate *rate);

#endif
