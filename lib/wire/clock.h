/* How the times of a track count. All containers are values of it; nobody after the wire layer asks which. */
#ifndef MPE_WIRE_CLOCK_H
#define MPE_WIRE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define MPE_US_PER_S 1000000

/* us / ticks is MPE_US_PER_S / ticks_per_s in lowest terms, worked out once a track: frames need one division. */
struct mpe_clock {
    uint32_t ticks_per_s;  /* above 0 */
    uint32_t us;           /* so many microseconds are */
    uint32_t ticks;        /* so many ticks */
    uint8_t near_bits;     /* of less than 2^near_bits ticks the product with us has 60 bits at most */
    uint8_t wrap_bits;     /* times are known modulo 2^wrap_bits, 1 to 62; 0: they do not wrap */
    bool resends;          /* what was sent already may come again: going back is no fault */
    bool begins_with_runs; /* many frames at one time may come first; time begins after them */
};

/* RTMP, FLV: milliseconds. Clients that mask the top bit wrap at 2^31, the others at 2^32: 31 bits hold for both. */
#define MPE_CLOCK_RTMP                                                                                                 \
    ((struct mpe_clock){                                                                                               \
        .ticks_per_s = 1000, .us = 1000, .ticks = 1, .near_bits = 50, .wrap_bits = 31, .begins_with_runs = true})

/* Times that do not wrap. ticks_per_s > 0. */
struct mpe_clock mpe_clock_of(uint32_t ticks_per_s);

/* Fragmented MP4: the whole time stands in tfdt, and after a reconnect the last fragments are sent again. */
struct mpe_clock mpe_clock_of_fmp4(uint32_t timescale);

#endif
