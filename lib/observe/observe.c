/* A session as it is observed: applies units and time to the facts. */
#include "observe/observe.h"

#include <string.h>

void mpe_observe_open(struct mpe_observation *observation, int32_t kind, int64_t now_us)
{
    memset(observation, 0, sizeof(*observation));
    observation->facts.kind = (uint8_t)kind;
    observation->start_us = now_us;
    observation->last_media_us = now_us;
}

static void note_metadata(struct mpe_observation *observation, const struct mpe_declared *declared,
                          struct mpe_step *step)
{
    observation->facts.metadata_seen = true;
    observation->declared = *declared;
    step->changed |= MPE_FACT_METADATA;
}

/* The first one is life: a stream is to come. After it, only the stream is. */
static void note_publish(struct mpe_observation *observation, const struct mpe_unit *unit, struct mpe_step *step)
{
    struct mpe_declared declared = {0};
    if (!observation->facts.is_published)
        observation->last_media_us = step->now_us;
    observation->facts.is_published = true;
    if (mpe_declared_by_query(unit->name, &declared))
        note_metadata(observation, &declared, step);
}

/* The mdat of a fragment ends what its moof began, once: nothing else without a frame is life. */
static void note_no_frame(struct mpe_observation *observation, const struct mpe_step *step)
{
    if (observation->has_data_to_come)
        mpe_observe_life(observation, step);
    observation->has_data_to_come = false;
}

void mpe_observe_first_media(struct mpe_observation *observation, const struct mpe_limits *limits, int64_t now_us)
{
    if (limits->media_clock)
        observation->start_us = now_us;
    observation->media_began_us = now_us;
    observation->facts.media_seen = true;
}

void mpe_observe_unit(struct mpe_observation *observation, struct mpe_track_state *track, const struct mpe_unit *unit,
                      struct mpe_step *step)
{
    step->track = track != NULL ? &track->facts : NULL;
    switch ((enum mpe_unit_kind)unit->kind) {
    case MPE_UNIT_PUBLISH:
        note_publish(observation, unit, step);
        break;
    case MPE_UNIT_METADATA:
        note_metadata(observation, &unit->declared, step);
        break;
    case MPE_UNIT_TRACK:
        mpe_track_codec(track, unit, step);
        break;
    case MPE_UNIT_ORPHAN:
        step->fault.what = unit->fault.what;
        step->changed |= MPE_FACT_ORPHAN;
        break;
    case MPE_UNIT_FAULT:
        step->fault = unit->fault;
        step->changed |= MPE_FACT_FAULT;
        break;
    case MPE_UNIT_NO_FRAME:
        note_no_frame(observation, step);
        break;
    case MPE_UNIT_NONE:
    case MPE_UNIT_HEADER:
    case MPE_UNIT_KEY_FRAME:
    case MPE_UNIT_TRACK_END:
    case MPE_UNIT_FRAME: /* these two of a track that is retired */
    case MPE_UNIT_FRAME_END:
    case MPE_UNIT_CONNECT:
    case MPE_UNIT_COMMAND:
    case MPE_UNIT_UNPUBLISH:
    case MPE_UNIT_TRACK_GONE:
    case MPE_UNIT_DECLARED:
        break;
    }
}

void mpe_observe_time(const struct mpe_observation *observation, int64_t idle_timeout_us,
                      const struct mpe_limits *limits, struct mpe_step *step)
{
    const struct mpe_facts *const facts = &observation->facts;
    if (idle_timeout_us == 0)
        return;
    step->idle_us = step->now_us - observation->last_media_us;
    step->idle_timeout_us = idle_timeout_us;
    step->opening_us = facts->media_seen && !facts->admitted ? step->now_us - observation->media_began_us : 0;
    if (step->idle_us >= idle_timeout_us || (limits->max_opening_us != 0 && step->opening_us >= limits->max_opening_us))
        step->changed |= MPE_FACT_IDLE;
}
