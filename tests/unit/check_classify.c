/* The classifier is pure: struct literals in, findings out. Each rule at its limit and one above. */
#include <check.h>
#include <string.h>

#include "channel/codecs.h"
#include "classify/classify.h"
#include "classify/rule.h"
#include "classify/standing.h"
#include "codes/codec.h"
#include "codes/codes.h"
#include "mpe.h"

Suite *mpe_suite(void);

static struct mpe_facts facts;
static struct mpe_step step;
static struct mpe_track_facts track;
static struct mpe_stream stream;
static struct mpe_totals *const totals = &step.totals;
static struct mpe_limits limits;
static struct mpe_judgement judgement;
static const struct mpe_finding *const findings = judgement.findings;

static void set_kind(int32_t kind)
{
    ck_assert(mpe_limits_of_kind(&limits, kind));
    ck_assert(mpe_codecs_parse(&limits, false, mpe_codecs_of_kind(kind, false)));
    ck_assert(mpe_codecs_parse(&limits, true, mpe_codecs_of_kind(kind, true)));
}

static void set_up(void)
{
    memset(&facts, 0, sizeof(facts));
    memset(&step, 0, sizeof(step));
    memset(&track, 0, sizeof(track));
    memset(&stream, 0, sizeof(stream));
    track.stream = &stream;
    set_kind(MPE_ENCODING);
    facts.protocol = MPE_PROTOCOL_RTMP;
    step.track = &track;
    step.offset_bytes = 4711;
    step.now_us = 99;
    track.media = MPE_MEDIA_VIDEO;
    track.codec = MPE_CODEC_AVC;
    track.last_dts_us = 2000000;
}

static size_t classify(uint32_t changed)
{
    step.changed = changed;
    judgement.count = 0;
    mpe_classify(&mpe_fault_rules, &facts, &step, &limits, &judgement);
    return judgement.count;
}

static void expect(uint32_t changed, int32_t code, int32_t reason)
{
    ck_assert_uint_eq(classify(changed), 1);
    ck_assert_int_eq(findings[0].code, code);
    ck_assert_int_eq(findings[0].reason, reason);
}

START_TEST(a_rule_runs_only_when_its_facts_changed)
{
    track.codec = MPE_CODEC_MP3;
    step.peer = MPE_MATCH_NO;
    ck_assert_uint_eq(classify(0), 0);
    ck_assert_uint_eq(classify(MPE_FACT_LEAD), 0);
    ck_assert_uint_eq(classify(MPE_FACT_PEER | MPE_FACT_CODEC), 2);
    ck_assert_int_eq(findings[0].code, MPE_INGEST_ENCODER_CONNECTION_DENIED);
    ck_assert_int_eq(findings[1].code, MPE_INGEST_CODEC_NOT_SUPPORTED);
}
END_TEST

START_TEST(findings_of_several_steps_are_in_the_order_of_the_table)
{
    stream.width_px = 2560;
    ck_assert_uint_eq(classify(MPE_FACT_HEADER), 1);
    track.codec = MPE_CODEC_OPUS;
    step.changed = MPE_FACT_CODEC;
    mpe_classify(&mpe_fault_rules, &facts, &step, &limits, &judgement);
    ck_assert_uint_eq(judgement.count, 2);
    ck_assert_int_eq(findings[0].code, MPE_INGEST_CODEC_NOT_SUPPORTED);
    ck_assert_int_eq(findings[1].code, MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED);
    ck_assert_uint_eq(judgement.offset_bytes, 4711);
}
END_TEST

START_TEST(a_finding_carries_its_evidence)
{
    track.index = 3;
    track.fourcc = 7;
    stream.width_px = 2560;
    stream.height_px = 1440;
    expect(MPE_FACT_HEADER, MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED, MPE_REASON_RESOLUTION);
    ck_assert_int_eq(findings[0].value, 2560);
    ck_assert_int_eq(findings[0].limit, 1920);
    ck_assert_int_eq(findings[0].width_px, 2560);
    ck_assert_int_eq(findings[0].height_px, 1440);
    ck_assert_int_eq(findings[0].track, 3);
    ck_assert_int_eq(findings[0].media, MPE_MEDIA_VIDEO);
    ck_assert_int_eq(findings[0].fourcc, 7);
    ck_assert_uint_eq(findings[0].offset_bytes, 4711);
    ck_assert_int_eq(findings[0].media_us, 2000000);
    ck_assert_int_eq(findings[0].now_us, 99);
    ck_assert_int_eq(findings[0].class, MPE_CLASS_REJECT);
    ck_assert_int_eq(findings[0].flags,
                     MPE_ERROR_HAS_VALUE | MPE_ERROR_HAS_LIMIT | MPE_ERROR_HAS_OFFSET | MPE_ERROR_HAS_MEDIA_TIME);
}
END_TEST

