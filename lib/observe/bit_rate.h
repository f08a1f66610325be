/* Bit rate of one track: bytes over media time, in windows that begin and end at a frame. */
#ifndef MPE_OBSERVE_BIT_RATE_H
#define MPE_OBSERVE_BIT_RATE_H

#include <stdint.h>

/* Zeroed: before the first frame. */
struct mpe_bit_rate {
    int64_t start_us;     /* decode time of the first frame of the window */
    int64_t start_now_us; /* caller's time of it */
    uint64_t bytes : 63;
    uint64_t started : 1;
};

#define MPE_BIT_RATE_OPEN (-1)

/*
 * A frame begins. Gives the rate of the window that it ends, in bit/s, or MPE_BIT_RATE_OPEN while that is shorter than
 * window_us. Where timestamps stood still the whole window long, the caller's time is taken in their place.
 */
int64_t mpe_bit_rate_frame(struct mpe_bit_rate *rate, int64_t dts_us, int64_t now_us, int64_t window_us);

/* Bytes of the frame that began last. */
void mpe_bit_rate_add(struct mpe_bit_rate *rate, uint32_t bytes);

/* Forgets the current window: the timeline jumped. */
void mpe_bit_rate_restart(struct mpe_bit_rate *rate);

#endif
