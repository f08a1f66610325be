/*
 * The part of a session in what its channel adds up. It lives in the session and is changed under the channel's mutex;
 * the session's thread alone writes heard_us, and reads the signals that others give.
 */
#ifndef MPE_CHANNEL_PART_H
#define MPE_CHANNEL_PART_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct mpe_quality;     /* held by as many tracks as push it */
struct mpe_stream_name; /* published by as many sessions as name it */

/* What others have to say to a session; it looks at them with each frame, and when time passes. */
enum mpe_part_signal {
    MPE_PART_OUT = 1,       /* it was silent: its qualities and rates are out of the sums */
    MPE_PART_CONTESTED = 2, /* it brought one quality too many, unless that of a silent session of its name goes */
    MPE_PART_LAST = 4       /* a sum is too high, and it came last */
};

/* A track in the sums. */
struct mpe_entry {
    struct mpe_quality *quality; /* NULL: none */
    int64_t measured_bps;
    int64_t declared_bps;
};

/* Zeroed: of a session that has published nothing. */
struct mpe_part {
    struct mpe_part *prev; /* of those that are in the sums, in the order in which they came */
    struct mpe_part *next;
    struct mpe_stream_name *name; /* NULL: none */
    struct mpe_entry *entries;    /* by index of the track */
    _Atomic int64_t heard_us;     /* caller's time of the last frame, or header */
    uint16_t entry_count;
    bool is_in; /* the sums */
    _Atomic uint8_t signals;
};

static inline unsigned mpe_part_signals(const struct mpe_part *part)
{
    return atomic_load_explicit(&part->signals, memory_order_relaxed);
}

static inline void mpe_part_hear(struct mpe_part *part, int64_t now_us)
{
    atomic_store_explicit(&part->heard_us, now_us, memory_order_relaxed);
}

static inline int64_t mpe_part_heard_us(const struct mpe_part *part)
{
    return atomic_load_explicit(&part->heard_us, memory_order_relaxed);
}

#endif
