/*
 * Bit rate of one track: the least average over all starts between one and two windows old (observe/starts.h). What
 * comes in bursts, key frames and what makes up for a stall, is above it; what comes all the time is not.
 *
 * Bytes are counted in 2^shift of them, so that those of two windows fit into 16 bits with a precision of 1 in 4096.
 */
#ifndef MPE_OBSERVE_BIT_RATE_H
#define MPE_OBSERVE_BIT_RATE_H

#include <stdint.h>

#include "observe/starts.h"

#define MPE_BIT_RATE_WINDOW_BUCKETS 5
#define MPE_BIT_RATE_STARTS         (2 * MPE_BIT_RATE_WINDOW_BUCKETS + 1)

/* Zeroed: before the first frame. */
struct mpe_bit_rate {
    struct mpe_starts starts;
    uint8_t shift;
    uint8_t time_shift;  /* a unit of time is 2^time_shift us */
    uint16_t amount;     /* that came so far, modulo 2^16 */
    uint16_t room;       /* so much more may come since the oldest start */
    uint32_t rest_bytes; /* less than 2^shift */
    uint32_t slope;      /* average over all that is kept, in amount per time, 16 bits of fraction */
    struct mpe_start kept[MPE_BIT_RATE_STARTS];
};

#define MPE_BIT_RATE_OPEN (-1)

/* Time begins: what came before counts for nothing. */
void mpe_bit_rate_begin(struct mpe_bit_rate *rate, uint32_t at_us, int64_t window_us);

/* Before a pause of so long after at_us. */
void mpe_bit_rate_pause(struct mpe_bit_rate *rate, uint32_t at_us, uint32_t pause_us);

/*
 * It is a running time, modulo 2^32, that aged the starts by aged_us, a tenth of a window at most. Gives the least
 * average in bit/s where it is known anew, or MPE_BIT_RATE_OPEN.
 */
int64_t mpe_bit_rate_pass(struct mpe_bit_rate *rate, uint32_t at_us, uint32_t aged_us, int64_t window_us);

/* Bytes came at this time. */
void mpe_bit_rate_add(struct mpe_bit_rate *rate, uint32_t bytes);

#endif
