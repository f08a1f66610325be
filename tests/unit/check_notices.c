/* Notices: what happens in a session, and when. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fmp4_log.h"
#include "mpe.h"
#include "notify/records.h"

static mpe_channel *channel;
static mpe_session *session;
static char log_text[8192];

static void open_session(int32_t protocol)
{
    ck_assert_int_eq(mpe_channel_new(&channel, MPE_OPEN, NULL), MPE_OK);
    ck_assert_int_eq(mpe_channel_set(channel, MPE_PARAM_NOTICES, 1), MPE_OK);
    ck_assert_int_eq(mpe_session_new(&session, channel, protocol, "203.0.113.7:1", "id", 0), MPE_OK);
    log_text[0] = 0;
}

static void close_session(void)
{
    mpe_session_free(session);
    mpe_channel_free(channel);
}

/* Of each notice that waits a line: time, name, track, and its numbers. Heartbeats only where they are wanted. */
static void poll_all(bool has_beats)
{
    mpe_notice n = {.struct_size = sizeof(n)};
    while (mpe_session_poll_notice(session, &n) == MPE_EVENT) {
        const size_t len = strlen(log_text);
        if (n.kind == MPE_NOTICE_INGEST_HEARTBEAT && !has_beats)
            continue;
        snprintf(log_text + len, sizeof(log_text) - len, "%lld ms %s", (long long)(n.now_us / 1000),
                 mpe_reason_name(n.kind));
        snprintf(log_text + strlen(log_text), sizeof(log_text) - strlen(log_text),
                 n.track < 0 ? "\n" : " %d: %lld %lld %lld\n", n.track, (long long)n.timestamp, (long long)n.value,
                 (long long)n.other_timestamp);
    }
}

static void feed(const void *bytes, size_t len, int64_t now_ms)
{
    for (size_t i = 0; i < len; i++) /* each byte alone */
        ck_assert_int_eq(mpe_session_feed(session, (const uint8_t *)bytes + i, 1, now_ms * 1000), MPE_OK);
}

#define TYPE_AUDIO 8
#define TYPE_VIDEO 9

static void flv_tag(unsigned type, uint32_t ms, const char *body, size_t len, int64_t now_ms)
{
    const uint8_t head[] = {(uint8_t)type,
                            0,
                            0,
                            (uint8_t)len,
                            (uint8_t)(ms >> 16),
                            (uint8_t)(ms >> 8),
                            (uint8_t)ms,
                            (uint8_t)(ms >> 24),
                            0,
                            0,
                            0};
    feed(head, sizeof(head), now_ms);
    feed(body, len, now_ms);
    feed("\0\0\0", 4, now_ms);
}

static void flv_begin(void)
{
    open_session(MPE_PROTOCOL_FLV);
    feed("FLV\1\5\0\0\0\11\0\0\0", 13, 0);
}

static void video(uint32_t ms, bool is_key, int64_t now_ms)
{
    flv_tag(TYPE_VIDEO, ms, is_key ? "\22abc" : "\42abc", 4, now_ms); /* Sorenson H.263, which needs no header */
}

static void audio(uint32_t ms, int64_t now_ms)
{
    flv_tag(TYPE_AUDIO, ms, "\57abc", 4, now_ms); /* MP3 */
}

static void expect(const char *expected)
{
    poll_all(false);
    ck_assert_str_eq(log_text, expected);
    close_session();
}

#define CONNECTED "0 ms ENCODER_CONNECTED\n"

START_TEST(first_chunks_of_flv)
{
    flv_begin();
    for (uint32_t ms = 0; ms <= 2200; ms += 40) {
        video(ms, ms % 1000 == 0, ms);
        audio(ms, ms);
        poll_all(false);
    }
    expect(CONNECTED "1000 ms INCOMING_STREAM_RECEIVED 0: 0 0 0\n2000 ms INCOMING_STREAM_RECEIVED 1: 0 0 0\n");
}
END_TEST

static void video_with_gap(uint32_t step_ms, uint32_t gap_ms)
{
    flv_begin();
    for (uint32_t i = 0; i < 20; i++) {
        const uint32_t ms = i * step_ms + (i >= 10 ? gap_ms : 0);
        video(ms, true, ms);
    }
}

START_TEST(a_gap_is_said)
{
    video_with_gap(40, 100);
    expect(CONNECTED "40 ms INCOMING_STREAM_RECEIVED 0: 0 0 0\n500 ms TRACK_DISCONTINUITY 0: 500 100000 360\n");
}
END_TEST