static void check_size(int32_t width_px, int32_t height_px, size_t count)
{
    stream.width_px = width_px;
    stream.height_px = height_px;
    ck_assert_uint_eq(classify(MPE_FACT_HEADER), count);
}

START_TEST(resolutions)
{
    check_size(1920, 1088, 0);
    check_size(1920, 1089, 1);
    check_size(1921, 1080, 1);
    check_size(1080, 1920, 1);
    ck_assert(mpe_limits_of_kind(&limits, MPE_PASS_THROUGH_BASIC));
    check_size(4096, 2160, 0);
    check_size(4097, 2160, 1);
    check_size(4096, 2161, 1);
    limits.max_width_px = limits.max_height_px = 0;
    check_size(16384, 16384, 0);
}
END_TEST

static void check_codec(int32_t codec, int32_t kind, int32_t protocol, size_t count)
{
    track.codec = (uint8_t)codec;
    set_kind(kind);
    facts.protocol = protocol;
    ck_assert_uint_eq(classify(MPE_FACT_CODEC), count);
}

START_TEST(codecs)
{
    check_codec(MPE_CODEC_AVC, MPE_ENCODING, MPE_PROTOCOL_RTMP, 0);
    check_codec(MPE_CODEC_AAC, MPE_PASS_THROUGH_BASIC, MPE_PROTOCOL_FLV, 0);
    check_codec(MPE_CODEC_HEVC, MPE_PASS_THROUGH_STANDARD, MPE_PROTOCOL_RTMP, 1);
    check_codec(MPE_CODEC_HEVC, MPE_PASS_THROUGH_STANDARD, MPE_PROTOCOL_FMP4, 0);
    check_codec(MPE_CODEC_HEVC, MPE_ENCODING, MPE_PROTOCOL_FMP4, 1);
    check_codec(MPE_CODEC_MP3, MPE_PASS_THROUGH_STANDARD, MPE_PROTOCOL_FMP4, 1);
    check_codec(MPE_CODEC_OTHER, MPE_ENCODING, MPE_PROTOCOL_RTMP, 1);
}
END_TEST

START_TEST(headers_of_the_right_codec)
{
    stream.bit_depth = 10;
    expect(MPE_FACT_HEADER, MPE_INGEST_CODEC_NOT_SUPPORTED, MPE_REASON_BIT_DEPTH);
    limits.max_bit_depth = 10;
    ck_assert_uint_eq(classify(MPE_FACT_HEADER), 0);
    track.media = MPE_MEDIA_AUDIO;
    track.codec = MPE_CODEC_AAC;
    stream.bit_depth = 0;
    stream.aac_object_type = 29;
    ck_assert_uint_eq(classify(MPE_FACT_HEADER), 0);
    stream.aac_object_type = 1;
    expect(MPE_FACT_HEADER, MPE_INGEST_CODEC_NOT_SUPPORTED, MPE_REASON_AAC_OBJECT_TYPE);
}
END_TEST

START_TEST(frame_rates)
{
    step.high_mfps = 30301;
    expect(MPE_FACT_FRAME_RATE, MPE_INGEST_FRAMERATE_EXCEEDED, MPE_REASON_FRAME_RATE);
    step.high_mfps = 30000;
    ck_assert_uint_eq(classify(MPE_FACT_FRAME_RATE), 0);
    step.high_mfps = 60000;
    limits.max_frame_rate_mfps = 0;
    ck_assert_uint_eq(classify(MPE_FACT_FRAME_RATE), 0);
}
END_TEST

START_TEST(metadata)
{
    facts.media_seen = true;
    facts.media_elapsed_us = 2000000;
    ck_assert_uint_eq(classify(MPE_FACT_METADATA), 0);
    facts.media_elapsed_us = 2000001;
    expect(MPE_FACT_METADATA, MPE_INGEST_RTMP_SETDATAFRAME_NOT_RECEIVED, MPE_REASON_NO_METADATA);
    limits.metadata_required = 1;
    ck_assert_uint_eq(classify(MPE_FACT_METADATA), 0);
    facts.several_qualities = true;
    ck_assert_uint_eq(classify(MPE_FACT_METADATA), 1);
    limits.metadata_required = 0;
    ck_assert_uint_eq(classify(MPE_FACT_METADATA), 0);
    limits.metadata_required = 2;
    limits.metadata_grace_us = 0;
    facts.media_elapsed_us = 0;
    ck_assert_uint_eq(classify(MPE_FACT_METADATA), 1);
    facts.media_seen = false;
    ck_assert_uint_eq(classify(MPE_FACT_METADATA), 0);
    ck_assert_uint_eq(classify(MPE_FACT_END), 0);
    facts.media_seen = true;
    expect(MPE_FACT_END, MPE_INGEST_RTMP_SETDATAFRAME_NOT_RECEIVED, MPE_REASON_NO_METADATA_AT_END);
    facts.metadata_seen = true;
    ck_assert_uint_eq(classify(MPE_FACT_END | MPE_FACT_METADATA), 0);
}
END_TEST

