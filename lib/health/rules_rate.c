/* Conditions of rates: against the clock, against what is declared, against what is wanted. */
#include "health/judge.h"

#include "health.h"

/* ---- the clock ---- */

#define LOST_US   3000000
#define LEFT_US   500000
#define LOST_LONG MPE_LEAD_LOST
#define LOST_20S  8 /* slices of 3 s, the one that runs with them */

static int64_t lost_us(const struct mpe_evidence *evidence, int slices)
{
    return mpe_lead_lost_us(&evidence->health->lead, slices, evidence->health->fragment_us);
}

bool mpe_is_starved(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t us = lost_us(evidence, LOST_LONG);
    return mpe_health_has_media(evidence->health) && us >= LOST_US && mpe_finding_measured(finding, 0, us, LOST_US);
}

bool mpe_is_not_starved(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t us = lost_us(evidence, LOST_20S);
    return (!mpe_health_has_media(evidence->health) || us <= LEFT_US) && mpe_finding_measured(finding, 0, us, LOST_US);
}

#define FAST_PERMILLE     100
#define NOT_FAST_PERMILLE 50

static bool speed(struct mpe_finding *finding, int64_t gain_permille)
{
    return mpe_finding_measured(finding, 0, 100 + gain_permille / 10, 100 + FAST_PERMILLE / 10);
}

bool mpe_is_fast(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t gain_permille = mpe_lead_gain_permille(&evidence->health->lead);
    return gain_permille > FAST_PERMILLE && speed(finding, gain_permille);
}

bool mpe_is_not_fast(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t gain_permille = mpe_lead_gain_permille(&evidence->health->lead);
    return gain_permille < NOT_FAST_PERMILLE && speed(finding, gain_permille < 0 ? 0 : gain_permille);
}

/* ---- bits ---- */

/* A rate counts as fps where it is within 1 % of it: 59.94 is 60. */
static bool fits(const struct mpe_least_bitrate *row, int64_t lines, int64_t mfps)
{
    return lines >= row->lines && mfps >= row->fps * INT64_C(990);
}

static bool is_larger(const struct mpe_least_bitrate *row, const struct mpe_least_bitrate *other)
{
    return other == NULL || row->lines > other->lines || (row->lines == other->lines && row->fps > other->fps);
}

/* By the size of the picture, or, where no row is of it, the one for all. */
static int64_t least_video_bps(const struct mpe_evidence *evidence)
{
    const struct mpe_stream *const stream = evidence->track->stream;
    const int64_t lines = stream->width_px < stream->height_px ? stream->width_px : stream->height_px;
    const struct mpe_least_bitrate *best = NULL;
    for (int i = 0; i < MPE_LIMITS_BITRATES && evidence->limits->least_bitrates[i].bps != 0; i++) {
        const struct mpe_least_bitrate *const row = &evidence->limits->least_bitrates[i];
        if (fits(row, lines, evidence->track_health->mfps) && is_larger(row, best))
            best = row;
    }
    return best != NULL ? best->bps : evidence->limits->min_video_bitrate_bps;
}

static int64_t least_bps(const struct mpe_evidence *evidence)
{
    return evidence->track->media == MPE_MEDIA_VIDEO ? least_video_bps(evidence)
                                                     : evidence->limits->min_audio_bitrate_bps;
}

/* Within 1 % of it is not below. */
bool mpe_bitrate_is_low(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const struct mpe_track_health *const track = evidence->track_health;
    const int64_t least = least_bps(evidence);
    if (!track->has_rates || track->bps >= least - least / 100)
        return false;
    return mpe_finding_measured(finding, 0, track->bps, least);
}

bool mpe_bitrate_is_not_low(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    if (evidence->track_health->bps < least_bps(evidence))
        return false;
    return mpe_finding_measured(finding, 0, evidence->track_health->bps, least_bps(evidence));
}

/* Slides have next to no rate: below this they are not looked at. */
#define SLIDES_BPS 40000

/* In percent of what is declared; -1: nothing is, or the rate is not known. */
static int64_t percent_of_declared(const struct mpe_evidence *evidence)
{
    const int64_t declared_bps = evidence->track->declared_bps;
    if (declared_bps <= 0 || !evidence->track_health->has_rates)
        return -1;
    return (int64_t)evidence->track_health->bps * 100 / declared_bps;
}

static bool against_declared(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return mpe_finding_measured(finding, 0, evidence->track_health->bps, evidence->track->declared_bps);
}

bool mpe_bitrate_is_other(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t percent = percent_of_declared(evidence);
    const bool is_low = percent >= 0 && percent <= 50 && evidence->track_health->bps > SLIDES_BPS;
    if (percent < 200 && !is_low)
        return false;
    against_declared(evidence, finding);
    finding->severity = is_low ? MPE_SEVERITY_SUGGESTION : MPE_SEVERITY_WARNING;
    return true;
}

bool mpe_bitrate_is_as_declared(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t percent = percent_of_declared(evidence);
    const bool is_slides = evidence->track_health->bps <= SLIDES_BPS && percent < 100;
    if (percent >= 0 && !is_slides && (percent < 55 || percent > 190))
        return false;
    return against_declared(evidence, finding);
}

/* ---- frames ---- */

/* 29.97 is no less than 30 for anybody: within 1 % is not below. */
bool mpe_frame_rate_is_low(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const struct mpe_track_health *const track = evidence->track_health;
    const int64_t least = evidence->limits->min_frame_rate_mfps;
    if (!track->has_rates || track->mfps >= least - least / 100)
        return false;
    return mpe_finding_measured(finding, 0, track->mfps, least);
}

bool mpe_frame_rate_is_not_low(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t least = evidence->limits->min_frame_rate_mfps;
    if (evidence->track_health->mfps < least - least / 200)
        return false;
    return mpe_finding_measured(finding, 0, evidence->track_health->mfps, least);
}

#define UNSTABLE_PERMILLE 100
#define STABLE_PERMILLE   50

bool mpe_frame_rate_is_unstable(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const uint16_t odd = evidence->track_health->regular.odd_permille;
    return odd > UNSTABLE_PERMILLE && mpe_finding_measured(finding, 0, odd, UNSTABLE_PERMILLE);
}

bool mpe_frame_rate_is_stable(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const uint16_t odd = evidence->track_health->regular.odd_permille;
    return odd <= STABLE_PERMILLE && mpe_finding_measured(finding, 0, odd, UNSTABLE_PERMILLE);
}