START_TEST(a_short_gap_and_slides_are_none)
{
    video_with_gap(40, 99);
    expect(CONNECTED "40 ms INCOMING_STREAM_RECEIVED 0: 0 0 0\n");
    video_with_gap(1000, 1000); /* a slide that comes one frame late */
    expect(CONNECTED "1000 ms INCOMING_STREAM_RECEIVED 0: 0 0 0\n");
    video_with_gap(1000, 1002);
    expect(CONNECTED "1000 ms INCOMING_STREAM_RECEIVED 0: 0 0 0\n11002 ms TRACK_DISCONTINUITY 0: 11002 1002000 9000\n");
}
END_TEST

START_TEST(time_that_begins_behind_a_run_is_no_gap)
{
    flv_begin();
    for (uint32_t i = 0; i < 5; i++)
        video(0, true, 0);
    for (uint32_t i = 0; i < 5; i++)
        video(90000 + i * 40, false, i * 40);
    expect(CONNECTED);
}
END_TEST

START_TEST(a_step_back_is_a_dropped_chunk)
{
    flv_begin();
    video(0, true, 0);
    video(40, true, 40);
    video(80, true, 80);
    video(50, true, 120);
    video(90, true, 160);
    expect(CONNECTED "40 ms INCOMING_STREAM_RECEIVED 0: 0 0 0\n120 ms CHUNK_DROPPED 0: 50 2 0\n");
}
END_TEST

START_TEST(audio_far_behind_video)
{
    flv_begin();
    video(0, true, 0);
    audio(0, 0);
    for (uint32_t ms = 40; ms <= 6000; ms += 40)
        video(ms, ms % 2000 == 0, ms);
    audio(900, 6000);
    audio(950, 6000); /* still behind: said once */
    poll_all(false);
    ck_assert_ptr_nonnull(strstr(log_text, "6000 ms STREAMS_OUT_OF_SYNC 1: 900 5100000 6000\n"));
    ck_assert_ptr_null(strstr(strstr(log_text, "STREAMS_OUT_OF_SYNC") + 1, "STREAMS_OUT_OF_SYNC"));
    close_session();
}
END_TEST

START_TEST(audio_five_seconds_behind_is_in_sync)
{
    flv_begin();
    video(0, true, 0);
    audio(0, 0);
    for (uint32_t ms = 40; ms <= 6000; ms += 40)
        video(ms, ms % 2000 == 0, ms);
    audio(1000, 6000);
    poll_all(false);
    ck_assert_ptr_null(strstr(log_text, "OUT_OF_SYNC"));
    close_session();
}
END_TEST

/* ---- heartbeats ---- */

static mpe_notice next_beat(void)
{
    mpe_notice n = {.struct_size = sizeof(n)};
    while (mpe_session_poll_notice(session, &n) == MPE_EVENT) {
        if (n.kind == MPE_NOTICE_INGEST_HEARTBEAT)
            return n;
    }
    ck_abort_msg("no heartbeat");
    return n;
}

START_TEST(heartbeats_of_a_stream_that_falls_silent)
{
    flv_begin();
    for (uint32_t ms = 0; ms < 20000; ms += 40)
        video(ms, ms % 2000 == 0, ms);
    while (mpe_session_deadline(session) < 20000000)
        mpe_session_tick(session, mpe_session_deadline(session));
    ck_assert_int_eq(mpe_session_deadline(session), 20000000);
    mpe_session_tick(session, 20000000);
    const mpe_notice beat = next_beat();
    ck_assert_int_eq(beat.value, 500 * 3 * 8 / 20);
    ck_assert_int_eq(beat.timestamp, 19960);
    ck_assert_int_eq(beat.arrival_us, 19960000);
    ck_assert_int_eq(beat.drift_s, 0);
    mpe_session_tick(session, 40000000);
    const mpe_notice silent = next_beat();
    ck_assert_int_eq(silent.value, 0);
    ck_assert_int_eq(silent.arrival_us, 19960000);
    ck_assert_int_eq(silent.drift_s, -1);
    close_session();
}
END_TEST

/* 58 s of media in a minute. */
START_TEST(drift_is_in_seconds_a_minute)
{
    flv_begin();
    for (uint32_t i = 0; i <= 3100; i++)
        video(i * 29, i % 60 == 0, i * 30);
    int32_t drift = -2;
    mpe_notice n = {.struct_size = sizeof(n)};
    while (mpe_session_poll_notice(session, &n) == MPE_EVENT)
        drift = n.kind == MPE_NOTICE_INGEST_HEARTBEAT ? n.drift_s : drift;
    ck_assert_int_eq(drift, 2);
    close_session();
}
END_TEST