START_TEST(frames_before_the_header)
{
    facts.metadata_seen = true;
    track.frames_before_header = 10;
    ck_assert_uint_eq(classify(MPE_FACT_ORDER), 0);
    expect(MPE_FACT_END, MPE_INGEST_DESCRIPTION_INFO_NOT_RECEIVED, MPE_REASON_NO_HEADER_AT_END);
    track.header_seen = true;
    ck_assert_uint_eq(classify(MPE_FACT_END), 0);
    track.frames_before_header = 11;
    expect(MPE_FACT_ORDER, MPE_INGEST_DESCRIPTION_INFO_NOT_RECEIVED, MPE_REASON_FRAMES_BEFORE_HEADER);
}
END_TEST

START_TEST(qualities)
{
    totals->video_qualities = 2;
    totals->max_video_qualities = totals->max_audio_qualities = 1;
    ck_assert_uint_eq(classify(MPE_FACT_TOTALS), 0); /* somebody else's */
    step.new_quality = MPE_MEDIA_VIDEO;
    expect(MPE_FACT_TOTALS, MPE_INGEST_MEDIA_QUALITIES_EXCEEDED, MPE_REASON_VIDEO_QUALITIES);
    totals->video_qualities = 1;
    ck_assert_uint_eq(classify(MPE_FACT_TOTALS), 0);
    step.new_quality = MPE_MEDIA_AUDIO;
    totals->audio_qualities = 2;
    expect(MPE_FACT_TOTALS, MPE_INGEST_MEDIA_QUALITIES_EXCEEDED, MPE_REASON_AUDIO_QUALITIES);
    totals->max_audio_qualities = 0;
    ck_assert_uint_eq(classify(MPE_FACT_TOTALS), 0);
}
END_TEST

START_TEST(bitrates)
{
    *totals = (struct mpe_totals){.max_bitrate_bps = 20000000, .highest_bps = 21000000, .came_last = true};
    totals->excess_bits = 40000001;
    totals->measured_bps = 21000000;
    ck_assert_uint_eq(classify(MPE_FACT_TOTALS), 0);
    totals->measured_bps = 21000001;
    totals->excess_bits = 40000000;
    ck_assert_uint_eq(classify(MPE_FACT_TOTALS), 0);
    totals->excess_bits = 40000001;
    totals->came_last = false;
    ck_assert_uint_eq(classify(MPE_FACT_TOTALS), 0);
    totals->came_last = true;
    expect(MPE_FACT_TOTALS, MPE_INGEST_BITRATE_AGGREGATED_EXCEEDED, MPE_REASON_MEASURED_BITRATE);
    ck_assert_int_eq(findings[0].track, -1);
    totals->measured_bps = 0;
    totals->declared_bps = 21000001;
    ck_assert_uint_eq(classify(MPE_FACT_TOTALS), 0);
    totals->trusts_declared = true;
    totals->declared_bps = 21000000;
    ck_assert_uint_eq(classify(MPE_FACT_TOTALS), 0);
    totals->declared_bps = 21000001;
    expect(MPE_FACT_TOTALS, MPE_INGEST_BITRATE_AGGREGATED_EXCEEDED, MPE_REASON_DECLARED_BITRATE);
    totals->declared_bps = track.declared_bps = 2500000000;
    track.measured_bps = 2400000;
    expect(MPE_FACT_TOTALS, MPE_INGEST_BITRATE_AGGREGATED_EXCEEDED, MPE_REASON_DECLARED_UNIT_MISTAKE);
}
END_TEST

