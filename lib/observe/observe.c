#include "observe/observe.h"

#include <string.h>

void mpe_observe_open(struct mpe_observation *observation, int32_t kind, int64_t now_us)
{
    memset(observation, 0, sizeof *observation);
    observation->facts.kind = kind;
    observation->facts.now_us = now_us;
    observation->facts.offset_bytes = MPE_OFFSET_NONE;
    observation->last_media_us = now_us;
    observation->still_since_us = now_us;
}

void mpe_observe_step(struct mpe_observation *observation, int64_t now_us)
{
    observation->facts.changed = 0;
    observation->facts.track = NULL;
    observation->facts.now_us = now_us;
}

static void note_media_complete(struct mpe_observation *observation)
{
    observation->last_media_us = observation->facts.now_us;
    observation->facts.idle_us = 0;
}

static void note_metadata(struct mpe_observation *observation, const struct mpe_declared *declared)
{
    observation->facts.metadata_seen = true;
    observation->declared = *declared;
    observation->facts.changed |= MPE_FACT_METADATA;
}

static void note_publish(struct mpe_observation *observation, const struct mpe_unit *unit)
{
    struct mpe_declared declared = {0};

    if (mpe_declared_by_query(unit->name, &declared))
        note_metadata(observation, &declared);
    observation->facts.changed |= MPE_FACT_STREAM_NAME;
}

static void note_frame(struct mpe_observation *observation, struct mpe_track_state *track, const struct mpe_unit *unit,
                       const struct mpe_limits *limits)
{
    struct mpe_facts *facts = &observation->facts;
    int64_t elapsed_before_us = track->facts.elapsed_us;

    facts->changed |= mpe_track_frame(track, unit, limits, facts->now_us);
    if (!facts->media_seen) {
        facts->media_seen = true;
        observation->clock_start_us = facts->now_us;
    }
    if (track->facts.elapsed_us > elapsed_before_us || track->facts.frames == 1) {
        facts->still_bytes = 0;
        observation->still_since_us = facts->now_us;
    }
    if (track->facts.elapsed_us > facts->media_elapsed_us)
        facts->media_elapsed_us = track->facts.elapsed_us;
    if (!facts->metadata_seen)
        facts->changed |= MPE_FACT_METADATA;
}

static void note_frame_end(struct mpe_observation *observation, struct mpe_track_state *track,
                           const struct mpe_unit *unit)
{
    struct mpe_facts *facts = &observation->facts;

    facts->changed |= mpe_track_frame_end(track, unit);
    facts->still_bytes += unit->size_bytes;
    facts->still_us = facts->now_us - observation->still_since_us;
    note_media_complete(observation);
}

void mpe_observe_unit(struct mpe_observation *observation, struct mpe_track_state *track, const struct mpe_unit *unit,
                      const struct mpe_limits *limits)
{
    struct mpe_facts *facts = &observation->facts;

    facts->offset_bytes = unit->offset_bytes;
    facts->track = track != NULL ? &track->facts : NULL;
    switch ((enum mpe_unit_kind)unit->kind) {
    case MPE_UNIT_NONE:
        break;
    case MPE_UNIT_CONNECT:
        facts->changed |= MPE_FACT_APP;
        break;
    case MPE_UNIT_PUBLISH:
        note_publish(observation, unit);
        break;
    case MPE_UNIT_UNPUBLISH:
        break;
    case MPE_UNIT_METADATA:
        note_metadata(observation, &unit->declared);
        break;
    case MPE_UNIT_TRACK:
        facts->changed |= mpe_track_codec(track, unit);
        break;
    case MPE_UNIT_HEADER:
    case MPE_UNIT_TRACK_END:
        note_media_complete(observation);
        break;
    case MPE_UNIT_FRAME:
        note_frame(observation, track, unit, limits);
        break;
    case MPE_UNIT_FRAME_END:
        note_frame_end(observation, track, unit);
        break;
    case MPE_UNIT_ORPHAN:
        facts->orphan = unit->fault.what;
        facts->changed |= MPE_FACT_ORPHAN;
        break;
    case MPE_UNIT_DECLARED:
        mpe_track_declare(track, &unit->declared);
        facts->changed |= MPE_FACT_TOTALS;
        break;
    case MPE_UNIT_FAULT:
        facts->fault = unit->fault;
        facts->changed |= MPE_FACT_FAULT;
        break;
    }
}

void mpe_observe_stream(struct mpe_observation *observation, struct mpe_track_state *track,
                        const struct mpe_stream *stream)
{
    observation->facts.changed |= mpe_track_stream(track, stream);
}

void mpe_observe_time(struct mpe_observation *observation, int64_t idle_timeout_us)
{
    struct mpe_facts *facts = &observation->facts;

    facts->idle_us = facts->now_us - observation->last_media_us;
    facts->idle_timeout_us = idle_timeout_us;
    facts->changed |= MPE_FACT_CLOCK;
}

int64_t mpe_observe_media_clock_us(const struct mpe_observation *observation)
{
    return observation->clock_start_us + observation->facts.media_elapsed_us;
}
