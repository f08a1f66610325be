/* Decode times of one track: unwraps what the wire says, and tells what is sent again from what is new. */
#ifndef MPE_OBSERVE_TIMELINE_H
#define MPE_OBSERVE_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/unit.h"

/* 63,000 years: the difference of two times always fits into 63 bits. */
#define MPE_MOST_US 2000000000000000000

/* After a reconnect the last two fragments of each track are sent again, as Smooth Streaming's ingest asks for. */
#define MPE_RESENT_FRAGMENTS 2

/* Zeroed before the first frame. */
struct mpe_timeline {
    int64_t ticks;                             /* of the last frame, unwrapped */
    int64_t latest_us;                         /* of the last frame that was not sent again */
    int64_t fragment_us[MPE_RESENT_FRAGMENTS]; /* where the last fragments began, the earlier one first */
};

/* A time in ticks as microseconds; one beyond MPE_MOST_US is taken as that. ticks_per_s > 0. */
int64_t mpe_ticks_us(int64_t ticks, uint32_t ticks_per_s);

/* The sum of two times, which ends at MPE_MOST_US. a, b: within twice that. */
int64_t mpe_time_sum_us(int64_t a, int64_t b);

/* The first frame: its decode time. One just below a wrap is a small negative time. */
int64_t mpe_timeline_first_us(struct mpe_timeline *timeline, const struct mpe_unit *frame);

/* The next frame: its decode time, unwrapped in serial arithmetic (RFC 1982). */
int64_t mpe_timeline_next_us(struct mpe_timeline *timeline, const struct mpe_unit *frame);

/* What comes is new from here on. */
void mpe_timeline_begin(struct mpe_timeline *timeline, int64_t dts_us);

/* A new frame came. */
void mpe_timeline_move(struct mpe_timeline *timeline, int64_t dts_us, bool begins_fragment);

#endif