START_TEST(who_does_not_ask_hears_nothing)
{
    mpe_notice n = {.struct_size = sizeof(n)};
    ck_assert_int_eq(mpe_channel_new(&channel, MPE_OPEN, NULL), MPE_OK);
    ck_assert_int_eq(mpe_session_new(&session, channel, MPE_PROTOCOL_FLV, NULL, NULL, 0), MPE_OK);
    feed("FLV\1\5\0\0\0\11\0\0\0", 13, 0);
    for (uint32_t ms = 0; ms < 30000; ms += 40)
        video(ms, true, ms);
    ck_assert_int_eq(mpe_session_latency(session, 5, 0), MPE_OK);
    ck_assert_int_eq(mpe_session_poll_notice(session, &n), MPE_OK);
    close_session();
}
END_TEST

/* ---- fragments: 100 ticks a second, 4 ticks a frame ---- */

#define FRAGMENT(time) MOOF(TRAF(TFHD("00000001") TFDT(time) "(trun 00000200 0000000A 40*00 ) ")) "(mdat 00 ) "

static void feed_boxes(const char *text, int64_t now_ms)
{
    static struct box_bytes bytes;
    bytes.len = 0;
    boxes_add(&bytes, text);
    feed(bytes.at, bytes.len, now_ms);
}

static void fragments_begin(void)
{
    open_session(MPE_PROTOCOL_FMP4);
    feed_boxes("(moov " AVC_TRAK "(mvex " AVC_TREX ") ) ", 0);
}

START_TEST(fragments_that_follow_each_other)
{
    fragments_begin();
    feed_boxes(FRAGMENT("00000000") FRAGMENT("00000028") FRAGMENT("00000050") FRAGMENT("00000078"), 0);
    expect(CONNECTED "0 ms INCOMING_STREAM_RECEIVED 0: 0 0 0\n");
}
END_TEST

START_TEST(fragments_that_overlap_or_come_again)
{
    fragments_begin();
    feed_boxes(FRAGMENT("00000000") FRAGMENT("00000028") FRAGMENT("00000050"), 0);
    poll_all(false);
    feed_boxes(FRAGMENT("00000070"), 2000);
    feed_boxes(FRAGMENT("00000040"), 4000);
    feed_boxes(FRAGMENT("00000078"), 6000);
    expect(CONNECTED "0 ms INCOMING_STREAM_RECEIVED 0: 0 0 0\n2000 ms CHUNK_DROPPED 0: 112 1 0\n"
                     "4000 ms CHUNK_DROPPED 0: 64 2 0\n");
}
END_TEST

START_TEST(a_gap_between_fragments)
{
    fragments_begin();
    feed_boxes(FRAGMENT("00000000") FRAGMENT("00000028") FRAGMENT("0000005A"), 0);
    expect(CONNECTED "0 ms INCOMING_STREAM_RECEIVED 0: 0 0 0\n0 ms TRACK_DISCONTINUITY 0: 90 100000 40\n");
    fragments_begin();
    feed_boxes(FRAGMENT("00000000") FRAGMENT("00000028") FRAGMENT("00000059"), 0);
    expect(CONNECTED "0 ms INCOMING_STREAM_RECEIVED 0: 0 0 0\n");
}
END_TEST

/* ---- latency, JSON ---- */

START_TEST(latency_and_its_reason)
{
    mpe_notice n = {.struct_size = sizeof(n)};
    char text[1024];
    video_with_gap(40, 100);
    poll_all(false);
    ck_assert_int_eq(mpe_session_latency(session, -1, 900000), MPE_OK);
    ck_assert_int_eq(mpe_session_poll_notice(session, &n), MPE_EVENT);
    ck_assert_int_eq(n.limit, MPE_LATENCY_INGEST_DISCONTINUITY);
    ck_assert_int_eq(mpe_notice_json(session, &n, MPE_SCHEMA_EVENT_GRID, 0, text, sizeof(text), NULL), MPE_OK);
    ck_assert_ptr_nonnull(
        strstr(text, "\"data\":{\"channelLatencyMs\":\"n/a\",\"latencyResultCode\":\"MPE_INGEST_DISCONTINUITY\"}"));
    close_session();
    flv_begin();
    for (uint32_t ms = 0; ms <= 4080; ms += 40)
        video(ms, ms == 0, ms);
    poll_all(false);
    ck_assert_int_eq(mpe_session_latency(session, 12, 4080000), MPE_OK);
    ck_assert_int_eq(mpe_session_poll_notice(session, &n), MPE_EVENT);
    ck_assert_int_eq(n.value, 12);
    ck_assert_int_eq(n.limit, MPE_LATENCY_KEY_FRAME_INTERVAL_TOO_LARGE);
    close_session();
}
END_TEST

