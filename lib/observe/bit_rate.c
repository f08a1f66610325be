/* Bit rate of one track: bytes that came since starts of an age, and the least average of them. */
#include "observe/bit_rate.h"

#define MOST_AMOUNT  0xF000 /* since the oldest start */
#define LEAST_AMOUNT 0x1000 /* since then, of a full ring: below it a smaller unit is more precise */

/* With a unit of 1.024 ms two windows of this fit into the 16 bits of a time, and pauses of half a minute with them. */
#define UNIT_SHIFT     10
#define UNIT_WINDOW_US 5000000

static struct mpe_start start_of(const struct mpe_bit_rate *rate, uint32_t at_us)
{
    return (struct mpe_start){rate->starts.amount, (uint16_t)(at_us >> rate->time_shift)};
}

static struct mpe_start back(const struct mpe_bit_rate *rate, unsigned buckets)
{
    return rate->kept[mpe_starts_index(&rate->starts, MPE_BIT_RATE_STARTS, buckets)];
}

static uint16_t amount_kept(const struct mpe_bit_rate *rate)
{
    return (uint16_t)(rate->starts.amount - back(rate, rate->starts.filled - 1u).amount);
}

/* Units of twice the size, or, where nothing kept is more than half the most, of half of it. */
static void scale(struct mpe_bit_rate *rate, bool up)
{
    for (unsigned at = 0; at < MPE_BIT_RATE_STARTS; at++) {
        const uint16_t since = (uint16_t)(rate->starts.amount - rate->kept[at].amount);
        rate->kept[at].amount = (uint16_t)(rate->starts.amount - (up ? since / 2 : since * 2));
    }
    rate->shift = (uint8_t)(up ? rate->shift + 1 : rate->shift - 1);
    rate->slope = up ? rate->slope / 2 : rate->slope * 2;
}

static uint8_t time_shift_of(int64_t window_us)
{
    uint8_t shift = UNIT_SHIFT;
    for (int64_t fits_us = UNIT_WINDOW_US; fits_us < window_us; fits_us *= 2)
        shift++;
    return shift;
}

void mpe_bit_rate_begin(struct mpe_bit_rate *rate, uint32_t at_us, int64_t window_us)
{
    rate->rest_bytes = 0;
    rate->slope = 0;
    rate->shift = 0;
    rate->room = MOST_AMOUNT;
    rate->bucket_us = (uint32_t)(window_us / MPE_BIT_RATE_WINDOW_BUCKETS);
    rate->most_aged_us = rate->bucket_us < 1000000 ? rate->bucket_us / 2 : 500000;
    rate->time_shift = time_shift_of(window_us);
    mpe_starts_begin(&rate->starts, rate->kept, start_of(rate, at_us));
}

void mpe_bit_rate_pause(struct mpe_bit_rate *rate, uint32_t at_us, uint32_t pause_us)
{
    mpe_starts_drop(&rate->starts, rate->kept, MPE_BIT_RATE_STARTS, start_of(rate, at_us),
                    pause_us >> rate->time_shift);
}

void mpe_bit_rate_add_much(struct mpe_bit_rate *rate, uint64_t sum_bytes)
{
    while (sum_bytes >> rate->shift > rate->room) {
        scale(rate, true);
        rate->room = (uint16_t)(MOST_AMOUNT - amount_kept(rate));
    }
    mpe_bit_rate_count(rate, sum_bytes);
}

static int64_t average_bps(const struct mpe_bit_rate *rate, struct mpe_start now, struct mpe_start start)
{
    const int64_t time_us = (int64_t)mpe_time_since(now, start) << rate->time_shift;
    const int64_t bytes = (int64_t)mpe_amount_since(now, start) << rate->shift;
    return time_us == 0 ? 0 : bytes * 8000 * 1000 / time_us;
}

static int64_t least_bps(const struct mpe_bit_rate *rate, struct mpe_start now)
{
    int64_t least = MPE_BIT_RATE_OPEN;
    for (unsigned at = MPE_BIT_RATE_WINDOW_BUCKETS; at < rate->starts.filled; at++) {
        const int64_t bps = average_bps(rate, now, back(rate, at));
        if (least == MPE_BIT_RATE_OPEN || bps < least)
            least = bps;
    }
    return least;
}

int64_t mpe_bit_rate_end_bucket(struct mpe_bit_rate *rate, uint32_t at_us)
{
    const struct mpe_start now = start_of(rate, at_us);
    mpe_starts_next(&rate->starts, rate->kept, MPE_BIT_RATE_STARTS, rate->bucket_us, now);
    if (rate->starts.filled == MPE_BIT_RATE_STARTS && rate->shift != 0 && amount_kept(rate) < LEAST_AMOUNT)
        scale(rate, false);
    const struct mpe_start oldest = back(rate, rate->starts.filled - 1u);
    const uint16_t time = mpe_time_since(now, oldest);
    /* The average so far is what the starts of the next bucket are measured by. */
    rate->slope = time != 0 ? ((uint32_t)mpe_amount_since(now, oldest) << 16) / time : 0;
    rate->room = (uint16_t)(MOST_AMOUNT - amount_kept(rate));
    return least_bps(rate, now);
}
