/* Rules: frame rates, bit rates, and the sums of a channel. */
#include "classify/rule.h"
#include "mpe.h"

/* declared / measured of that mistake, with room for a varying bitrate. */
#define UNIT_MISTAKE_MIN 500
#define UNIT_MISTAKE_MAX 2000

bool mpe_rule_frame_rate(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t rate_mfps = evidence->step->high_mfps;
    const int64_t limit_mfps = evidence->limits->max_frame_rate_mfps;
    if (limit_mfps == 0 || rate_mfps <= limit_mfps)
        return false;
    return mpe_finding_measured(finding, MPE_REASON_FRAME_RATE, rate_mfps, limit_mfps);
}

bool mpe_rule_video_qualities(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t count = evidence->step->totals.video_qualities;
    const int64_t limit = evidence->step->totals.max_video_qualities;
    if (evidence->step->new_quality != MPE_MEDIA_VIDEO || limit == 0 || count <= limit)
        return false;
    mpe_finding_measured(finding, MPE_REASON_VIDEO_QUALITIES, count, limit);
    return mpe_finding_remote(finding, evidence->step, evidence->step->totals.remote.video_qualities);
}

bool mpe_rule_audio_qualities(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t count = evidence->step->totals.audio_qualities;
    const int64_t limit = evidence->step->totals.max_audio_qualities;
    if (evidence->step->new_quality != MPE_MEDIA_AUDIO || limit == 0 || count <= limit)
        return false;
    mpe_finding_measured(finding, MPE_REASON_AUDIO_QUALITIES, count, limit);
    return mpe_finding_remote(finding, evidence->step, evidence->step->totals.remote.audio_qualities);
}

/* A sum may be too high for a moment; of the sessions that make it up, the one that came last is refused. */
bool mpe_rule_measured_bitrate(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const struct mpe_totals *const totals = &evidence->step->totals;
    if (!totals->came_last || totals->measured_bps <= totals->highest_bps ||
        totals->excess_bits <= totals->max_bitrate_bps * MPE_EXCESS_S)
        return false;
    mpe_finding_measured(finding, MPE_REASON_MEASURED_BITRATE, totals->measured_bps, totals->max_bitrate_bps);
    return mpe_finding_remote(finding, evidence->step, totals->remote.measured_bps);
}

static bool is_unit_mistake(const struct mpe_track_facts *track)
{
    return track->measured_bps > 0 && track->declared_bps >= track->measured_bps * UNIT_MISTAKE_MIN &&
           track->declared_bps <= track->measured_bps * UNIT_MISTAKE_MAX;
}

bool mpe_rule_declared_bitrate(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const struct mpe_track_facts *const track = evidence->track;
    const struct mpe_totals *const totals = &evidence->step->totals;
    const int64_t limit_bps = totals->max_bitrate_bps;
    if (!totals->came_last || !totals->trusts_declared || totals->declared_bps <= totals->highest_bps)
        return false;
    if (track != NULL && is_unit_mistake(track))
        return mpe_finding_measured(finding, MPE_REASON_DECLARED_UNIT_MISTAKE, track->declared_bps, limit_bps);
    mpe_finding_measured(finding, MPE_REASON_DECLARED_BITRATE, totals->declared_bps, limit_bps);
    return mpe_finding_remote(finding, evidence->step, totals->remote.declared_bps);
}

/* Bytes that wait for something, of a track of this media. The code is one of RTMP and FLV, as its name says. */
static bool is_pending_too_long(const struct mpe_evidence *evidence, uint8_t media, int64_t limit_bytes)
{
    return evidence->track->media == media && evidence->facts->protocol != MPE_PROTOCOL_FMP4 && limit_bytes != 0 &&
           (int64_t)evidence->track->pending_bytes > limit_bytes;
}

bool mpe_rule_no_key_frame(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t limit_bytes = evidence->limits->max_bytes_without_key_frame;
    if (!is_pending_too_long(evidence, MPE_MEDIA_VIDEO, limit_bytes))
        return false;
    return mpe_finding_measured(finding, MPE_REASON_NO_KEY_FRAME, (int64_t)evidence->track->pending_bytes, limit_bytes);
}

bool mpe_rule_audio_at_one_time(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t limit_bytes = evidence->limits->max_audio_bytes_at_one_time;
    if (!is_pending_too_long(evidence, MPE_MEDIA_AUDIO, limit_bytes))
        return false;
    return mpe_finding_measured(finding, MPE_REASON_AUDIO_AT_ONE_TIME, (int64_t)evidence->track->pending_bytes,
                                limit_bytes);
}
