/* The fast path of health: nearly all frames go on as those before them. */
#include "session/health.h"

/* Nothing of the frame, or of time, is due. */
static inline bool is_usual(const struct mpe_session *session, const struct mpe_track_state *track, int own)
{
    const struct mpe_health *const health = session->health;
    return track->facts.index < health->usual_count && session->now_us < health->due_us && !track->in_key_frame &&
           health->apart.dts_us[!own] - track->facts.last_dts_us <= session->tools.limits->out_of_sync_us;
}

void mpe_health_judge_frame(struct mpe_turn *turn)
{
    struct mpe_session *const session = turn->session;
    struct mpe_health *const health = session->health;
    const struct mpe_track_facts *const facts = &turn->track->observed.facts;
    const struct mpe_limits *const limits = session->tools.limits;
    const int64_t dts_us = facts->last_dts_us, elapsed_us = facts->elapsed_us;
    const int own = mpe_apart_place(facts->media);
    if (!is_usual(session, &turn->track->observed, own)) {
        mpe_health_look_at_frame(turn);
        return;
    }
    struct mpe_judged_track *const judged = health->tracks != NULL ? &health->tracks[facts->index] : NULL;
    struct mpe_track_chunks *const chunks = health->chunks != NULL ? &health->chunks[facts->index] : NULL;
    if ((judged != NULL && !mpe_health_goes_on(&judged->observed, elapsed_us, limits)) ||
        (chunks != NULL && !mpe_chunks_goes_on(chunks, dts_us, limits))) {
        mpe_health_look_at_frame(turn);
        return;
    }
    health->apart.dts_us[own] = dts_us;
    if (chunks != NULL)
        mpe_chunks_go_on(chunks, dts_us, turn->unit->dts, session->now_us);
    if (judged != NULL)
        mpe_health_go_on(&health->judged->observed, &judged->observed, own, elapsed_us);
}
