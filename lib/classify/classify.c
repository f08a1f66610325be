/* The table of rules for faults, and how a table is run. */
#include "classify/classify.h"

#include <stddef.h>

#include "classify/rule.h"
#include "classify/standing.h"
#include "codes/codes.h"
#include "mpe.h"

#define NONE  0
#define BYTE  MPE_RULE_BYTE
#define TRACK MPE_RULE_TRACK
#define EACH  MPE_RULE_EACH_TIME
#define FATAL MPE_RULE_FATAL

static const struct mpe_rule peer_rules[] = {
    {.code = MPE_INGEST_ENCODER_CONNECTION_DENIED, NONE, mpe_rule_address},
};
static const struct mpe_rule app_rules[] = {
    {.code = MPE_RTMP_APPID_AUTH_FAILURE, BYTE, mpe_rule_app},
};
static const struct mpe_rule stream_name_rules[] = {
    {.code = MPE_RTMP_APPID_AUTH_FAILURE, BYTE, mpe_rule_stream_name},
    {.code = MPE_BAD_URL_SYNTAX, BYTE, mpe_rule_url_syntax},
};
static const struct mpe_rule metadata_rules[] = {
    {.code = MPE_INGEST_RTMP_SETDATAFRAME_NOT_RECEIVED, BYTE, mpe_rule_metadata},
};
static const struct mpe_rule codec_rules[] = {
    {.code = MPE_INGEST_CODEC_NOT_SUPPORTED, BYTE | TRACK | EACH, mpe_rule_codec},
};
static const struct mpe_rule header_rules[] = {
    {.code = MPE_INGEST_CODEC_NOT_SUPPORTED, BYTE | TRACK | EACH, mpe_rule_aac_object_type},
    {.code = MPE_INGEST_CODEC_NOT_SUPPORTED, BYTE | TRACK | EACH, mpe_rule_adts_header},
    {.code = MPE_INGEST_CODEC_NOT_SUPPORTED, BYTE | TRACK | EACH, mpe_rule_bit_depth},
    {.code = MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED, BYTE | TRACK | EACH, mpe_rule_resolution},
};
static const struct mpe_rule order_rules[] = {
    {.code = MPE_INGEST_DESCRIPTION_INFO_NOT_RECEIVED, BYTE | TRACK, mpe_rule_frames_before_header},
};
static const struct mpe_rule timestamp_rules[] = {
    {.code = MPE_RTMP_FLV_TAG_TIMESTAMP_INVALID, BYTE | TRACK, mpe_rule_step_back},
    {.code = MPE_RTMP_FLV_TAG_TIMESTAMP_INVALID, BYTE | TRACK, mpe_rule_step_forward},
    {.code = MPE_RTMP_FLV_TAG_TIMESTAMP_INVALID, BYTE | TRACK, mpe_rule_composition_offset},
};
static const struct mpe_rule frame_rate_rules[] = {
    {.code = MPE_INGEST_FRAMERATE_EXCEEDED, BYTE | TRACK, mpe_rule_frame_rate},
};
static const struct mpe_rule buffer_rules[] = {
    {.code = MPE_INGEST_RTMP_TOO_LARGE_UNPROCESSED_FLV, BYTE | TRACK, mpe_rule_no_key_frame},
    {.code = MPE_INGEST_RTMP_TOO_LARGE_UNPROCESSED_FLV, BYTE | TRACK, mpe_rule_audio_at_one_time},
};
static const struct mpe_rule lead_rules[] = {
    {.code = MPE_CAPACITY_LIMIT_REACHED, BYTE | TRACK, mpe_rule_lead},
};
static const struct mpe_rule idle_rules[] = {
    {.code = MPE_RTMP_SESSION_IDLE_TIMEOUT, NONE, mpe_rule_idle, .fault = MPE_REASON_IDLE},
    {.code = MPE_RTMP_SESSION_IDLE_TIMEOUT, NONE, mpe_rule_not_admitted},
};
static const struct mpe_rule totals_rules[] = {
    {.code = MPE_INGEST_MEDIA_QUALITIES_EXCEEDED, BYTE | TRACK, mpe_rule_video_qualities},
    {.code = MPE_INGEST_MEDIA_QUALITIES_EXCEEDED, BYTE | TRACK, mpe_rule_audio_qualities},
    {.code = MPE_INGEST_BITRATE_AGGREGATED_EXCEEDED, BYTE, mpe_rule_measured_bitrate},
    {.code = MPE_INGEST_BITRATE_AGGREGATED_EXCEEDED, BYTE, mpe_rule_declared_bitrate},
};
static const struct mpe_rule fault_rules[] = {
    {.code = MPE_UNKNOWN_ERROR, BYTE | TRACK | FATAL, mpe_rule_fault},
};
static const struct mpe_rule failure_rules[] = {
    {.code = MPE_UNKNOWN_ERROR, BYTE | TRACK, mpe_rule_fault},
};
static const struct mpe_rule orphan_rules[] = {
    {.code = MPE_INGEST_DESCRIPTION_INFO_NOT_RECEIVED, BYTE, mpe_rule_media_before_header},
};
static const struct mpe_rule volume_rules[] = {
    {.code = MPE_CAPACITY_LIMIT_REACHED, BYTE, mpe_rule_volume},
};
/* What the end decides is the same fault as what a frame decides before it. */
static const struct mpe_rule end_rules[] = {
    {.code = MPE_INGEST_RTMP_SETDATAFRAME_NOT_RECEIVED,
     NONE,
     mpe_rule_metadata_at_end,
     .fault = MPE_REASON_NO_METADATA},
    {.code = MPE_INGEST_DESCRIPTION_INFO_NOT_RECEIVED,
     TRACK,
     mpe_rule_no_header_at_end,
     .fault = MPE_REASON_FRAMES_BEFORE_HEADER},
};

