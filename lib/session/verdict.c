#include "session/verdict.h"

#include "mpe.h"

static uint64_t bit_of(int32_t reason)
{
    return (uint64_t)1 << reason;
}

/* The bit of a fault: what is judged again at the end is the same fault. */
static uint64_t fault_bit(int32_t reason)
{
    if (reason == MPE_REASON_NO_METADATA_AT_END)
        return bit_of(MPE_REASON_NO_METADATA);
    if (reason == MPE_REASON_NO_HEADER_AT_END)
        return bit_of(MPE_REASON_FRAMES_BEFORE_HEADER);
    return bit_of(reason);
}

static uint64_t *raised_by(struct mpe_session *session, const struct mpe_finding *finding)
{
    return finding->track >= 0 ? &session->tracks.items[finding->track].raised : &session->raised;
}

/* A finding that has no memory to wait in becomes the one that says so. */
static struct mpe_finding loss_of(struct mpe_finding finding)
{
    finding.code = MPE_UNKNOWN_ERROR;
    finding.reason = MPE_REASON_OUT_OF_MEMORY;
    finding.event = MPE_EVENT_ENCODER_DISCONNECTED;
    finding.what = "a finding";
    finding.value = sizeof finding;
    finding.flags = (uint8_t)((finding.flags & ~MPE_ERROR_HAS_LIMIT) | MPE_ERROR_HAS_VALUE);
    return finding;
}

/* false: there is no memory for it, nor for saying so at its place. */
static bool keep(struct mpe_session *session, const struct mpe_finding *finding)
{
    if (session->findings == NULL)
        session->findings = mpe_mem_new(session->tools.mem, sizeof *session->findings);
    if (session->findings == NULL)
        return false;
    if (!mpe_findings_push(session->tools.mem, session->findings, finding)) {
        const struct mpe_finding loss = loss_of(*finding);
        mpe_findings_push_last(session->findings, &loss);
    }
    return true;
}

bool mpe_verdict_raise(struct mpe_session *session, const struct mpe_finding *finding)
{
    uint64_t *const raised = raised_by(session, finding);
    const uint64_t bit = fault_bit(finding->reason);
    if ((*raised & bit) != 0)
        return false;
    *raised |= bit;
    const bool is_kept = keep(session, finding);
    if (!is_kept)
        session->is_finding_lost = session->is_loss_untold = true;
    if (session->state != MPE_STATE_REJECTED && session->state != MPE_STATE_DISCONNECTED)
        session->state =
            is_kept && finding->event == MPE_EVENT_CONNECTION_REJECTED ? MPE_STATE_REJECTED : MPE_STATE_DISCONNECTED;
    return true;
}

/* Of a finding of which nothing could be kept. */
static struct mpe_finding lost(const struct mpe_session *session)
{
    return loss_of((struct mpe_finding){.track = -1, .now_us = session->now_us});
}

bool mpe_verdict_tell(struct mpe_session *session, struct mpe_finding *finding)
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
    if (session->findings != NULL)
        *finding = session->findings->first;
    else if (session->is_finding_lost)
        *finding = lost(session);
    else if (session->ending != 0)
        *finding = (struct mpe_finding){.code = session->ending,
                                        .reason = MPE_REASON_ENDED,
                                        .event = MPE_EVENT_ENCODER_DISCONNECTED,
                                        .track = -1,
                                        .now_us = session->now_us};
    else
        return false;
    return true;
}
