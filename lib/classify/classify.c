#include "classify/classify.h"

#include <string.h>

#include "classify/rule.h"
#include "codes/codes.h"
#include "mpe.h"

struct rule {
    int32_t code;
    uint32_t looks_at; /* runs when one of these groups of facts changed */
    uint32_t evidence;
    mpe_predicate *holds;
};

/* What a finding carries besides its numbers. */
enum { NONE = 0, BYTE = 1 /* the byte that decided it */, TRACK = 2 /* the track that it is about */ };

/* In the order of the table of codes: two facts at the same byte are reported in this order. */
static const struct rule rules[] = {
    {MPE_INGEST_ENCODER_CONNECTION_DENIED, MPE_FACT_PEER, NONE, mpe_rule_address},
    {MPE_RTMP_APPID_AUTH_FAILURE, MPE_FACT_APP, BYTE, mpe_rule_app},
    {MPE_RTMP_APPID_AUTH_FAILURE, MPE_FACT_STREAM_NAME, BYTE, mpe_rule_stream_name},
    {MPE_INGEST_RTMP_SETDATAFRAME_NOT_RECEIVED, MPE_FACT_METADATA, BYTE, mpe_rule_metadata},
    {MPE_INGEST_RTMP_SETDATAFRAME_NOT_RECEIVED, MPE_FACT_END, NONE, mpe_rule_metadata_at_end},
    {MPE_INGEST_CODEC_NOT_SUPPORTED, MPE_FACT_CODEC, BYTE | TRACK, mpe_rule_codec},
    {MPE_INGEST_CODEC_NOT_SUPPORTED, MPE_FACT_HEADER, BYTE | TRACK, mpe_rule_aac_object_type},
    {MPE_INGEST_CODEC_NOT_SUPPORTED, MPE_FACT_HEADER, BYTE | TRACK, mpe_rule_bit_depth},
    {MPE_INGEST_DESCRIPTION_INFO_NOT_RECEIVED, MPE_FACT_ORDER, BYTE | TRACK, mpe_rule_frames_before_header},
    {MPE_INGEST_DESCRIPTION_INFO_NOT_RECEIVED, MPE_FACT_END, TRACK, mpe_rule_no_header_at_end},
    {MPE_INGEST_DESCRIPTION_INFO_NOT_RECEIVED, MPE_FACT_ORPHAN, BYTE, mpe_rule_media_before_header},
    {MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED, MPE_FACT_HEADER, BYTE | TRACK, mpe_rule_resolution},
    {MPE_INGEST_FRAMERATE_EXCEEDED, MPE_FACT_FRAME_RATE, BYTE | TRACK, mpe_rule_frame_rate},
    {MPE_INGEST_MEDIA_QUALITIES_EXCEEDED, MPE_FACT_TOTALS, BYTE | TRACK, mpe_rule_video_qualities},
    {MPE_INGEST_MEDIA_QUALITIES_EXCEEDED, MPE_FACT_TOTALS, BYTE | TRACK, mpe_rule_audio_qualities},
    {MPE_INGEST_BITRATE_AGGREGATED_EXCEEDED, MPE_FACT_TOTALS, BYTE, mpe_rule_measured_bitrate},
    {MPE_INGEST_BITRATE_AGGREGATED_EXCEEDED, MPE_FACT_TOTALS, BYTE, mpe_rule_declared_bitrate},
    {MPE_RTMP_FLV_TAG_TIMESTAMP_INVALID, MPE_FACT_TIMESTAMP, BYTE | TRACK, mpe_rule_step_back},
    {MPE_RTMP_FLV_TAG_TIMESTAMP_INVALID, MPE_FACT_TIMESTAMP, BYTE | TRACK, mpe_rule_step_forward},
    {MPE_RTMP_FLV_TAG_TIMESTAMP_INVALID, MPE_FACT_TIMESTAMP, BYTE | TRACK, mpe_rule_composition_offset},
    {MPE_RTMP_SESSION_IDLE_TIMEOUT, MPE_FACT_CLOCK, NONE, mpe_rule_idle},
    {MPE_CAPACITY_LIMIT_REACHED, MPE_FACT_CLOCK, BYTE | TRACK, mpe_rule_lead},
    {MPE_CAPACITY_LIMIT_REACHED, MPE_FACT_BUFFER, BYTE, mpe_rule_bytes_without_time},
    {MPE_UNKNOWN_ERROR, MPE_FACT_FAULT, BYTE, mpe_rule_fault},
    {MPE_INGEST_RTMP_TOO_LARGE_UNPROCESSED_FLV, MPE_FACT_BUFFER, BYTE | TRACK, mpe_rule_no_key_frame},
    {MPE_INGEST_RTMP_TOO_LARGE_UNPROCESSED_FLV, MPE_FACT_BUFFER, BYTE | TRACK, mpe_rule_audio_at_one_time},
    {MPE_BAD_URL_SYNTAX, MPE_FACT_STREAM_NAME, BYTE, mpe_rule_url_syntax},
};

_Static_assert(sizeof rules / sizeof rules[0] <= MPE_MAX_FINDINGS, "every rule may hold at once");

bool mpe_finding_plain(struct mpe_finding *finding, int32_t reason)
{
    finding->reason = reason;
    return true;
}

bool mpe_finding_measured(struct mpe_finding *finding, int32_t reason, int64_t value, int64_t limit)
{
    finding->reason = reason;
    finding->value = value;
    finding->limit = limit;
    finding->flags |= MPE_ERROR_HAS_VALUE | MPE_ERROR_HAS_LIMIT;
    return true;
}

static int32_t event_of(int32_t code, bool admitted)
{
    uint32_t events = mpe_code_row(code)->events;

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

static void complete(struct mpe_finding *finding, const struct rule *rule, const struct mpe_facts *facts)
{
    finding->code = rule->code;
    finding->event = event_of(rule->code, facts->admitted);
    finding->track = -1;
    finding->now_us = facts->now_us;
    if ((rule->evidence & BYTE) != 0 && facts->offset_bytes != MPE_OFFSET_NONE) {
        finding->offset_bytes = facts->offset_bytes;
        finding->flags |= MPE_ERROR_HAS_OFFSET;
    }
    if (facts->track == NULL)
        return;
    describe_time(finding, facts->track);
    if ((rule->evidence & TRACK) != 0)
        describe_track(finding, facts->track);
}

size_t mpe_classify(const struct mpe_facts *facts, const struct mpe_totals *totals, const struct mpe_limits *limits,
                    struct mpe_finding findings[MPE_MAX_FINDINGS])
{
    const struct mpe_evidence evidence = {facts, facts->track, totals, limits};
    size_t count = 0;

    memset(&findings[0], 0, sizeof findings[0]);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if ((rules[i].looks_at & facts->changed) == 0)
            continue;
        if (!rules[i].holds(&evidence, &findings[count]))
            continue;
        complete(&findings[count], &rules[i], facts);
        if (++count == MPE_MAX_FINDINGS)
            break;
        memset(&findings[count], 0, sizeof findings[count]);
    }
    return count;
}
