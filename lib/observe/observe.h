/* A session as it is observed: applies units and time to the facts. Allocates nothing, reads no clock. */
#ifndef MPE_OBSERVE_OBSERVE_H
#define MPE_OBSERVE_OBSERVE_H

#include <stdbool.h>
#include <stdint.h>

#include "limits/limits.h"
#include "observe/facts.h"
#include "observe/track.h"
#include "wire/unit.h"

struct mpe_observation {
    /* What each frame looks at stands first. */
    struct mpe_facts facts;
    int64_t last_media_us; /* caller's time of the last complete frame that moved time, or of opening */
    int64_t start_us;      /* caller's time of opening; with media_clock of the first coded frame */
    bool has_moved;        /* a frame that moved time began, and none has ended since */
    bool has_data_to_come; /* the last frame moved time; its data may be in an mdat that follows */

    int64_t media_began_us;       /* caller's time of the first coded frame */
    struct mpe_declared declared; /* by the last metadata, for tracks that come later */
};

void mpe_observe_open(struct mpe_observation *observation, int32_t kind, int64_t now_us);

/* Media time moved: the session lives. */
static inline void mpe_observe_life(struct mpe_observation *observation, const struct mpe_step *step)
{
    if (!mpe_facts_await_publish(&observation->facts))
        observation->last_media_us = step->now_us;
}

/* Metadata is missing for longer than it may. */
static inline bool mpe_observe_is_metadata_due(const struct mpe_facts *facts, const struct mpe_limits *limits)
{
    return mpe_facts_lack_metadata(facts) && limits->metadata_required != 0 &&
           (facts->media_elapsed_us > limits->metadata_grace_us || limits->metadata_grace_us == 0);
}

/* The first coded frame. */
void mpe_observe_first_media(struct mpe_observation *observation, const struct mpe_limits *limits, int64_t now_us);

/* Each of these notes in step what it brought. A frame of track begins: unit. */
static inline void mpe_observe_frame(struct mpe_observation *observation, struct mpe_track_state *track,
                                     const struct mpe_unit *unit, const struct mpe_limits *limits,
                                     struct mpe_step *step)
{
    struct mpe_facts *const facts = &observation->facts;
    const int64_t elapsed_before_us = track->facts.elapsed_us;
    step->track = &track->facts;
    step->still_us = step->now_us - observation->last_media_us;
    mpe_track_frame(track, unit, limits, step);
    if (!facts->media_seen)
        mpe_observe_first_media(observation, limits, step->now_us);
    if (track->facts.elapsed_us > elapsed_before_us || track->facts.frames == 1)
        observation->has_moved = true;
    if (track->facts.elapsed_us > facts->media_elapsed_us)
        facts->media_elapsed_us = track->facts.elapsed_us;
    if (mpe_observe_is_metadata_due(facts, limits))
        step->changed |= MPE_FACT_METADATA;
}

/* The last byte of a frame of track came: unit is FRAME_END, or the FRAME that is complete. */
static inline void mpe_observe_frame_end(struct mpe_observation *observation, struct mpe_track_state *track,
                                         const struct mpe_unit *unit, const struct mpe_limits *limits,
                                         struct mpe_step *step)
{
    step->track = &track->facts;
    mpe_track_frame_end(track, unit, limits, step);
    if (observation->has_moved)
        mpe_observe_life(observation, step);
    observation->has_data_to_come = observation->has_moved;
    observation->has_moved = false;
}

/* Any other unit; track is the one it belongs to, NULL for units without media. */
void mpe_observe_unit(struct mpe_observation *observation, struct mpe_track_state *track, const struct mpe_unit *unit,
                      struct mpe_step *step);

/* Whether mpe_observe_time may have something to note: always while the session is not admitted. */
static inline bool mpe_observe_is_due(const struct mpe_observation *observation, int64_t idle_timeout_us,
                                      int64_t now_us)
{
    return idle_timeout_us != 0 &&
           (!observation->facts.admitted || now_us - observation->last_media_us >= idle_timeout_us);
}

/* Time passed. idle_timeout_us: the limit for the protocol, 0: none. */
void mpe_observe_time(const struct mpe_observation *observation, int64_t idle_timeout_us,
                      const struct mpe_limits *limits, struct mpe_step *step);

/* The media's own clock: where the first coded frame and the longest track put "now". */
static inline int64_t mpe_observe_media_clock_us(const struct mpe_observation *observation)
{
    return observation->start_us + observation->facts.media_elapsed_us;
}

/*
 * Rates that a stream name declares in its query: "name?videodatarate=5000&audiodatarate=192" in kbit/s.
 * true: at least one of the two is there; declared then holds them.
 */
bool mpe_declared_by_query(struct mpe_span name, struct mpe_declared *declared);

#endif
