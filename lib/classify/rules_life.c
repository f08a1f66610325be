/* Rules for what a session may cost, whatever it carries. */
#include "classify/rule.h"
#include "mpe.h"

bool mpe_rule_volume(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t limit_bytes = evidence->step->volume_limit_bytes;
    return mpe_finding_measured(finding, MPE_REASON_BYTES_AHEAD, limit_bytes + 1, limit_bytes);
}

/* Who holds a connection must give a stream for it. */
bool mpe_rule_idle(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t idle_us = evidence->step->idle_us;
    const int64_t limit_us = evidence->step->idle_timeout_us;
    const bool awaits_publish = mpe_facts_await_publish(evidence->facts);
    if (limit_us == 0 || idle_us < limit_us)
        return false;
    return mpe_finding_measured(finding, awaits_publish ? MPE_REASON_NOT_PUBLISHED : MPE_REASON_IDLE, idle_us,
                                limit_us);
}

bool mpe_rule_not_admitted(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t opening_us = evidence->step->opening_us;
    const int64_t limit_us = evidence->limits->max_opening_us;
    if (evidence->step->idle_timeout_us == 0 || limit_us == 0 || opening_us < limit_us)
        return false;
    return mpe_finding_measured(finding, MPE_REASON_NOT_ADMITTED, opening_us, limit_us);
}