START_TEST(timestamps)
{
    step.back_us = 1000000;
    step.forward_us = 60000000;
    step.composition_offset_us = -900000000;
    ck_assert_uint_eq(classify(MPE_FACT_TIMESTAMP), 0);
    step.back_us++;
    expect(MPE_FACT_TIMESTAMP, MPE_RTMP_FLV_TAG_TIMESTAMP_INVALID, MPE_REASON_STEP_BACK);
    ck_assert_int_eq(findings[0].class, MPE_CLASS_REJECT);
    facts.admitted = true;
    step.back_us = 0;
    step.forward_us++;
    expect(MPE_FACT_TIMESTAMP, MPE_RTMP_FLV_TAG_TIMESTAMP_INVALID, MPE_REASON_STEP_FORWARD);
    ck_assert_int_eq(findings[0].class, MPE_CLASS_DISCONNECT);
    step.forward_us = 0;
    step.composition_offset_us--;
    expect(MPE_FACT_TIMESTAMP, MPE_RTMP_FLV_TAG_TIMESTAMP_INVALID, MPE_REASON_COMPOSITION_OFFSET);
}
END_TEST

START_TEST(clocks)
{
    step.idle_us = 19999999;
    step.idle_timeout_us = 20000000;
    ck_assert_uint_eq(classify(MPE_FACT_IDLE), 0);
    step.idle_us++;
    expect(MPE_FACT_IDLE, MPE_RTMP_SESSION_IDLE_TIMEOUT, MPE_REASON_NOT_PUBLISHED);
    facts.is_published = true;
    expect(MPE_FACT_IDLE, MPE_RTMP_SESSION_IDLE_TIMEOUT, MPE_REASON_IDLE);
    ck_assert_int_eq(findings[0].flags & MPE_ERROR_HAS_OFFSET, 0);
    step.lead_us = 30000000;
    ck_assert_uint_eq(classify(MPE_FACT_LEAD), 0);
    step.lead_us++;
    expect(MPE_FACT_LEAD, MPE_CAPACITY_LIMIT_REACHED, MPE_REASON_LEAD);
}
END_TEST

START_TEST(buffers)
{
    track.pending_bytes = 40000000;
    ck_assert_uint_eq(classify(MPE_FACT_BUFFER), 0);
    track.pending_bytes++;
    expect(MPE_FACT_BUFFER, MPE_INGEST_RTMP_TOO_LARGE_UNPROCESSED_FLV, MPE_REASON_NO_KEY_FRAME);
    track.media = MPE_MEDIA_AUDIO;
    track.pending_bytes = 20000000;
    ck_assert_uint_eq(classify(MPE_FACT_BUFFER), 0);
    track.pending_bytes++;
    expect(MPE_FACT_BUFFER, MPE_INGEST_RTMP_TOO_LARGE_UNPROCESSED_FLV, MPE_REASON_AUDIO_AT_ONE_TIME);
}
END_TEST

START_TEST(volumes)
{
    step.volume_limit_bytes = 100;
    expect(MPE_FACT_VOLUME, MPE_CAPACITY_LIMIT_REACHED, MPE_REASON_BYTES_AHEAD);
    ck_assert_int_eq(findings[0].value, 101);
    ck_assert_int_eq(findings[0].track, -1);
    ck_assert_uint_eq(findings[0].offset_bytes, 4711);
}
END_TEST

START_TEST(urls)
{
    step.track = NULL;
    step.app = MPE_MATCH_NO;
    expect(MPE_FACT_APP, MPE_RTMP_APPID_AUTH_FAILURE, MPE_REASON_APP_MISMATCH);
    step.stream_name = MPE_MATCH_NO;
    expect(MPE_FACT_STREAM_NAME, MPE_RTMP_APPID_AUTH_FAILURE, MPE_REASON_STREAM_NAME_MISMATCH);
    step.stream_name = MPE_MATCH_MISSING;
    expect(MPE_FACT_STREAM_NAME, MPE_BAD_URL_SYNTAX, MPE_REASON_NO_STREAM_NAME);
    step.peer = MPE_MATCH_MISSING;
    expect(MPE_FACT_PEER, MPE_INGEST_ENCODER_CONNECTION_DENIED, MPE_REASON_ADDRESS_UNKNOWN);
}
END_TEST

/* ---- conditions: a table of their own, with rules that clear ---- */

static bool is_far_ahead(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return evidence->step->lead_us > 10 && mpe_finding_measured(finding, 7, evidence->step->lead_us, 10);
}

static bool is_near(const struct mpe_evidence *evidence, struct mpe_finding *finding)
{
    return evidence->step->lead_us < 5 && mpe_finding_measured(finding, 7, evidence->step->lead_us, 5);
}

static const struct mpe_rule condition_rows[] = {
    {.code = 901, .flags = MPE_RULE_TRACK, .holds = is_far_ahead, .clears = is_near}};
