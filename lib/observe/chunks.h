/*
 * The chunks of a track for who wants notices: where each began and ended, and what is odd about the next one. A chunk
 * is a fragment, or in RTMP and FLV a frame. Allocates nothing, reads no clock.
 */
#ifndef MPE_OBSERVE_CHUNKS_H
#define MPE_OBSERVE_CHUNKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limits/limits.h"
#include "observe/track.h"
#include "wire/unit.h"

/* Drift is measured over so many heartbeats, a minute by default. */
#define MPE_DRIFT_BEATS 3

/* What a frame brought: bits. */
enum mpe_chunk_event {
    MPE_CHUNK_FIRST = 1,             /* the first chunk of the track is complete */
    MPE_CHUNK_GAP = 2,               /* it begins long after the last one ended */
    MPE_CHUNK_OVERLAP = 4,           /* it begins before the last one ended, */
    MPE_CHUNK_NON_INCREASING = 8,    /* or began */
    MPE_CHUNK_OUT_OF_SYNC = 16,      /* its track is far behind one of the other medium */
    MPE_CHUNK_VIDEO_OUT_OF_SYNC = 32 /* key frames of two video tracks are apart */
};

/* The numbers of such an event: times in ticks, as on the wire. */
struct mpe_chunk_news {
    int64_t ticks;          /* of the chunk, or of the track that is behind */
    int64_t other_ticks;    /* GAP: of the last chunk; OUT_OF_SYNC: of the track ahead, or of the other track */
    int64_t duration_ticks; /* of the chunk; GAP: of the last one */
    int64_t other_duration_ticks;
    int64_t apart_us;    /* GAP: the gap; OUT_OF_SYNC: how far it is behind */
    int32_t other_track; /* index */
};

/* What was odd in an interval: so many chunks, 65,535 at most. */
struct mpe_odd_chunks {
    uint16_t overlaps;
    uint16_t gaps;
    uint16_t non_increasing;
};

/* What the last heartbeat said, until it is polled. It was when the interval began that runs. */
struct mpe_beat {
    int64_t ticks;         /* of the last chunk */
    int64_t arrival_us;    /* caller's time of its arrival; MPE_TIME_NONE: none came yet */
    uint32_t incoming_bps; /* UINT32_MAX: that, or more */
    int32_t drift_s;       /* -1: not known */
    struct mpe_odd_chunks odd;
    bool is_waiting;
};

/* The last key frames of a video track, the newest first. */
struct mpe_chunk_keys {
    int64_t us[2];      /* MPE_TIME_NONE: none */
    int64_t ticks[2];   /* the same as on the wire */
    uint32_t timescale; /* 0: there is none */
};

/* Where a chunk began, and ended as far as that is known. */
struct mpe_chunk_span {
    int64_t begin_us;
    int64_t end_us;
    int64_t begin_ticks;
};

/* The fragments of a track. */
struct mpe_chunk_fragments {
    struct mpe_chunk_span last;
    uint32_t longest_us;
    uint16_t count;
    bool is_dropped; /* the one that comes */
};

struct mpe_track_chunks {
    struct mpe_chunk_keys *keys;           /* these two are the caller's, zeroed; NULL: it is no video track, */
    struct mpe_chunk_fragments *fragments; /* a chunk is a frame */
    int64_t dts_us;                        /* of the last frame; MPE_TIME_NONE: none yet */
    int64_t ticks;                         /* the same as on the wire */
    int64_t arrival_us;                    /* caller's time of the last frame; MPE_TIME_NONE: none yet */
    uint32_t timescale;
    uint32_t duration_ticks; /* of the last frame; 0: not said */
    uint32_t step_us;        /* to the last frame from the one before */
    bool is_first_told;
    bool goes_on; /* most frames that come need no look: nothing of the track is odd, and its first chunk is told */
    bool is_out_of_sync;
    uint8_t slacks;            /* so many of slack_us are there */
    struct mpe_odd_chunks odd; /* of the interval; this far, what most frames look at */
    uint8_t keys_apart;        /* key frames in a row that lay apart from those of another track */

    int64_t first_us; /* of the first frame */
    int64_t first_ticks;
    int64_t began_us;                  /* caller's time from which the bytes of this interval count */
    uint32_t bytes;                    /* of the track when it began, modulo 2^32, */
    uint32_t frames;                   /* and its frames */
    int64_t slack_us[MPE_DRIFT_BEATS]; /* arrival less media time at the last heartbeats, the newest first */
    int64_t said_us;                   /* when a gap or a drop was said last */
    int64_t gap_us;                    /* caller's time of the last gap; MPE_TIME_NONE: none yet */
    struct mpe_beat beat;
};

/* The first frame of a track comes. */
void mpe_chunks_begin(struct mpe_track_chunks *chunks, int64_t now_us);

/* When its last key frame was; MPE_TIME_NONE: there was none. */
static inline int64_t mpe_chunks_key_us(const struct mpe_track_chunks *chunks)
{
    return chunks->keys != NULL ? chunks->keys->us[0] : MPE_TIME_NONE;
}