/* clang-format off */
#define ROWS(table) {table, sizeof(table) / sizeof((table)[0])}
/* clang-format on */

/* In the order of enum mpe_fact_group. */
const struct mpe_rule_table mpe_fault_rules = {{
    ROWS(buffer_rules),
    ROWS(lead_rules),
    ROWS(frame_rate_rules),
    ROWS(timestamp_rules),
    ROWS(totals_rules),
    ROWS(metadata_rules),
    ROWS(order_rules),
    ROWS(idle_rules),
    ROWS(peer_rules),
    ROWS(app_rules),
    ROWS(stream_name_rules),
    ROWS(codec_rules),
    ROWS(header_rules),
    ROWS(fault_rules),
    ROWS(failure_rules),
    ROWS(orphan_rules),
    ROWS(volume_rules),
    ROWS(end_rules),
}};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
_Static_assert(COUNT(buffer_rules) + COUNT(lead_rules) + COUNT(frame_rate_rules) + COUNT(timestamp_rules) +
                       COUNT(totals_rules) + COUNT(metadata_rules) + COUNT(order_rules) + COUNT(idle_rules) +
                       COUNT(peer_rules) + COUNT(app_rules) + COUNT(stream_name_rules) + COUNT(codec_rules) +
                       COUNT(header_rules) + COUNT(fault_rules) + COUNT(failure_rules) + COUNT(orphan_rules) +
                       COUNT(volume_rules) + COUNT(end_rules) <=
                   MPE_MAX_STEP_FINDINGS,
               "a judgement has room for all that one step may say");

/* Every reason that a rule may give has a bit in mpe_standing; that of an ending has none. */
#define MPE_REASON(number, NAME, ...)                                                                                  \
    _Static_assert(number <= MPE_MAX_FAULT || number == MPE_REASON_ENDED, "reason " #NAME " has no bit of its own");
#include "codes/reasons.def"
#undef MPE_REASON

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

bool mpe_finding_remote(struct mpe_finding *finding, const struct mpe_step *step, int64_t remote_value)
{
    const struct mpe_remote_totals *const remote = &step->totals.remote;
    if (remote->edges == 0)
        return true;
    finding->flags |= MPE_ERROR_HAS_REMOTE;
    finding->remote_value = remote_value;
    finding->remote_age_us = step->now_us > remote->oldest_us ? step->now_us - remote->oldest_us : 0;
    finding->edges = remote->edges;
    return true;
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

static void describe_rule(struct mpe_finding *finding, const struct mpe_rule *rule, bool is_admitted)
{
    const int32_t fault = rule->fault != 0 ? rule->fault : finding->reason;
    finding->code = rule->code;
    finding->class = mpe_code_class(rule->code, is_admitted);
    finding->fault = (rule->flags & EACH) != 0 ? 0 : (uint8_t)fault;
    finding->is_fatal = (rule->flags & FATAL) != 0;
}

static void complete(struct mpe_finding *finding, const struct mpe_rule *rule, const struct mpe_evidence *evidence)
{
    const struct mpe_step *const step = evidence->step;
    describe_rule(finding, rule, evidence->facts->admitted);
    finding->track = -1;
    finding->now_us = step->now_us;
    if ((rule->flags & BYTE) != 0 && step->offset_bytes != MPE_OFFSET_NONE) {
        finding->offset_bytes = step->offset_bytes;
        finding->flags |= MPE_ERROR_HAS_OFFSET;
    }
    if (evidence->track == NULL)
        return;
    describe_time(finding, evidence->track);
    if ((rule->flags & TRACK) != 0)
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

/* What a rule says of the evidence. false: nothing, whatever stands goes on. */
static bool says(const struct mpe_rule *rule, const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    if (rule->holds(evidence, finding)) {
        finding->is_cleared = false;
        return true;
    }
    if (rule->clears == NULL || !rule->clears(evidence, finding))
        return false;
    finding->is_cleared = true;
    return true;
}

static void run(const struct mpe_rules *rules, const struct mpe_evidence *evidence, struct mpe_judgement *judgement)
{
    for (uint32_t i = 0; i < rules->count; i++) {
        struct mpe_finding *const finding = &judgement->findings[judgement->count];
        if (judgement->count == MPE_MAX_FINDINGS || !says(&rules->rows[i], evidence, finding))
            continue;
        complete(finding, &rules->rows[i], evidence);
        judgement->count++;
        place_last(judgement);
    }
}

void mpe_classify(const struct mpe_rule_table *table, const struct mpe_facts *facts, const struct mpe_step *step,
                  const struct mpe_limits *limits, struct mpe_judgement *judgement)
{
    const struct mpe_evidence evidence = {facts, step, step->track, limits, NULL, NULL};
    for (uint32_t group = 0; step->changed >> group != 0; group++) {
        if ((step->changed >> group & 1) != 0)
            run(&table->groups[group], &evidence, judgement);
    }
    judgement->offset_bytes = step->offset_bytes;
}
