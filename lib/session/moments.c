/* Moments: steps that no unit brings, each judged alone; and the end. */
#include "session/health.h"
#include "session/late.h"
#include "session/naming.h"
#include "session/pipeline.h"
#include "session/protocol.h"
#include "session/share.h"
#include "session/turn.h"
#include "session/verdict.h"

static void begin_moment(struct mpe_turn *turn, struct mpe_session *session, struct mpe_judgement *judgement)
{
    judgement->count = 0;
    mpe_turn_begin(turn, session, judgement, NULL, MPE_OFFSET_NONE);
}

static void end_moment(struct mpe_turn *turn)
{
    if (turn->step.changed == 0)
        return;
    mpe_verdict_run(turn);
    mpe_verdict_close(turn->session, turn->judgement);
}

void mpe_pipeline_open(struct mpe_session *session, bool session_id_taken)
{
    struct mpe_judgement judgement;
    struct mpe_turn turn;
    begin_moment(&turn, session, &judgement);
    mpe_naming_peer(&turn);
    if (session_id_taken)
        mpe_turn_fail(&turn, MPE_REASON_DUPLICATE_ENTRY, "the session id is in use in this channel", 0, 0);
    end_moment(&turn);
}

/* The first one names what is published: further requests of CMAF have URLs of their own. */
void mpe_pipeline_url(struct mpe_session *session, struct mpe_span url)
{
    struct mpe_judgement judgement;
    struct mpe_turn turn;
    begin_moment(&turn, session, &judgement);
    mpe_naming_url(&turn, url);
    if (session->part.name == NULL)
        mpe_share_url(&turn, url);
    end_moment(&turn);
}

static void judge_time(struct mpe_session *session, int64_t idle_timeout_us)
{
    struct mpe_judgement judgement;
    struct mpe_turn turn;
    begin_moment(&turn, session, &judgement);
    mpe_share_time(&turn);
    mpe_observe_time(&session->observation, idle_timeout_us, session->tools.limits, &turn.step);
    end_moment(&turn);
    mpe_health_time(&turn);
}

/* Before nearly all feeds no time has passed that any layer waits for. */
void mpe_pipeline_time(struct mpe_session *session)
{
    const int64_t idle_timeout_us = mpe_protocol_idle_timeout_us(session->wire.protocol, session->tools.limits);
    if (mpe_share_is_due(session) || mpe_observe_is_due(&session->observation, idle_timeout_us, session->now_us) ||
        mpe_health_is_due(session))
        judge_time(session, idle_timeout_us);
}

/* More bytes came than the time allows: the first of them decides. */
void mpe_pipeline_volume(struct mpe_session *session)
{
    struct mpe_judgement judgement;
    struct mpe_turn turn;
    begin_moment(&turn, session, &judgement);
    mpe_volume_note(session->tools.limits, session->wire.read_bytes, &turn.step);
    end_moment(&turn);
}

/* ---- units that no feed brings ---- */

static void take(struct mpe_session *session, const struct mpe_unit *unit)
{
    struct mpe_judgement judgement;
    struct mpe_turn turn;
    if (unit->kind == MPE_UNIT_NONE || session->stopped)
        return;
    judgement.count = 0;
    mpe_turn_begin(&turn, session, &judgement, unit, unit->offset_bytes);
    mpe_pipeline_other(&turn);
    mpe_verdict_close(session, &judgement);
}

void mpe_pipeline_body(struct mpe_session *session, bool is_complete)
{
    struct mpe_unit unit;
    if (mpe_wire_next_body(&session->wire, is_complete, &unit))
        take(session, &unit);
    mpe_pipeline_end_if_dead(session);
}

/* ---- late binding: what named the session is taken as it would have been when it came ---- */

static void take_tracks(struct mpe_session *session)
{
    struct mpe_judgement judgement;
    struct mpe_turn turn;
    if (session->stopped)
        return;
    begin_moment(&turn, session, &judgement);
    mpe_share_enter(&turn);
    mpe_verdict_close(session, &judgement);
}

void mpe_pipeline_bind(struct mpe_session *session, bool is_new, bool session_id_taken)
{
    const struct mpe_late_binding *const late = session->late;
    mpe_pipeline_open(session, session_id_taken);
    if (late->url.bytes != NULL && !session->stopped)
        mpe_pipeline_url(session, late->url);
    take(session, &late->connect);
    take(session, &late->publish);
    if (is_new)
        take_tracks(session);
}

/* Each track is judged, or the session, where it has none. */
void mpe_pipeline_end(struct mpe_session *session)
{
    struct mpe_judgement judgement;
    struct mpe_turn turn;
    uint16_t i = 0;
    judgement.count = 0;
    do {
        mpe_turn_begin(&turn, session, &judgement, NULL, MPE_OFFSET_NONE);
        mpe_verdict_settle(session, &judgement, MPE_OFFSET_NONE);
        turn.step.changed = MPE_FACT_END;
        if (i < session->tracks.count)
            turn.step.track = &session->tracks.items[i].observed.facts;
        mpe_verdict_judge(&turn);
    } while (++i < session->tracks.count);
    mpe_verdict_close(session, &judgement);
    begin_moment(&turn, session, &judgement);
    mpe_health_end(&turn);
}

void mpe_pipeline_end_if_dead(struct mpe_session *session)
{
    if (!mpe_wire_is_dead(&session->wire) || session->stopped)
        return;
    mpe_pipeline_end(session);
    mpe_verdict_stop(session);
}
