/* Rules: who may publish, and under what name. */
#include "classify/rule.h"
#include "mpe.h"

bool mpe_rule_address(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    if (evidence->step->peer == MPE_MATCH_NO)
        return mpe_finding_plain(finding, MPE_REASON_ADDRESS_NOT_ALLOWED);
    if (evidence->step->peer == MPE_MATCH_MISSING)
        return mpe_finding_plain(finding, MPE_REASON_ADDRESS_UNKNOWN);
    return false;
}

bool mpe_rule_app(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return evidence->step->app == MPE_MATCH_NO && mpe_finding_plain(finding, MPE_REASON_APP_MISMATCH);
}

bool mpe_rule_stream_name(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return evidence->step->stream_name == MPE_MATCH_NO && mpe_finding_plain(finding, MPE_REASON_STREAM_NAME_MISMATCH);
}

bool mpe_rule_url_syntax(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return evidence->step->stream_name == MPE_MATCH_MISSING && mpe_finding_plain(finding, MPE_REASON_NO_STREAM_NAME);
}
