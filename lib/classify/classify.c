#include "classify/classify.h"

#include "classify/rule.h"
#include "codes/codes.h"
#include "mpe.h"

struct rule {
    int32_t code;
    uint32_t evidence;
    mpe_predicate *holds; /* NULL: behind the last rule of a group */
};

/* What a finding carries besides its numbers. */
enum { NONE = 0, BYTE = 1 /* the byte that decided it */, TRACK = 2 /* the track that it is about */ };

/* By the group of facts that a rule looks at: a step runs the rules of the groups that it changed, and no other. */
static const struct rule peer_rules[] = {
    {MPE_INGEST_ENCODER_CONNECTION_DENIED, NONE, mpe_rule_address},
    {0},
};
static const struct rule app_rules[] = {
    {MPE_RTMP_APPID_AUTH_FAILURE, BYTE, mpe_rule_app},
    {0},
};
static const struct rule stream_name_rules[] = {
    {MPE_RTMP_APPID_AUTH_FAILURE, BYTE, mpe_rule_stream_name},
    {MPE_BAD_URL_SYNTAX, BYTE, mpe_rule_url_syntax},
    {0},
};
static const struct rule metadata_rules[] = {
    {MPE_INGEST_RTMP_SETDATAFRAME_NOT_RECEIVED, BYTE, mpe_rule_metadata},
    {0},
};
static const struct rule codec_rules[] = {
    {MPE_INGEST_CODEC_NOT_SUPPORTED, BYTE | TRACK, mpe_rule_codec},
    {0},
};
static const struct rule header_rules[] = {
    {MPE_INGEST_CODEC_NOT_SUPPORTED, BYTE | TRACK, mpe_rule_aac_object_type},
    {MPE_INGEST_CODEC_NOT_SUPPORTED, BYTE | TRACK, mpe_rule_bit_depth},
    {MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED, BYTE | TRACK, mpe_rule_resolution},
    {0},
};
static const struct rule order_rules[] = {
    {MPE_INGEST_DESCRIPTION_INFO_NOT_RECEIVED, BYTE | TRACK, mpe_rule_frames_before_header},
    {0},
};
static const struct rule timestamp_rules[] = {
    {MPE_RTMP_FLV_TAG_TIMESTAMP_INVALID, BYTE | TRACK, mpe_rule_step_back},
    {MPE_RTMP_FLV_TAG_TIMESTAMP_INVALID, BYTE | TRACK, mpe_rule_step_forward},
    {MPE_RTMP_FLV_TAG_TIMESTAMP_INVALID, BYTE | TRACK, mpe_rule_composition_offset},
    {0},
};
static const struct rule frame_rate_rules[] = {
    {MPE_INGEST_FRAMERATE_EXCEEDED, BYTE | TRACK, mpe_rule_frame_rate},
    {0},
};
static const struct rule buffer_rules[] = {
    {MPE_CAPACITY_LIMIT_REACHED, BYTE, mpe_rule_bytes_without_time},
    {MPE_INGEST_RTMP_TOO_LARGE_UNPROCESSED_FLV, BYTE | TRACK, mpe_rule_no_key_frame},
    {MPE_INGEST_RTMP_TOO_LARGE_UNPROCESSED_FLV, BYTE | TRACK, mpe_rule_audio_at_one_time},
    {0},
};
static const struct rule lead_rules[] = {
    {MPE_CAPACITY_LIMIT_REACHED, BYTE | TRACK, mpe_rule_lead},
    {0},
};
static const struct rule idle_rules[] = {
    {MPE_RTMP_SESSION_IDLE_TIMEOUT, NONE, mpe_rule_idle},
    {0},
};
static const struct rule totals_rules[] = {
    {MPE_INGEST_MEDIA_QUALITIES_EXCEEDED, BYTE | TRACK, mpe_rule_video_qualities},
    {MPE_INGEST_MEDIA_QUALITIES_EXCEEDED, BYTE | TRACK, mpe_rule_audio_qualities},
    {MPE_INGEST_BITRATE_AGGREGATED_EXCEEDED, BYTE, mpe_rule_measured_bitrate},
    {MPE_INGEST_BITRATE_AGGREGATED_EXCEEDED, BYTE, mpe_rule_declared_bitrate},
    {0},
};
static const struct rule fault_rules[] = {
    {MPE_UNKNOWN_ERROR, BYTE | TRACK, mpe_rule_fault},
    {0},
};
static const struct rule end_rules[] = {
    {MPE_INGEST_RTMP_SETDATAFRAME_NOT_RECEIVED, NONE, mpe_rule_metadata_at_end},
    {MPE_INGEST_DESCRIPTION_INFO_NOT_RECEIVED, TRACK, mpe_rule_no_header_at_end},
    {0},
};
static const struct rule orphan_rules[] = {
    {MPE_INGEST_DESCRIPTION_INFO_NOT_RECEIVED, BYTE, mpe_rule_media_before_header},
    {0},
};

