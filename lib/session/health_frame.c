/* The fast path of health: nearly all frames go on as those before them. */
#include "session/health.h"

/* Nothing of the frame's kind, or of time, is due. */
static inline bool is_usual(const struct mpe_session *session, const struct mpe_track_state *track)
{
    const struct mpe_health *const health = session->health;
    return track->facts.index < health->usual_count && session->now_us < health->due_us && !track->in_key_frame;
}

/* Whether conditions have no more to see in the frame than that it goes on. */
static inline bool is_judged(const struct mpe_health *health, const struct mpe_track_facts *facts,
                             const struct mpe_limits *limits)
{
    const int64_t apart_us = mpe_apart_us(&health->apart, facts->media, facts->last_dts_us);
    return health->tracks == NULL ||
           mpe_health_goes_on(&health->judged->observed, &health->tracks[facts->index].observed, facts->elapsed_us,
                              apart_us, limits);
}

/* The same of notices, where there are two tracks at most. */
static inline bool is_noted(const struct mpe_health *health, const struct mpe_track_facts *facts,
                            const struct mpe_unit *unit, const struct mpe_limits *limits)
{
    const struct mpe_track_chunks *const chunks = health->chunks;
    return chunks == NULL || mpe_chunks_goes_on(&chunks[facts->index], &chunks[health->usual_count - 1 - facts->index],
                                                unit, facts->last_dts_us, limits);
}

void mpe_health_judge_frame(struct mpe_turn *turn)
{
    const struct mpe_session *const session = turn->session;
    struct mpe_health *const health = session->health;
    const struct mpe_track_facts *const facts = &turn->track->observed.facts;
    const struct mpe_limits *const limits = session->tools.limits;
    if (!is_usual(session, &turn->track->observed) || !is_judged(health, facts, limits) ||
        !is_noted(health, facts, turn->unit, limits)) {
        mpe_health_look_at_frame(turn);
        return;
    }
    const int own = mpe_apart_place(facts->media);
    health->apart.dts_us[own] = facts->last_dts_us;
    if (health->chunks != NULL)
        mpe_chunks_go_on(&health->chunks[facts->index], turn->unit, facts->last_dts_us, session->now_us);
    if (health->tracks != NULL)
        mpe_health_go_on(&health->judged->observed, &health->tracks[facts->index].observed, own, turn->unit,
                         facts->elapsed_us, session->now_us);
}
