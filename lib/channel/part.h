/*
 * The part of a session in what its channel adds up. It lives in the session and is changed under the channel's mutex;
 * the session's thread alone writes heard_us and apart_us, and reads the signals that others give.
 */
#ifndef MPE_CHANNEL_PART_H
#define MPE_CHANNEL_PART_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "limits/limits.h"

struct mpe_quality;     /* held by as many tracks as push it */
struct mpe_stream_name; /* published by as many sessions as name it */
struct mpe_compared;    /* channel/compare.h: what it shows to others */
struct mpe_shared;      /* channel/fleet.h: what edges of a fleet tell each other of it */

/* What others have to say to a session; it looks at them with each frame, and when time passes. */
enum mpe_part_signal {
    MPE_PART_OUT = 1,       /* it was silent: its qualities and rates are out of the sums */
    MPE_PART_CONTESTED = 2, /* it brought one quality too many, unless that of a silent session of its name goes */
    MPE_PART_LAST = 4,      /* a sum is too high, and it came last */
    MPE_PART_DUPLICATE = 8  /* its session id is in use on another edge, where it came before */
};

/* A track in the sums. */
struct mpe_entry {
    struct mpe_quality *quality; /* NULL: none */
    int64_t measured_bps;
    int64_t declared_bps;
};

/* Zeroed: of a session that has published nothing. */
struct mpe_part {
    /* What each frame looks at stands first. */
    _Atomic int64_t heard_us;  /* caller's time of the last frame, or header */
    _Atomic uint32_t apart_us; /* what comes next may come so long after that: of fragments, their media */
    uint16_t entry_count;
    bool is_in : 1;     /* the sums */
    bool is_remote : 1; /* its session is on another edge, which acts on the same signals itself */
    _Atomic uint8_t signals;

    struct mpe_part *prev; /* of those that are in the sums, in the order in which they came */
    struct mpe_part *next;
    struct mpe_stream_name *name;  /* NULL: none */
    struct mpe_entry *entries;     /* by index of the track */
    struct mpe_compared *compared; /* NULL: it shows nothing */
    struct mpe_shared *shared;     /* NULL: its channel is in no fleet */
};

static inline unsigned mpe_part_signals(const struct mpe_part *part)
{
    return atomic_load_explicit(&part->signals, memory_order_relaxed);
}

static inline void mpe_part_signal(struct mpe_part *part, unsigned signal)
{
    atomic_fetch_or_explicit(&part->signals, (uint8_t)signal, memory_order_relaxed);
}

static inline void mpe_part_unsignal(struct mpe_part *part, unsigned signal)
{
    atomic_fetch_and_explicit(&part->signals, (uint8_t)~signal, memory_order_relaxed);
}

static inline void mpe_part_hear(struct mpe_part *part, int64_t now_us)
{
    atomic_store_explicit(&part->heard_us, now_us, memory_order_relaxed);
}

/* Nobody is silent who has just brought the media of the time until the next fragment. apart_us: 0 or more. */
static inline void mpe_part_expect(struct mpe_part *part, int64_t apart_us)
{
    const uint32_t short_us = apart_us < UINT32_MAX ? (uint32_t)apart_us : UINT32_MAX;
    atomic_store_explicit(&part->apart_us, short_us, memory_order_relaxed);
}

static inline int64_t mpe_part_apart_us(const struct mpe_part *part)
{
    return atomic_load_explicit(&part->apart_us, memory_order_relaxed);
}

static inline int64_t mpe_part_heard_us(const struct mpe_part *part)
{
    return atomic_load_explicit(&part->heard_us, memory_order_relaxed);
}

/* From when on it is silent, where nothing comes. */
static inline int64_t mpe_part_silent_from_us(const struct mpe_part *part)
{
    return mpe_part_heard_us(part) + mpe_part_apart_us(part);
}

/*
 * From when on it is out of the sums, where nothing comes: when a window is over, or, where its fragments are longer
 * than that, when another may take its place.
 */
static inline int64_t mpe_part_gone_from_us(const struct mpe_part *part, const struct mpe_limits *limits)
{
    const int64_t window_us = mpe_part_heard_us(part) + limits->bitrate_window_us;
    const int64_t takeover_us = mpe_part_silent_from_us(part) + limits->takeover_us;
    return (window_us > takeover_us ? window_us : takeover_us) + 1;
}

#endif
