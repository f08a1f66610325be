/* Conditions of what there is of audio and video, and of what happens once. */
#include "health/judge.h"

#include "health.h"

/* ---- missing ---- */

#define MISSING_US 4000000

enum { VIDEO, AUDIO };

/* So much of the other media came since this one did last; none where that is behind. */
static int64_t missing_us(const struct mpe_evidence *evidence, int media)
{
    const int64_t since_us = evidence->health->media_us[!media] - evidence->health->seen_us[media];
    return since_us > 0 ? since_us : 0;
}

static int64_t most_missing_us(const struct mpe_evidence *evidence)
{
    return MISSING_US + evidence->health->fragment_us;
}

static bool is_missing(const struct mpe_evidence *evidence, int media, bool is_wanted, struct mpe_finding *finding)
{
    if (!is_wanted || missing_us(evidence, media) < most_missing_us(evidence))
        return false;
    mpe_finding_measured(finding, 0, missing_us(evidence, media), most_missing_us(evidence));
    finding->media = media == VIDEO ? MPE_MEDIA_VIDEO : MPE_MEDIA_AUDIO;
    return true;
}

static bool is_there(const struct mpe_evidence *evidence, int media, struct mpe_finding *finding)
{
    if (missing_us(evidence, media) >= most_missing_us(evidence))
        return false;
    mpe_finding_measured(finding, 0, missing_us(evidence, media), most_missing_us(evidence));
    finding->media = media == VIDEO ? MPE_MEDIA_VIDEO : MPE_MEDIA_AUDIO;
    return true;
}

static bool had_frames(const struct mpe_evidence *evidence, int media)
{
    return evidence->health->had_frames[media];
}

bool mpe_video_is_missing(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const bool is_wanted =
        evidence->limits->video_required || evidence->health->has_announced[VIDEO] || had_frames(evidence, VIDEO);
    return is_missing(evidence, VIDEO, is_wanted, finding);
}

bool mpe_audio_is_missing(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const bool is_wanted =
        evidence->limits->audio_required || evidence->health->has_announced[AUDIO] || had_frames(evidence, AUDIO);
    return is_missing(evidence, AUDIO, is_wanted, finding);
}

bool mpe_video_is_there(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return is_there(evidence, VIDEO, finding);
}

bool mpe_audio_is_there(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return is_there(evidence, AUDIO, finding);
}

/* ---- what happens once ---- */

static bool has_event(const struct mpe_events *events, int event)
{
    return events->left_s[event] != 0;
}

bool mpe_has_gap(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    if (!has_event(&evidence->track_health->events, MPE_TRACK_GAP))
        return false;
    return mpe_finding_measured(finding, 0, evidence->track_health->gap_us, evidence->limits->discontinuity_us);
}

bool mpe_has_no_gap(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return !has_event(&evidence->track_health->events, MPE_TRACK_GAP) && mpe_finding_plain(finding, 0);
}

bool mpe_parameters_changed(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return has_event(&evidence->track_health->events, MPE_TRACK_OTHER_HEADER) && mpe_finding_plain(finding, 0);
}

bool mpe_parameters_stay(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return !has_event(&evidence->track_health->events, MPE_TRACK_OTHER_HEADER) && mpe_finding_plain(finding, 0);
}

static bool lost_frames(const struct mpe_evidence *evidence, int event, struct mpe_finding *finding)
{
    mpe_finding_plain(finding, 0);
    finding->value = evidence->track_health->video->lost_frames[event - MPE_TRACK_ENCODER_SLOW];
    finding->flags = MPE_ERROR_HAS_VALUE;
    return true;
}

bool mpe_encoder_is_slow(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return has_event(&evidence->track_health->events, MPE_TRACK_ENCODER_SLOW) &&
           lost_frames(evidence, MPE_TRACK_ENCODER_SLOW, finding);
}

bool mpe_encoder_keeps_up(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return !has_event(&evidence->track_health->events, MPE_TRACK_ENCODER_SLOW) && mpe_finding_plain(finding, 0);
}

bool mpe_network_is_slow(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return has_event(&evidence->track_health->events, MPE_TRACK_NETWORK_SLOW) &&
           lost_frames(evidence, MPE_TRACK_NETWORK_SLOW, finding);
}

bool mpe_network_keeps_up(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return !has_event(&evidence->track_health->events, MPE_TRACK_NETWORK_SLOW) && mpe_finding_plain(finding, 0);
}

bool mpe_is_out_of_sync(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const struct mpe_session_health *const session = evidence->health;
    if (!has_event(&session->events, MPE_SESSION_OUT_OF_SYNC))
        return false;
    return mpe_finding_measured(finding, 0, session->apart_us, evidence->limits->out_of_sync_us + session->fragment_us);
}

bool mpe_is_in_sync(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return !has_event(&evidence->health->events, MPE_SESSION_OUT_OF_SYNC) && mpe_finding_plain(finding, 0);
}

bool mpe_is_taken_over(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return has_event(&evidence->health->events, MPE_SESSION_TAKEOVER) && mpe_finding_plain(finding, 0);
}

bool mpe_is_not_taken_over(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return !has_event(&evidence->health->events, MPE_SESSION_TAKEOVER) && mpe_finding_plain(finding, 0);
}

bool mpe_is_not_aligned(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const struct mpe_session_health *const session = evidence->health;
    if (!has_event(&session->events, MPE_SESSION_NOT_ALIGNED))
        return false;
    return mpe_finding_measured(finding, 0, session->keys_apart_us, session->keys_limit_us);
}

bool mpe_is_aligned(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return !has_event(&evidence->health->events, MPE_SESSION_NOT_ALIGNED) && mpe_finding_plain(finding, 0);
}

/* The value says in what: its bits. */
bool mpe_backup_differs(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    if (evidence->health->differs == 0)
        return false;
    mpe_finding_plain(finding, 0);
    finding->value = evidence->health->differs;
    finding->flags = MPE_ERROR_HAS_VALUE;
    return true;
}

bool mpe_backup_is_the_same(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return evidence->health->differs == 0 && mpe_finding_plain(finding, 0);
}
