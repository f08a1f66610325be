/* Decode times of one track: unwraps what the wire says, and distinguishes what is sent again from what is new. */
#ifndef MPE_OBSERVE_TIMELINE_H
#define MPE_OBSERVE_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/unit.h"

/* 63,000 years: the difference of two times always fits into 63 bits. */
#define MPE_MOST_US 2000000000000000000

/* After a reconnect the last two fragments of each track are sent again, as Smooth Streaming's ingest asks for. */
#define MPE_RESENT_FRAGMENTS 2

struct mpe_fragments {
    int64_t begin_us[MPE_RESENT_FRAGMENTS]; /* where the last ones began, the earlier one first */
    int64_t step_us;                        /* between the last two frames */
};

/* Zeroed before the first frame, but for fragments, which are the caller's. */
struct mpe_timeline {
    int64_t ticks;                   /* of the last frame, unwrapped */
    int64_t latest_us;               /* of the last frame that was not sent again */
    struct mpe_fragments *fragments; /* NULL: nothing is sent again in this format */
};

/* A time in ticks as microseconds; one beyond MPE_MOST_US is taken as that. ticks_per_s > 0. */
int64_t mpe_ticks_us(int64_t ticks, uint32_t ticks_per_s);

/* The same by a clock, for what comes with each frame: one division at most, of RTMP and FLV none. */
static inline int64_t mpe_clock_us(const struct mpe_clock *clock, int64_t ticks)
{
    const uint64_t near_ticks = (uint64_t)1 << clock->near_bits;
    if ((uint64_t)ticks + near_ticks >= 2 * near_ticks)
        return mpe_ticks_us(ticks, clock->ticks_per_s);
    const int64_t product = ticks * clock->us;
    return clock->ticks == 1 ? product : product / clock->ticks;
}

/*
 * Signed distance of two times that are known modulo 2^wrap_bits, the shorter way round (RFC 1982): the highest of
 * these bits becomes the sign.
 */
static inline int64_t mpe_serial_distance(int64_t from, int64_t to, uint8_t wrap_bits)
{
    const unsigned unknown_bits = 64u - wrap_bits;
    return (int64_t)(((uint64_t)to - (uint64_t)from) << unknown_bits) >> unknown_bits;
}

/* The sum of two times, which ends at MPE_MOST_US. a, b: within twice that. */
static inline int64_t mpe_time_sum_us(int64_t a, int64_t b)
{
    const int64_t sum_us = a + b;
    return sum_us > MPE_MOST_US ? MPE_MOST_US : sum_us < -MPE_MOST_US ? -MPE_MOST_US : sum_us;
}

/* Whether a step goes forward, by most_us at most; one comparison says both, for what is not forward wraps. */
static inline bool mpe_step_is_short(int64_t step_us, int64_t most_us)
{
    return (uint64_t)step_us - 1 < (uint64_t)most_us;
}

/* The first frame: its decode time. One just below a wrap is a small negative time. */
int64_t mpe_timeline_first_us(struct mpe_timeline *timeline, const struct mpe_unit *frame);

/* The decode time of the frame whose ticks are in timeline. */
static inline int64_t mpe_timeline_dts_us(const struct mpe_timeline *timeline, const struct mpe_unit *frame)
{
    return mpe_clock_us(&frame->clock, timeline->ticks) + frame->dts_nano / 1000;
}

/* The next frame: its decode time, unwrapped. */
static inline int64_t mpe_timeline_next_us(struct mpe_timeline *timeline, const struct mpe_unit *frame)
{
    const uint8_t wrap_bits = frame->clock.wrap_bits;
    const int64_t ticks = timeline->ticks;
    if (wrap_bits == 0)
        timeline->ticks = frame->dts;
    else
        timeline->ticks = (int64_t)((uint64_t)ticks + (uint64_t)mpe_serial_distance(ticks, frame->dts, wrap_bits));
    return mpe_timeline_dts_us(timeline, frame);
}

/* So much media the last fragment has, if its last frame lasts as long as the one before; 0: without fragments. */
static inline int64_t mpe_timeline_fragment_us(const struct mpe_timeline *timeline)
{
    const struct mpe_fragments *const fragments = timeline->fragments;
    return fragments == NULL ? 0
                             : timeline->latest_us - fragments->begin_us[MPE_RESENT_FRAGMENTS - 1] + fragments->step_us;
}

/* What comes is new from here on. */
void mpe_timeline_begin(struct mpe_timeline *timeline, int64_t dts_us);

static inline void mpe_fragments_move(struct mpe_fragments *fragments, int64_t dts_us, int64_t step_us, bool begins)
{
    fragments->step_us = step_us;
    if (!begins)
        return;
    fragments->begin_us[0] = fragments->begin_us[1];
    fragments->begin_us[1] = dts_us;
}

/* A new frame came. */
static inline void mpe_timeline_move(struct mpe_timeline *timeline, int64_t dts_us, bool begins_fragment)
{
    if (timeline->fragments != NULL)
        mpe_fragments_move(timeline->fragments, dts_us, dts_us - timeline->latest_us, begins_fragment);
    timeline->latest_us = dts_us;
}

#endif