START_TEST(json_refuses_wrong_arguments)
{
    mpe_notice n = {.struct_size = sizeof(n), .kind = MPE_NOTICE_ENCODER_CONNECTED, .track = -1, .other_track = -1};
    char text[1024];
    size_t needed = 0;
    flv_begin();
    ck_assert_int_eq(mpe_notice_json(NULL, &n, 1, 0, text, sizeof(text), NULL), MPE_BAD_SESSION);
    ck_assert_int_eq(mpe_notice_json(session, NULL, 1, 0, text, sizeof(text), NULL), MPE_BAD_ERROR);
    ck_assert_int_eq(mpe_notice_json(session, &n, 3, 0, text, sizeof(text), NULL), MPE_BAD_SCHEMA);
    ck_assert_int_eq(mpe_notice_json(session, &n, 1, 0, NULL, 1, NULL), MPE_BAD_OUTPUT);
    ck_assert_int_eq(mpe_notice_json(session, &n, 1, 0, NULL, 0, &needed), MPE_BUFFER_TOO_SMALL);
    ck_assert_int_eq(mpe_notice_json(session, &n, 1, 0, text, needed, NULL), MPE_OK);
    ck_assert_uint_eq(strlen(text) + 1, needed);
    n.kind = 699;
    ck_assert_int_eq(mpe_notice_json(session, &n, 1, 0, text, sizeof(text), NULL), MPE_BAD_ERROR);
    close_session();
}
END_TEST

START_TEST(json_of_two_videos_that_are_apart)
{
    const mpe_notice n = {.struct_size = sizeof(n),
                          .kind = MPE_NOTICE_VIDEO_STREAMS_OUT_OF_SYNC,
                          .track = 1,
                          .other_track = 0,
                          .timestamp = 47000000,
                          .duration = 20000000,
                          .other_timestamp = 40000000,
                          .other_duration = 19000000,
                          .timescale = 10000000,
                          .arrival_us = INT64_MIN,
                          .drift_s = -1};
    char text[1024];
    flv_begin();
    ck_assert_int_eq(mpe_notice_json(session, &n, MPE_SCHEMA_EVENT_GRID, 0, text, sizeof(text), NULL), MPE_OK);
    ck_assert_ptr_nonnull(strstr(text, "\"eventType\":\"Microsoft.Media.LiveEventIncomingVideoStreamsOutOfSync\""));
    ck_assert_ptr_nonnull(strstr(text, "\"data\":{\"firstTimestamp\":\"47000000\",\"firstDuration\":\"20000000\","
                                       "\"secondTimestamp\":\"40000000\",\"secondDuration\":\"19000000\","
                                       "\"timescale\":\"10000000\"}"));
    close_session();
}
END_TEST

START_TEST(a_snapshot_refuses_wrong_arguments)
{
    mpe_health_snapshot snapshot = {.struct_size = sizeof(snapshot)};
    flv_begin();
    ck_assert_int_eq(mpe_session_health(NULL, &snapshot), MPE_BAD_SESSION);
    ck_assert_int_eq(mpe_session_health(session, NULL), MPE_BAD_OUTPUT);
    ck_assert_int_eq(mpe_session_health(session, &snapshot), MPE_OK);
    snapshot.struct_size--;
    ck_assert_int_eq(mpe_session_health(session, &snapshot), MPE_BAD_STRUCT_SIZE);
    close_session();
}
END_TEST

Suite *mpe_suite(void);

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("notices");
    TCase *const flv = tcase_create("FLV");
    tcase_add_test(flv, first_chunks_of_flv);
    tcase_add_test(flv, a_gap_is_said);
    tcase_add_test(flv, a_short_gap_and_slides_are_none);
    tcase_add_test(flv, time_that_begins_behind_a_run_is_no_gap);
    tcase_add_test(flv, a_step_back_is_a_dropped_chunk);
    tcase_add_test(flv, audio_far_behind_video);
    tcase_add_test(flv, audio_five_seconds_behind_is_in_sync);
    suite_add_tcase(suite, flv);
    TCase *const beats = tcase_create("heartbeats");
    tcase_add_test(beats, heartbeats_of_a_stream_that_falls_silent);
    tcase_add_test(beats, drift_is_in_seconds_a_minute);
    tcase_add_test(beats, who_does_not_ask_hears_nothing);
    suite_add_tcase(suite, beats);
    TCase *const fragments = tcase_create("fragments");
    tcase_add_test(fragments, fragments_that_follow_each_other);
    tcase_add_test(fragments, fragments_that_overlap_or_come_again);
    tcase_add_test(fragments, a_gap_between_fragments);
    suite_add_tcase(suite, fragments);
    TCase *const json = tcase_create("JSON");
    tcase_add_test(json, latency_and_its_reason);
    tcase_add_test(json, json_refuses_wrong_arguments);
    tcase_add_test(json, json_of_two_videos_that_are_apart);
    tcase_add_test(json, a_snapshot_refuses_wrong_arguments);
    suite_add_tcase(suite, json);
    return suite;
}
