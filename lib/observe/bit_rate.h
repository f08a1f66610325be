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
    struct mpe_starts starts; /* of amounts of 2^shift bytes */
    uint8_t shift;
    uint8_t time_shift;  /* a unit of time is 2^time_shift us */
    uint16_t room;       /* so much more may come since the oldest start */
    uint32_t rest_bytes; /* less than 2^shift */
    uint32_t bucket_us;
    uint32_t most_aged_us; /* in one pass: half a bucket, of this rate or of the frame rate */
    uint32_t slope;        /* average over all that is kept, in amount per time, 16 bits of fraction */
    struct mpe_start kept[MPE_BIT_RATE_STARTS];
};

#define MPE_BIT_RATE_OPEN (-1)

/* Time begins: what came before counts for nothing. */
void mpe_bit_rate_begin(struct mpe_bit_rate *rate, uint32_t at_us, int64_t window_us);

/* Before a pause of so long after at_us. */
void mpe_bit_rate_pause(struct mpe_bit_rate *rate, uint32_t at_us, uint32_t pause_us);

/* As mpe_bit_rate_add of sum_bytes and no rest, for which there is no room yet: the unit grows. */
void mpe_bit_rate_add_much(struct mpe_bit_rate *rate, uint64_t sum_bytes);

/* A bucket is over at a running time: the least average in bit/s, or MPE_BIT_RATE_OPEN. */
int64_t mpe_bit_rate_end_bucket(struct mpe_bit_rate *rate, uint32_t at_us);

/* There is room for these, with the rest that was there before. */
static inline void mpe_bit_rate_count(struct mpe_bit_rate *rate, uint64_t sum_bytes)
{
    const uint16_t units = (uint16_t)(sum_bytes >> rate->shift);
    rate->starts.amount = (uint16_t)(rate->starts.amount + units);
    rate->room = (uint16_t)(rate->room - units);
    rate->rest_bytes = (uint32_t)(sum_bytes - ((uint64_t)units << rate->shift));
}

/* Bytes came at this time. */
static inline void mpe_bit_rate_add(struct mpe_bit_rate *rate, uint32_t bytes)
{
    const uint64_t sum_bytes = (uint64_t)rate->rest_bytes + bytes;
    if (sum_bytes >> rate->shift > rate->room)
        mpe_bit_rate_add_much(rate, sum_bytes);
    else
        mpe_bit_rate_count(rate, sum_bytes);
}

/*
 * It is a running time, modulo 2^32, that aged the starts by aged_us, most_aged_us at most. true: a bucket is over,
 * call mpe_bit_rate_end_bucket.
 */
static inline bool mpe_bit_rate_pass(struct mpe_bit_rate *rate, uint32_t at_us, uint32_t aged_us)
{
    const struct mpe_start now = {rate->starts.amount, (uint16_t)(at_us >> rate->time_shift)};
    struct mpe_start *const current = &rate->kept[rate->starts.current];
    if ((uint64_t)mpe_amount_since(now, *current) << 16 >= (uint64_t)rate->slope * mpe_time_since(now, *current))
        *current = now;
    return mpe_starts_age(&rate->starts, aged_us, rate->bucket_us);
}

#endif