/* In the order of enum mpe_fact_group. */
static const struct rule *const groups[] = {
    buffer_rules, lead_rules,  frame_rate_rules, timestamp_rules, totals_rules,      metadata_rules,
    order_rules,  idle_rules,  peer_rules,       app_rules,       stream_name_rules, codec_rules,
    header_rules, fault_rules, orphan_rules,     end_rules,
};

_Static_assert(1u << (sizeof groups / sizeof groups[0] - 1) == MPE_FACT_END, "every group has its rules");

bool mpe_finding_plain(struct mpe_finding *finding, int32_t reason)
{
    *finding = (struct mpe_finding){.reason = reason};
    return true;
}

bool mpe_finding_measured(struct mpe_finding *finding, int32_t reason, int64_t value, int64_t limit)
{
    *finding = (struct mpe_finding){
        .reason = reason, .value = value, .limit = limit, .flags = MPE_ERROR_HAS_VALUE | MPE_ERROR_HAS_LIMIT};
    return true;
}

static int32_t event_of(int32_t code, bool admitted)
{
    const uint32_t events = mpe_code_row(code)->events;
    if (events == MPE_CODE_BOTH)
        return admitted ? MPE_EVENT_ENCODER_DISCONNECTED : MPE_EVENT_CONNECTION_REJECTED;
    return events == MPE_CODE_REJECTED ? MPE_EVENT_CONNECTION_REJECTED : MPE_EVENT_ENCODER_DISCONNECTED;
}

static void describe_track(struct mpe_finding *finding, const struct mpe_track_facts *track)
{
    finding->track = track->index;
    finding->media = track->media;
    finding->codec = track->codec;
    finding->fourcc = track->fourcc;
}

static void describe_time(struct mpe_finding *finding, const struct mpe_track_facts *track)
{
    if (track->last_dts_us == MPE_TIME_NONE)
        return;
    finding->media_us = track->last_dts_us;
    finding->flags |= MPE_ERROR_HAS_MEDIA_TIME;
}

static void complete(struct mpe_finding *finding, const struct rule *rule, const struct mpe_evidence *evidence)
{
    const struct mpe_step *const step = evidence->step;
    finding->code = rule->code;
    finding->event = event_of(rule->code, evidence->facts->admitted);
    finding->track = -1;
    finding->now_us = step->now_us;
    if ((rule->evidence & BYTE) != 0 && step->offset_bytes != MPE_OFFSET_NONE) {
        finding->offset_bytes = step->offset_bytes;
        finding->flags |= MPE_ERROR_HAS_OFFSET;
    }
    if (evidence->track == NULL)
        return;
    describe_time(finding, evidence->track);
    if ((rule->evidence & TRACK) != 0)
        describe_track(finding, evidence->track);
}

/* Two facts at the same byte are reported in the order of the table of codes: the last finding goes to its place. */
static void place_last(struct mpe_judgement *judgement)
{
    size_t at = judgement->count - 1;
    const struct mpe_finding finding = judgement->findings[at];
    const int32_t rank = mpe_code_rank(finding.code);
    for (; at > 0 && mpe_code_rank(judgement->findings[at - 1].code) > rank; at--)
        judgement->findings[at] = judgement->findings[at - 1];
    judgement->findings[at] = finding;
}

void mpe_classify(const struct mpe_facts *facts, const struct mpe_step *step, const struct mpe_totals *totals,
                  const struct mpe_limits *limits, struct mpe_judgement *judgement)
{
    const struct mpe_evidence evidence = {facts, step, step->track, totals, limits};
    for (uint32_t group = 0; step->changed >> group != 0; group++) {
        if ((step->changed >> group & 1) == 0)
            continue;
        for (const struct rule *rule = groups[group]; rule->holds != NULL; rule++) {
            struct mpe_finding *const finding = &judgement->findings[judgement->count];
            if (judgement->count == MPE_MAX_FINDINGS || !rule->holds(&evidence, finding))
                continue;
            complete(finding, rule, &evidence);
            judgement->count++;
            place_last(judgement);
        }
    }
    judgement->offset_bytes = step->offset_bytes;
}
