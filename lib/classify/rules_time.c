#include "classify/rule.h"
#include "mpe.h"

bool mpe_rule_step_back(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t back_us = evidence->step->back_us;
    const int64_t limit_us = evidence->limits->max_step_back_us;
    return back_us > limit_us && mpe_finding_measured(finding, MPE_REASON_STEP_BACK, back_us, limit_us);
}

bool mpe_rule_step_forward(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t forward_us = evidence->step->forward_us;
    const int64_t limit_us = evidence->limits->max_step_forward_us;
    return forward_us > limit_us && mpe_finding_measured(finding, MPE_REASON_STEP_FORWARD, forward_us, limit_us);
}

bool mpe_rule_composition_offset(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t offset_us = evidence->step->composition_offset_us;
    const int64_t limit_us = evidence->limits->max_composition_offset_us;
    if (offset_us >= -limit_us && offset_us <= limit_us)
        return false;
    return mpe_finding_measured(finding, MPE_REASON_COMPOSITION_OFFSET, offset_us, limit_us);
}

bool mpe_rule_idle(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t idle_us = evidence->step->idle_us;
    const int64_t limit_us = evidence->step->idle_timeout_us;
    if (limit_us == 0 || idle_us < limit_us)
        return false;
    return mpe_finding_measured(finding, MPE_REASON_IDLE, idle_us, limit_us);
}

bool mpe_rule_lead(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t lead_us = evidence->step->lead_us;
    const int64_t limit_us = evidence->limits->max_lead_us;
    const bool is_one_step = evidence->step->jump_us > lead_us / 2;
    if (limit_us == 0 || lead_us <= limit_us)
        return false;
    return mpe_finding_measured(finding, is_one_step ? MPE_REASON_TIME_JUMP : MPE_REASON_LEAD, lead_us, limit_us);
}

/* So long the highest bitrate of limits.def stays inside 63 bits: spares every frame a division. */
#define SHORT_MS 70000000

/* INT64_MAX where they are more. */
static int64_t bytes_in(int64_t bps, int64_t time_us)
{
    const int64_t bytes_per_s = bps / 8;
    const int64_t time_ms = time_us / 1000;
    if (time_ms > SHORT_MS && bytes_per_s > 0 && time_ms > INT64_MAX / bytes_per_s)
        return INT64_MAX;
    return bytes_per_s * time_ms / 1000;
}

bool mpe_rule_bytes_without_time(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const struct mpe_limits *const limits = evidence->limits;
    const int64_t bytes = (int64_t)evidence->facts->still_bytes;
    const int64_t allowed_bytes = bytes_in(limits->max_bitrate_bps, evidence->step->still_us + limits->max_lead_us);
    if (limits->max_lead_us == 0 || limits->max_bitrate_bps == 0 || bytes <= allowed_bytes)
        return false;
    return mpe_finding_measured(finding, MPE_REASON_BYTES_WITHOUT_TIME, bytes, allowed_bytes);
}

bool mpe_rule_fault(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const struct mpe_fault *const fault = &evidence->step->fault;
    mpe_finding_plain(finding, fault->reason);
    finding->what = fault->what;
    finding->value = fault->value;
    finding->limit = fault->limit;
    if (fault->reason == MPE_REASON_INTERNAL_LIMIT)
        finding->flags = MPE_ERROR_HAS_VALUE | MPE_ERROR_HAS_LIMIT;
    if (fault->reason == MPE_REASON_OUT_OF_MEMORY)
        finding->flags = MPE_ERROR_HAS_VALUE;
    return true;
}
