/* Conditions of key frames. */
#include "health/judge.h"

#include "health.h"

#define ERROR_GOP_US 20000000

static int64_t longest_us(const struct mpe_track_health *track)
{
    int64_t longest_us = 0;
    for (uint8_t i = 0; i < track->gop_count; i++)
        longest_us = track->gops_us[i] > longest_us ? track->gops_us[i] : longest_us;
    return longest_us;
}

/* Of the interval that runs. */
static int64_t running_us(const struct mpe_track_health *track)
{
    return track->key_us != MPE_TIME_NONE ? track->elapsed_us - track->key_us : 0;
}

bool mpe_gop_is_long(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const struct mpe_track_health *const track = evidence->track_health;
    const int64_t limit_us = evidence->limits->max_key_frame_interval_us;
    const int64_t last_us = track->gop_count > 0 ? track->gops_us[0] : 0;
    const int64_t gop_us = running_us(track) > last_us ? running_us(track) : last_us;
    if (limit_us == 0 || gop_us <= limit_us)
        return false;
    mpe_finding_measured(finding, 0, gop_us, limit_us);
    finding->severity = gop_us > ERROR_GOP_US ? MPE_SEVERITY_ERROR : MPE_SEVERITY_WARNING;
    return true;
}

bool mpe_gop_is_not_long(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const struct mpe_track_health *const track = evidence->track_health;
    const int64_t limit_us = evidence->limits->max_key_frame_interval_us;
    if (longest_us(track) > limit_us || running_us(track) > limit_us)
        return false;
    return mpe_finding_measured(finding, 0, longest_us(track), limit_us);
}
