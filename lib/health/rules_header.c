/* Conditions of what headers hold, by policy: all of them are off where the limit is 0. */
#include "health/judge.h"

#include "codes/codec.h"
#include "health.h"

static const struct mpe_stream *stream_of(const struct mpe_evidence *evidence)
{
    return evidence->track->stream;
}

/* A value that is known, above a limit that is set. */
static bool is_above(int64_t value, int64_t limit, struct mpe_finding *finding)
{
    return limit != 0 && value > limit && mpe_finding_measured(finding, 0, value, limit);
}

static bool is_below(int64_t value, int64_t limit, struct mpe_finding *finding)
{
    return value != 0 && value < limit && mpe_finding_measured(finding, 0, value, limit);
}

/* It is over where the opposite is true of a header that came. */
static bool is_over(const struct mpe_evidence *evidence, mpe_predicate *holds, struct mpe_finding *finding)
{
    return evidence->track->header_seen && !holds(evidence, finding) && mpe_finding_plain(finding, 0);
}

bool mpe_is_interlaced(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return evidence->limits->progressive_only && stream_of(evidence)->is_interlaced && mpe_finding_plain(finding, 0);
}

bool mpe_is_small(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return is_below(stream_of(evidence)->height_px, evidence->limits->min_height_px, finding) ||
           is_below(stream_of(evidence)->width_px, evidence->limits->min_width_px, finding);
}

static bool is_avc(const struct mpe_evidence *evidence)
{
    return evidence->track->codec == MPE_CODEC_AVC;
}

bool mpe_profile_is_high(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return is_avc(evidence) &&
           is_above(stream_of(evidence)->profile & 0xff, evidence->limits->max_avc_profile, finding);
}

bool mpe_level_is_high(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return is_avc(evidence) && is_above(stream_of(evidence)->level, evidence->limits->max_avc_level, finding);
}

bool mpe_chroma_is_rich(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t chroma = stream_of(evidence)->chroma;
    return chroma != 0 && is_above(chroma - 1, evidence->limits->max_chroma, finding);
}

bool mpe_sample_rate_is_other(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t rate_hz = stream_of(evidence)->sample_rate_hz;
    return is_below(rate_hz, evidence->limits->min_sample_rate_hz, finding) ||
           is_above(rate_hz, evidence->limits->max_sample_rate_hz, finding);
}

bool mpe_channels_are_other(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t channels = stream_of(evidence)->channels;
    return is_below(channels, evidence->limits->min_channels, finding) ||
           is_above(channels, evidence->limits->max_channels, finding);
}

bool mpe_is_progressive(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return is_over(evidence, mpe_is_interlaced, finding);
}

bool mpe_is_not_small(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return is_over(evidence, mpe_is_small, finding);
}

bool mpe_profile_is_not_high(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return is_over(evidence, mpe_profile_is_high, finding);
}

bool mpe_level_is_not_high(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return is_over(evidence, mpe_level_is_high, finding);
}

bool mpe_chroma_is_not_rich(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return is_over(evidence, mpe_chroma_is_rich, finding);
}

bool mpe_sample_rate_is_wanted(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return is_over(evidence, mpe_sample_rate_is_other, finding);
}

bool mpe_channels_are_wanted(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return is_over(evidence, mpe_channels_are_other, finding);
}