static inline int64_t mpe_chunks_longest_us(const struct mpe_track_chunks *chunks)
{
    return chunks->fragments != NULL ? chunks->fragments->longest_us : 0;
}

/* How far media of two tracks may be apart beyond its limits: fragments come one after the other. */
static inline int64_t mpe_chunks_room_us(const struct mpe_track_chunks *a, const struct mpe_track_chunks *b)
{
    const int64_t a_us = mpe_chunks_longest_us(a), b_us = mpe_chunks_longest_us(b);
    return a_us > b_us ? a_us : b_us;
}

/* Whether a track is so far behind another. */
static inline bool mpe_chunks_are_apart(const struct mpe_track_chunks *behind, const struct mpe_track_chunks *ahead,
                                        int64_t apart_us, int64_t most_us)
{
    return apart_us > most_us && apart_us > most_us + mpe_chunks_room_us(behind, ahead);
}

/*
 * Whether a frame, no key frame, goes on as those before it: mpe_chunks_go_on is enough for it. other: the chunks of
 * the session's other track, or its own where it has none.
 */
static inline bool mpe_chunks_goes_on(const struct mpe_track_chunks *chunks, const struct mpe_track_chunks *other,
                                      const struct mpe_unit *unit, int64_t dts_us, const struct mpe_limits *limits)
{
    const int64_t step_us = (int64_t)((uint64_t)dts_us - (uint64_t)chunks->dts_us);
    const int64_t apart_us = other->dts_us != MPE_TIME_NONE ? other->dts_us - dts_us : 0;
    return chunks->goes_on && !unit->begins_fragment && mpe_step_is_short(step_us, limits->discontinuity_us) &&
           !mpe_chunks_are_apart(chunks, other, apart_us, limits->out_of_sync_us);
}

/* A frame of a fragment, which is longer by it. */
static inline void mpe_chunks_lengthen(struct mpe_chunk_fragments *fragments, int64_t end_us)
{
    const int64_t length_us = end_us - fragments->last.begin_us;
    fragments->last.end_us = end_us;
    if (length_us > (int64_t)fragments->longest_us)
        fragments->longest_us = length_us < UINT32_MAX ? (uint32_t)length_us : UINT32_MAX;
}

/* The last frame of the track is this one. */
static inline void mpe_chunks_move(struct mpe_track_chunks *chunks, const struct mpe_unit *unit, int64_t dts_us)
{
    chunks->dts_us = dts_us;
    chunks->ticks = unit->dts;
    chunks->duration_ticks = unit->duration;
    if (chunks->fragments != NULL)
        mpe_chunks_lengthen(chunks->fragments, dts_us + mpe_clock_us(&unit->clock, unit->duration));
}

static inline void mpe_chunks_go_on(struct mpe_track_chunks *chunks, const struct mpe_unit *unit, int64_t dts_us,
                                    int64_t now_us)
{
    chunks->step_us = (uint32_t)(dts_us - chunks->dts_us);
    chunks->arrival_us = now_us;
    mpe_chunks_move(chunks, unit, dts_us);
}

/* A frame of the track is complete, observe has taken it. Gives enum mpe_chunk_event bits, but for those of two tracks;
 * news. */
uint32_t mpe_chunks_frame(struct mpe_track_chunks *chunks, const struct mpe_track_state *track,
                          const struct mpe_unit *unit, const struct mpe_limits *limits, int64_t now_us,
                          struct mpe_chunk_news *news);

/* A mdat ended: so did the fragment of the track. MPE_CHUNK_FIRST, or 0. */
uint32_t mpe_chunks_fragment_end(struct mpe_track_chunks *chunks, struct mpe_chunk_news *news);

/* Whether the track, of which a frame came, is behind another of the other medium. MPE_CHUNK_OUT_OF_SYNC or 0. */
uint32_t mpe_chunks_sync(struct mpe_track_chunks *behind, const struct mpe_track_chunks *ahead,
                         const struct mpe_limits *limits, struct mpe_chunk_news *news);

/*
 * The key frame before the last one of a video track lies so far from the nearest of others, those of another track.
 * MPE_CHUNK_VIDEO_OUT_OF_SYNC, where that is so several times in a row, or 0. Times in news are in ticks of the track.
 */
uint32_t mpe_chunks_key_sync(struct mpe_track_chunks *chunks, const struct mpe_chunk_keys *others, int64_t apart_us,
                             struct mpe_chunk_news *news);

/* An interval is over: fills beat, and the next one begins, at now_us. */
void mpe_chunks_beat(struct mpe_track_chunks *chunks, const struct mpe_track_facts *facts, int64_t now_us);

/* Whether the last key-frame interval of a video track was longer than max_us and a frame. */
bool mpe_chunks_key_frames_are_far(const struct mpe_track_chunks *chunks, int64_t max_us);

#endif
