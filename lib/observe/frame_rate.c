/* Frame rate of one video track: counts distinct times against what a limit allows. */
#include "observe/frame_rate.h"

/* In buckets: the youngest start that counts, and the first one that is too old. */
enum { CERTAIN_YOUNGEST = 2, CERTAIN_END = 12, LONG_YOUNGEST = 10, LONG_END = MPE_FRAME_RATE_STARTS };

#define NONE            MPE_FRAME_RATE_STARTS
#define TIME_SHIFT      10         /* a unit of time is 1.024 ms */
#define FRAME           1000000000 /* 1 frame/1000 s over 1 us is 1 */
#define MARGIN          (FRAME / 10 * 9)
#define MIN_MEASURED_US 1000000

static struct mpe_start start_of(const struct mpe_frame_rate *rate, uint32_t at_us)
{
    return (struct mpe_start){rate->starts.amount, (uint16_t)(at_us >> TIME_SHIFT)};
}

static uint32_t span_us(struct mpe_start now, struct mpe_start start)
{
    return (uint32_t)mpe_time_since(now, start) << TIME_SHIFT;
}

/* D(now) - D(start), in parts of FRAME. */
static inline int64_t above(struct mpe_start now, struct mpe_start start, uint32_t mfps)
{
    return mpe_amount_since(now, start) * (int64_t)FRAME - (int64_t)mfps * span_us(now, start);
}

static struct mpe_start back(const struct mpe_frame_rate *rate, unsigned buckets)
{
    return rate->kept[mpe_starts_index(&rate->starts, MPE_FRAME_RATE_STARTS, buckets)];
}

/* The index of the start with the highest D of those from youngest to end. */
static uint8_t best_of(const struct mpe_frame_rate *rate, struct mpe_start now, unsigned youngest, unsigned end,
                       uint32_t mfps)
{
    unsigned best = youngest;
    if (youngest >= rate->starts.filled || rate->tolerated_mfps == 0)
        return NONE;
    for (unsigned at = youngest + 1; at < end && at < rate->starts.filled; at++) {
        if (above(now, back(rate, at), mfps) < above(now, back(rate, best), mfps))
            best = at;
    }
    return mpe_starts_index(&rate->starts, MPE_FRAME_RATE_STARTS, best);
}

static int64_t rate_mfps(struct mpe_start now, struct mpe_start start)
{
    const int64_t time_us = span_us(now, start);
    return time_us == 0 ? 0 : (mpe_amount_since(now, start) * (int64_t)FRAME + time_us / 2) / time_us;
}

static void measure(struct mpe_frame_rate *rate, struct mpe_start now)
{
    const unsigned oldest = rate->starts.filled - 1u;
    const struct mpe_start start = back(rate, oldest < LONG_YOUNGEST ? oldest : LONG_YOUNGEST);
    if (span_us(now, start) >= MIN_MEASURED_US)
        rate->measured_mfps = (int32_t)rate_mfps(now, start);
}

static void end_bucket(struct mpe_frame_rate *rate, struct mpe_start now)
{
    mpe_starts_next(&rate->starts, rate->kept, MPE_FRAME_RATE_STARTS, MPE_FRAME_RATE_BUCKET_US, now);
    rate->long_best = best_of(rate, now, LONG_YOUNGEST, LONG_END, rate->tolerated_mfps);
    rate->certain_best = best_of(rate, now, CERTAIN_YOUNGEST, CERTAIN_END, rate->certain_mfps);
    measure(rate, now);
}

/* The start that a bucket kept is its best for the tolerated rate: for this one another may be better by so much. */
static bool is_certain(const struct mpe_frame_rate *rate, struct mpe_start now)
{
    const uint32_t apart_mfps =
        rate->certain_mfps > rate->tolerated_mfps ? rate->certain_mfps - rate->tolerated_mfps : 0;
    if (rate->starts.filled < LONG_YOUNGEST && rate->starts.amount < MPE_FRAME_RATE_MIN_INTERVALS)
        return false;
    return above(now, rate->kept[rate->certain_best], rate->certain_mfps) >=
           MARGIN + (int64_t)apart_mfps * MPE_FRAME_RATE_BUCKET_US;
}

void mpe_frame_rate_begin(struct mpe_frame_rate *rate, uint32_t at_us, const struct mpe_limits *limits)
{
    const int64_t limit_mfps = limits->max_frame_rate_mfps;
    rate->tolerated_mfps = (uint32_t)(limit_mfps * (100 + limits->frame_rate_tolerance_percent) / 100);
    rate->certain_mfps = (uint32_t)(limit_mfps * limits->frame_rate_certain_percent / 100);
    rate->starts.amount = 0;
    rate->long_best = rate->certain_best = NONE;
    mpe_starts_begin(&rate->starts, rate->kept, start_of(rate, at_us));
}

void mpe_frame_rate_pause(struct mpe_frame_rate *rate, uint32_t at_us, uint32_t pause_us)
{
    mpe_starts_drop(&rate->starts, rate->kept, MPE_FRAME_RATE_STARTS, start_of(rate, at_us), pause_us >> TIME_SHIFT);
}

int64_t mpe_frame_rate_add(struct mpe_frame_rate *rate, uint32_t at_us, uint32_t aged_us)
{
    rate->starts.amount++;
    const struct mpe_start now = start_of(rate, at_us);
    struct mpe_start *const current = &rate->kept[rate->starts.current];
    if (mpe_starts_age(&rate->starts, aged_us, MPE_FRAME_RATE_BUCKET_US))
        end_bucket(rate, now);
    else if (above(now, *current, rate->tolerated_mfps) >= 0)
        *current = now;
    if (rate->long_best != NONE && above(now, rate->kept[rate->long_best], rate->tolerated_mfps) >= MARGIN)
        return rate_mfps(now, back(rate, LONG_YOUNGEST));
    return rate->certain_best != NONE && is_certain(rate, now) ? rate_mfps(now, back(rate, CERTAIN_YOUNGEST)) : 0;
}
