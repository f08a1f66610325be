/* One track as it is observed: facts for the rules, and the state that makes them. */
#ifndef MPE_OBSERVE_TRACK_H
#define MPE_OBSERVE_TRACK_H

#include <stdbool.h>
#include <stdint.h>

#include "limits/limits.h"
#include "observe/bit_rate.h"
#include "observe/facts.h"
#include "observe/timeline.h"
#include "wire/unit.h"

struct mpe_track_state {
    struct mpe_track_facts facts;
    union {
        struct mpe_timeline timeline;       /* RTMP and FLV */
        struct mpe_sample_line sample_line; /* fragmented MP4 */
    };
    struct mpe_bit_rate bit_rate;
    int64_t first_now_us;   /* caller's time of the first frame, as far as the drift of two clocks moved it */
    int64_t drift_now_us;   /* caller's time when that drift was looked at last */
    bool started : 1;       /* the first frame came, or, after mpe_track_restart, the first since */
    bool has_moved : 1;     /* RTMP and FLV: since then another timestamp came */
    bool is_run : 1;        /* RTMP and FLV: more than one frame came at the first timestamp, and no other yet */
    bool in_key_frame : 1;  /* the last frame is one */
    bool is_sent_again : 1; /* fragmented MP4: the last sample lies behind what came before */
    bool is_retired : 1;    /* RTMP: its message stream is published no more */
};

/* A new track, named by a unit of media. */
void mpe_track_init(struct mpe_track_state *track, int32_t index, const struct mpe_unit *unit);

/* Each of these applies a unit, notes in step what it brought, and sets the groups of facts that it changed. */
void mpe_track_codec(struct mpe_track_state *track, const struct mpe_unit *unit, struct mpe_step *step);
void mpe_track_frame(struct mpe_track_state *track, const struct mpe_unit *unit, const struct mpe_limits *limits,
                     struct mpe_step *step);
void mpe_track_frame_end(struct mpe_track_state *track, uint32_t size_bytes, const struct mpe_limits *limits,
                         struct mpe_step *step);

/* A header came that is not the one before; stream is what the probe says of it. */
void mpe_track_stream(struct mpe_track_state *track, const struct mpe_stream *stream, struct mpe_step *step);

/* What metadata declares, for this track. */
void mpe_track_declare(struct mpe_track_state *track, const struct mpe_declared *declared);

/* Nothing came for longer than a bit rate is measured over: it has none. false: it had none before. */
bool mpe_track_pause(struct mpe_track_state *track);

/*
 * The first sample of a track of fragmented MP4 comes; an earlier session sent it up to end_us, its last fragments from
 * resent_us on. Where the sample is among these, the track goes on from there, and what is sent again counts for
 * nothing.
 */
void mpe_track_resume(struct mpe_track_state *track, const struct mpe_unit *unit, int64_t resent_us, int64_t end_us);

/* The stream is published anew: its timestamps may start anywhere. */
void mpe_track_restart(struct mpe_track_state *track);

/*
 * The stream is published no more: frames that come late are not to be given here, what comes next, perhaps on another
 * message stream, brings its own header.
 */
void mpe_track_retire(struct mpe_track_state *track);

/* The declared rate as far as it counts: of a track whose header came, and not while it is too high to be true. */
int64_t mpe_track_declared_bps(const struct mpe_track_facts *facts);

#endif
