/* What records do to a session. */
#include "session/verdict.h"

#include "limits/actions.h"
#include "mpe.h"
#include "session/share.h"

/* By class: in which state a record ends the session, and whether it waits to be polled. */
static const struct effect {
    uint8_t state; /* enum mpe_session_state */
    bool is_polled;
} effects[MPE_CLASS_END] = {
    [MPE_CLASS_REJECT] = {MPE_STATE_REJECTED, true},
    [MPE_CLASS_DISCONNECT] = {MPE_STATE_DISCONNECTED, true},
    [MPE_CLASS_ENDING] = {MPE_STATE_FINISHED, false},
};

/* ---- judging ---- */

void mpe_verdict_run(struct mpe_turn *turn)
{
    const struct mpe_session *const session = turn->session;
    mpe_classify(&mpe_fault_rules, &session->observation.facts, &turn->step, session->tools.limits, turn->judgement);
}

void mpe_verdict_do(struct mpe_session *session, struct mpe_judgement *judgement)
{
    for (size_t i = 0; i < judgement->count && !session->stopped; i++)
        mpe_verdict_raise(session, &judgement->findings[i]);
    judgement->count = 0;
}

/* ---- doing ---- */

void mpe_verdict_stop(struct mpe_session *session)
{
    session->stopped = true;
    mpe_share_leave(session);
}

static struct mpe_standing *standing_of(struct mpe_session *session, const struct mpe_finding *finding)
{
    return finding->track >= 0 ? &session->tracks.items[finding->track].standing : &session->standing;
}

/* A record that has no memory to wait in becomes the one that says so. */
static struct mpe_finding loss_of(struct mpe_finding finding)
{
    finding.code = MPE_UNKNOWN_ERROR;
    finding.reason = MPE_REASON_OUT_OF_MEMORY;
    finding.class = MPE_CLASS_DISCONNECT;
    finding.what = "a finding";
    finding.value = sizeof(finding);
    finding.flags = (uint8_t)((finding.flags & ~MPE_ERROR_HAS_LIMIT) | MPE_ERROR_HAS_VALUE);
    return finding;
}

/* false: there is no memory for it, nor for saying so at its place. */
static bool keep_finding(struct mpe_session *session, const struct mpe_finding *finding)
{
    struct mpe_findings **const ring = &session->findings;
    if (*ring == NULL)
        *ring = mpe_mem_new(session->tools.mem, sizeof(**ring));
    if (*ring == NULL)
        return false;
    if (!mpe_findings_push(session->tools.mem, *ring, finding)) {
        const struct mpe_finding loss = loss_of(*finding);
        mpe_findings_push_last(*ring, &loss);
    }
    return true;
}

static bool is_ended(const struct mpe_session *session)
{
    return session->state > MPE_STATE_ADMITTED;
}

/* The first record that ends the session is the verdict on it. */
static void end(struct mpe_session *session, const struct mpe_finding *finding, uint8_t state, bool is_kept)
{
    struct mpe_findings *const findings = session->findings;
    if (is_ended(session))
        return;
    session->state = is_kept ? state : MPE_STATE_DISCONNECTED;
    if (finding->class == MPE_CLASS_ENDING)
        session->ending = (int16_t)finding->code;
    else if (is_kept)
        mpe_findings_end(findings, finding);
}

static int32_t action_on(const struct mpe_session *session, const struct mpe_finding *finding)
{
    return finding->is_by_host || finding->class == MPE_CLASS_ENDING
               ? MPE_ACTION_REFUSE
               : mpe_limits_action(session->tools.limits, finding->code);
}

void mpe_verdict_raise(struct mpe_session *session, const struct mpe_finding *finding)
{
    const struct effect *const effect = &effects[finding->class];
    const int32_t action = action_on(session, finding);
    struct mpe_finding record = *finding;
    bool is_kept = true;
    if (!mpe_standing_apply(standing_of(session, finding), finding) || action == MPE_ACTION_IGNORE)
        return;
    const bool ends = action == MPE_ACTION_REFUSE || finding->is_fatal;
    if (!ends)
        record.flags |= MPE_ERROR_REPORTED;
    if (effect->is_polled)
        is_kept = keep_finding(session, &record);
    if (!is_kept)
        session->is_loss_untold = true;
    if (ends)
        end(session, &record, effect->state, is_kept);
    if (ends && action == MPE_ACTION_REFUSE)
        mpe_verdict_stop(session);
}

/* ---- polling ---- */

/* Of a record of which nothing could be kept. */
static struct mpe_finding lost(const struct mpe_session *session)
{
    return loss_of((struct mpe_finding){.track = -1, .now_us = session->now_us});
}

bool mpe_verdict_poll(struct mpe_session *session, struct mpe_finding *finding)
{
    if (session->findings != NULL && mpe_findings_take(session->findings, finding))
        return true;
    if (!session->is_loss_untold)
        return false;
    session->is_loss_untold = false;
    *finding = lost(session);
    return true;
}

bool mpe_verdict_ending(const struct mpe_session *session, struct mpe_finding *finding)
{
    const struct mpe_findings *const findings = session->findings;
    if (findings != NULL && findings->has_verdict)
        *finding = findings->verdict;
    else if (session->ending != 0)
        *finding = (struct mpe_finding){.code = session->ending,
                                        .reason = MPE_REASON_ENDED,
                                        .class = MPE_CLASS_ENDING,
                                        .track = -1,
                                        .now_us = session->now_us};
    else if (is_ended(session))
        *finding = lost(session);
    else
        return false;
    return true;
}
