/* Conditions of key frames and of the order of frames. */
#include "health/judge.h"

#include "health.h"

#define ERROR_GOP_US 20000000

/* So many groups of one frame in a row, where there were longer ones. */
#define SINGLE_GOPS 4

/* ---- how far they are apart ---- */

static uint32_t longest_us(const struct mpe_track_health *track)
{
    uint32_t longest = 0;
    for (uint8_t i = 0; i < track->video->gop_count; i++)
        longest = track->video->gops_us[i] > longest ? track->video->gops_us[i] : longest;
    return longest;
}

static uint32_t shortest_us(const struct mpe_track_health *track)
{
    uint32_t shortest = UINT32_MAX;
    for (uint8_t i = 0; i < track->video->gop_count; i++)
        shortest = track->video->gops_us[i] < shortest ? track->video->gops_us[i] : shortest;
    return shortest;
}

static int64_t mean_us(const struct mpe_track_health *track)
{
    int64_t sum_us = 0;
    for (uint8_t i = 0; i < track->video->gop_count; i++)
        sum_us += track->video->gops_us[i];
    return sum_us / track->video->gop_count;
}

/* Of the interval that runs. */
static int64_t running_us(const struct mpe_track_health *track)
{
    return track->video->key_us != MPE_TIME_NONE ? track->elapsed_us - track->video->key_us : 0;
}

/* 120 frames at 29.97 a second are 4.004 s, and written as 4: a frame more is allowed. */
static int64_t most_gop_us(const struct mpe_evidence *evidence)
{
    const uint32_t frame_us = evidence->track_health->regular.median_us;
    return evidence->limits->max_key_frame_interval_us + (frame_us != 0 ? frame_us : 50000);
}

bool mpe_gop_is_long(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const struct mpe_track_health *const track = evidence->track_health;
    const int64_t last_us = track->video->gop_count > 0 ? track->video->gops_us[0] : 0;
    const int64_t gop_us = running_us(track) > last_us ? running_us(track) : last_us;
    if (evidence->limits->max_key_frame_interval_us == 0 || gop_us <= most_gop_us(evidence))
        return false;
    mpe_finding_measured(finding, 0, gop_us, evidence->limits->max_key_frame_interval_us);
    finding->severity = gop_us > ERROR_GOP_US ? MPE_SEVERITY_ERROR : MPE_SEVERITY_WARNING;
    return true;
}

bool mpe_gop_is_not_long(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const struct mpe_track_health *const track = evidence->track_health;
    const int64_t gop_us = running_us(track) > track->video->gops_us[0] ? running_us(track) : track->video->gops_us[0];
    if (gop_us > most_gop_us(evidence) || track->video->gops_us[1] > most_gop_us(evidence))
        return false;
    return mpe_finding_measured(finding, 0, gop_us, evidence->limits->max_key_frame_interval_us);
}

bool mpe_gop_is_short(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const struct mpe_track_health *const track = evidence->track_health;
    const int64_t limit_us = evidence->limits->min_key_frame_interval_us;
    if (track->video->gop_count < MPE_HEALTH_GOPS || mean_us(track) >= limit_us - limit_us / 100)
        return false;
    return mpe_finding_measured(finding, 0, mean_us(track), limit_us);
}

bool mpe_gop_is_not_short(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t limit_us = evidence->limits->min_key_frame_interval_us;
    if (mean_us(evidence->track_health) < limit_us)
        return false;
    return mpe_finding_measured(finding, 0, mean_us(evidence->track_health), limit_us);
}

/* By how much intervals may differ: a tenth of the longest, and a frame. */
static int64_t most_uneven_us(const struct mpe_track_health *track)
{
    const uint32_t frame_us = track->regular.median_us;
    return longest_us(track) / 10 + (frame_us != 0 ? frame_us : 50000) + 1000;
}

bool mpe_gop_is_uneven(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const struct mpe_track_health *const track = evidence->track_health;
    const int64_t apart_us = (int64_t)longest_us(track) - shortest_us(track);
    if (track->video->gop_count < MPE_HEALTH_GOPS || apart_us <= most_uneven_us(track))
        return false;
    return mpe_finding_measured(finding, 0, apart_us, most_uneven_us(track));
}

bool mpe_gop_is_even(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const struct mpe_track_health *const track = evidence->track_health;
    const int64_t apart_us = (int64_t)longest_us(track) - shortest_us(track);
    if (apart_us > most_uneven_us(track))
        return false;
    return mpe_finding_measured(finding, 0, apart_us, most_uneven_us(track));
}

/* ---- what they are ---- */

bool mpe_gop_is_open(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return evidence->track_health->video->is_gop_open && mpe_finding_plain(finding, 0);
}

bool mpe_gop_is_closed(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return !evidence->track_health->video->is_gop_open && mpe_finding_plain(finding, 0);
}

bool mpe_only_key_frames(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const struct mpe_track_health *const track = evidence->track_health;
    return track->video->has_longer_gops && track->video->single_gops >= SINGLE_GOPS && mpe_finding_plain(finding, 0);
}

bool mpe_not_only_key_frames(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return evidence->track_health->video->single_gops == 0 && mpe_finding_plain(finding, 0);
}

/* ---- what is between them ---- */

bool mpe_many_b_frames(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t most = evidence->limits->max_b_frames;
    if (most < 0 || evidence->track_health->video->b_frames <= most)
        return false;
    return mpe_finding_measured(finding, 0, evidence->track_health->video->b_frames, most);
}

bool mpe_few_b_frames(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const struct mpe_track_health *const track = evidence->track_health;
    if (track->video->b_frames > evidence->limits->max_b_frames || running_us(track) < 1000000)
        return false;
    return mpe_finding_measured(finding, 0, track->video->b_frames, evidence->limits->max_b_frames);
}