static const struct mpe_rule_table condition_rules = {{[1] = {condition_rows, 1}}};

/* A lead is seen: 's' it was set by that, 'c' cleared, '.' neither, and no news. */
static char see(struct mpe_standing *standing, int64_t lead_us)
{
    step.changed = MPE_FACT_LEAD;
    step.lead_us = lead_us;
    judgement.count = 0;
    mpe_classify(&condition_rules, &facts, &step, &limits, &judgement);
    if (judgement.count == 0 || !mpe_standing_apply(standing, &findings[0]))
        return '.';
    return findings[0].is_cleared ? 'c' : 's';
}

START_TEST(what_can_be_cleared_is_said_when_it_changes)
{
    static const int64_t leads_us[] = {3, 7, 11, 12, 7, 11, 4, 3, 7, 11};
    static const char said[] = "..s...c..s";
    struct mpe_standing standing = {0};
    for (size_t i = 0; i < sizeof(leads_us) / sizeof(leads_us[0]); i++)
        ck_assert_msg(see(&standing, leads_us[i]) == said[i], "lead %d, number %d", (int)leads_us[i], (int)i);
    ck_assert(mpe_standing_has(&standing, 7));
}
END_TEST

static bool is_news(struct mpe_standing *standing, uint32_t changed)
{
    ck_assert_uint_eq(classify(changed), 1);
    return mpe_standing_apply(standing, &findings[0]);
}

/* What the end decides again is no news; what a header decides is, with each header. */
START_TEST(a_fault_is_news_once_a_header_each_time)
{
    struct mpe_standing standing = {0};
    track.frames_before_header = 11;
    facts.metadata_seen = true;
    ck_assert(is_news(&standing, MPE_FACT_ORDER));
    ck_assert(!is_news(&standing, MPE_FACT_ORDER));
    ck_assert(!is_news(&standing, MPE_FACT_END));
    stream.width_px = 4096;
    ck_assert(is_news(&standing, MPE_FACT_HEADER));
    ck_assert(is_news(&standing, MPE_FACT_HEADER));
}
END_TEST

START_TEST(only_a_fault_of_the_wire_is_fatal)
{
    step.fault = (struct mpe_fault){MPE_REASON_OUT_OF_MEMORY, "a track", 1, 0};
    expect(MPE_FACT_FAILURE, MPE_UNKNOWN_ERROR, MPE_REASON_OUT_OF_MEMORY);
    ck_assert(!findings[0].is_fatal);
    expect(MPE_FACT_FAULT, MPE_UNKNOWN_ERROR, MPE_REASON_OUT_OF_MEMORY);
    ck_assert(findings[0].is_fatal);
}
END_TEST

START_TEST(faults)
{
    const struct mpe_fault fault = {MPE_REASON_INTERNAL_LIMIT, "chunk streams", 65, 64};

    step.fault = fault;
    step.offset_bytes = MPE_OFFSET_NONE;
    expect(MPE_FACT_FAULT, MPE_UNKNOWN_ERROR, MPE_REASON_INTERNAL_LIMIT);
    ck_assert_int_eq(findings[0].value, 65);
    ck_assert_int_eq(findings[0].limit, 64);
    ck_assert_int_eq(findings[0].flags & MPE_ERROR_HAS_OFFSET, 0);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *suite = suite_create("classify");
    TCase *tests = tcase_create("classify");

    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, a_rule_runs_only_when_its_facts_changed);
    tcase_add_test(tests, findings_of_several_steps_are_in_the_order_of_the_table);
    tcase_add_test(tests, a_finding_carries_its_evidence);
    tcase_add_test(tests, resolutions);
    tcase_add_test(tests, codecs);
    tcase_add_test(tests, headers_of_the_right_codec);
    tcase_add_test(tests, frame_rates);
    tcase_add_test(tests, metadata);
    tcase_add_test(tests, frames_before_the_header);
    tcase_add_test(tests, qualities);
    tcase_add_test(tests, bitrates);
    tcase_add_test(tests, timestamps);
    tcase_add_test(tests, clocks);
    tcase_add_test(tests, buffers);
    tcase_add_test(tests, volumes);
    tcase_add_test(tests, urls);
    tcase_add_test(tests, what_can_be_cleared_is_said_when_it_changes);
    tcase_add_test(tests, a_fault_is_news_once_a_header_each_time);
    tcase_add_test(tests, only_a_fault_of_the_wire_is_fatal);
    tcase_add_test(tests, faults);
    suite_add_tcase(suite, tests);
    return suite;
}
