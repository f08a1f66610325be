/* One track as it is observed: facts for the rules, and the state that makes them. */
#ifndef MPE_OBSERVE_TRACK_H
#define MPE_OBSERVE_TRACK_H

#include <stdbool.h>
#include <stdint.h>

#include "limits/limits.h"
#include "observe/facts.h"
#include "observe/rates.h"
#include "observe/timeline.h"
#include "wire/unit.h"

/* How far a track has come. */
enum mpe_track_phase {
    MPE_TRACK_NEW = 0,    /* no frame came, or none since it was published again */
    MPE_TRACK_RESUMES,    /* the same, and its timeline goes on where an earlier session's ended */
    MPE_TRACK_FIRST_TIME, /* one frame came, at the first timestamp */
    MPE_TRACK_RUN,        /* more of them, and at no other one yet */
    MPE_TRACK_RUNS_ON,    /* timestamps move */
    MPE_TRACK_SENT_AGAIN, /* the last frame was sent before */
    MPE_TRACK_RETIRED     /* RTMP: its message stream is published no more */
};

struct mpe_track_state {
    struct mpe_track_facts facts;
    struct mpe_timeline timeline;
    int64_t first_now_us; /* caller's time of the first frame, as far as the drift of two clocks moved it */
    int64_t drift_now_us; /* caller's time when that drift was looked at last */
    uint32_t jump_us;     /* the largest step that made the lead there is */
    uint8_t phase;        /* enum mpe_track_phase */
    bool in_key_frame;    /* the last frame is one */
    struct mpe_rates rates;
};

static inline bool mpe_track_has_frames(const struct mpe_track_state *track)
{
    return track->phase >= MPE_TRACK_FIRST_TIME && track->phase <= MPE_TRACK_SENT_AGAIN;
}

/*
 * A new track, named by a unit of media. Its frame rate is measured where the caller sets rates.frame_rate, its
 * fragments are noted where the caller sets timeline.fragments.
 */
void mpe_track_init(struct mpe_track_state *track, int32_t index, const struct mpe_unit *unit);

/* Each of these applies a unit, notes in step what it brought, and sets the groups of facts that it changed. */
void mpe_track_codec(struct mpe_track_state *track, const struct mpe_unit *unit, struct mpe_step *step);
void mpe_track_frame(struct mpe_track_state *track, const struct mpe_unit *unit, const struct mpe_limits *limits,
                     struct mpe_step *step);
/* What FRAME did not know, at its FRAME_END. */
void mpe_track_frame_late(struct mpe_track_state *track, const struct mpe_unit *unit, const struct mpe_limits *limits,
                          struct mpe_step *step);

static inline int64_t mpe_track_max_pending_bytes(const struct mpe_track_facts *facts, const struct mpe_limits *limits)
{
    return facts->media == MPE_MEDIA_VIDEO ? limits->max_bytes_without_key_frame : limits->max_audio_bytes_at_one_time;
}

static inline void mpe_track_frame_end(struct mpe_track_state *track, const struct mpe_unit *unit,
                                       const struct mpe_limits *limits, struct mpe_step *step)
{
    struct mpe_track_facts *const facts = &track->facts;
    if (unit->late != 0)
        mpe_track_frame_late(track, unit, limits, step);
    facts->bytes += unit->size_bytes;
    if (track->phase != MPE_TRACK_SENT_AGAIN)
        mpe_bit_rate_add(&track->rates.bit_rate, unit->size_bytes);
    if (!track->in_key_frame)
        facts->pending_bytes += unit->size_bytes;
    if ((int64_t)facts->pending_bytes > mpe_track_max_pending_bytes(facts, limits))
        step->changed |= MPE_FACT_BUFFER;
}

/* A header came that is not the one before; stream, what the probe says of it, must live until another one comes. */
void mpe_track_stream(struct mpe_track_state *track, const struct mpe_stream *stream, struct mpe_step *step);

/* What metadata declares, for this track. */
void mpe_track_declare(struct mpe_track_state *track, const struct mpe_declared *declared);

/* What its sample entry declares, which counts where nothing else does. 0: nothing. */
void mpe_track_declare_entry(struct mpe_track_state *track, int64_t bps);

/*
 * What counts in the sums: the least average over all starts one to two windows ago, in the track's own media time, in
 * bit/s. Known again after each fifth of a window, with MPE_FACT_TOTALS; 0: not known yet, or not any more.
 */
int64_t mpe_track_rate_bps(const struct mpe_track_facts *facts);

/*
 * Nothing came for longer than a bit rate is measured over: it has none that counts, what was measured last stays for
 * reports. false: it had none before.
 */
bool mpe_track_pause(struct mpe_track_state *track);

/*
 * The first sample of a track of fragmented MP4 comes; an earlier session sent it up to end_us, its last fragments from
 * resent_us on. Where the sample is among these, the track goes on from there, and what is sent again counts for
 * nothing.
 */
void mpe_track_resume(struct mpe_track_state *track, const struct mpe_unit *unit, int64_t resent_us, int64_t end_us);

/* The stream is published again, or the track takes the place of a retired one: its timestamps may start anywhere. */
void mpe_track_restart(struct mpe_track_state *track);

/*
 * The stream is published no more: frames that come late are not to be given here, what comes next, perhaps on another
 * message stream, brings its own header.
 */
void mpe_track_retire(struct mpe_track_state *track);

/*
 * The declared rate as far as it tells a quality from another one of its size. What a sample entry says does not: an
 * encoder may have measured it, and then two pushes of one quality say two rates.
 */
static inline int64_t mpe_track_quality_bps(const struct mpe_track_facts *facts)
{
    return facts->entry_declares ? 0 : facts->declared_bps;
}

/* The declared rate as far as it counts: of a track whose header came, and not while it is too high to be true. */
int64_t mpe_track_declared_bps(const struct mpe_track_facts *facts);

#endif
