/* Rules: decode times and composition times. */
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

bool mpe_rule_lead(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t lead_us = evidence->step->lead_us;
    const int64_t limit_us = evidence->limits->max_lead_us;
    const bool is_one_step = evidence->step->jump_us > lead_us / 2;
    if (limit_us == 0 || lead_us <= limit_us)
        return false;
    return mpe_finding_measured(finding, is_one_step ? MPE_REASON_TIME_JUMP : MPE_REASON_LEAD, lead_us, limit_us);
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
