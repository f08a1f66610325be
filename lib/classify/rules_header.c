/* Rules: metadata, codecs and what sequence headers and sample entries say. */
#include "classify/rule.h"
#include "codes/codec.h"
#include "mpe.h"
#include "observe/observe.h"

/* Values of the parameter metadata_required. */
enum { METADATA_NEVER = 0, METADATA_FOR_SEVERAL_QUALITIES = 1, METADATA_ALWAYS = 2 };

static bool is_metadata_missing(const struct mpe_evidence *evidence)
{
    if (!mpe_facts_lack_metadata(evidence->facts) || !evidence->facts->media_seen)
        return false;
    return evidence->limits->metadata_required == METADATA_ALWAYS ||
           (evidence->limits->metadata_required == METADATA_FOR_SEVERAL_QUALITIES &&
            evidence->facts->several_qualities);
}

bool mpe_rule_metadata(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return is_metadata_missing(evidence) && mpe_observe_is_metadata_due(evidence->facts, evidence->limits) &&
           mpe_finding_measured(finding, MPE_REASON_NO_METADATA, evidence->facts->media_elapsed_us,
                                evidence->limits->metadata_grace_us);
}

bool mpe_rule_metadata_at_end(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    if (!is_metadata_missing(evidence))
        return false;
    return mpe_finding_measured(finding, MPE_REASON_NO_METADATA_AT_END, evidence->facts->media_elapsed_us,
                                evidence->limits->metadata_grace_us);
}

bool mpe_rule_codec(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const uint32_t taken = evidence->limits->codecs[evidence->facts->protocol];
    if ((taken >> evidence->track->codec & 1) != 0)
        return false;
    return mpe_finding_plain(finding, MPE_REASON_CODEC);
}

/* MPEG-4 Audio object types of AAC-LC, SBR (HE-AAC v1) and PS (HE-AAC v2): ISO/IEC 14496-3 table 1.17. */
enum { AAC_LC = 2, AAC_SBR = 5, AAC_PS = 29 };

bool mpe_rule_aac_object_type(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int32_t type = evidence->track->stream->aac_object_type;
    if (evidence->limits->any_aac_object_type || evidence->track->codec != MPE_CODEC_AAC || type == 0 ||
        type == AAC_LC || type == AAC_SBR || type == AAC_PS)
        return false;
    mpe_finding_plain(finding, MPE_REASON_AAC_OBJECT_TYPE);
    finding->value = type;
    finding->flags |= MPE_ERROR_HAS_VALUE;
    return true;
}

bool mpe_rule_adts_header(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return evidence->track->stream->is_adts && mpe_finding_plain(finding, MPE_REASON_ADTS_HEADER);
}

bool mpe_rule_bit_depth(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int32_t bits = evidence->track->stream->bit_depth;
    const int64_t max_bits = evidence->limits->max_bit_depth;
    if (max_bits == 0 || bits <= max_bits)
        return false;
    return mpe_finding_measured(finding, MPE_REASON_BIT_DEPTH, bits, max_bits);
}

bool mpe_rule_frames_before_header(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int64_t messages = (int64_t)evidence->track->frames_before_header;
    const int64_t grace_messages = evidence->limits->header_grace_messages;
    if (messages <= grace_messages)
        return false;
    return mpe_finding_measured(finding, MPE_REASON_FRAMES_BEFORE_HEADER, messages, grace_messages);
}

bool mpe_rule_no_header_at_end(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const struct mpe_track_facts *const track = evidence->track;
    if (track == NULL || track->header_seen || track->frames_before_header == 0)
        return false;
    return mpe_finding_measured(finding, MPE_REASON_NO_HEADER_AT_END, (int64_t)track->frames_before_header,
                                evidence->limits->header_grace_messages);
}

bool mpe_rule_media_before_header(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    mpe_finding_plain(finding, MPE_REASON_MEDIA_BEFORE_HEADER);
    finding->what = evidence->step->fault.what;
    return true;
}

bool mpe_rule_resolution(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    const int32_t width_px = evidence->track->stream->width_px;
    const int32_t height_px = evidence->track->stream->height_px;
    const int64_t max_width_px = evidence->limits->max_width_px;
    const int64_t max_height_px = evidence->limits->max_height_px;
    if (max_width_px > 0 && width_px > max_width_px)
        mpe_finding_measured(finding, MPE_REASON_RESOLUTION, width_px, max_width_px);
    else if (max_height_px > 0 && height_px > max_height_px)
        mpe_finding_measured(finding, MPE_REASON_RESOLUTION, height_px, max_height_px);
    else
        return false;
    finding->width_px = width_px;
    finding->height_px = height_px;
    return true;
}
