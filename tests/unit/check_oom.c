/*
 * Every allocation fails once, in whole scenes of every protocol. First those that libmpe asks of its allocator; then,
 * with malloc and its family replaced, those of FFmpeg, jansson and expat as well. After each: no block is left, the
 * lack of memory was told, the same channel takes another session, and the same scene played again gives what it
 * always gave. FFmpeg does without some blocks (names of its own, options): then nothing is told, and nothing is wrong.
 */
#include <check.h>
#include <libavutil/log.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../trust/malloc_trap.h"
#include "health.h"
#include "mpe.h"
#include "oom_streams.h"

Suite *mpe_suite(void);

/* ------------------------------------------------------------- the host */

/* The status of a call of the library; malloc is watched in there and nowhere else. */
static int is_trapping;
static mpe_status status_inside;
#define INSIDE(call) (trap.is_armed = is_trapping, status_inside = (call), trap.is_armed = 0, status_inside)

/* A host that plays a scene, and what it was told. */
struct host {
    const mpe_allocator *allocator; /* NULL: malloc */
    mpe_channel *channel;           /* NULL: there was no memory for it */
    int told;                       /* how often the lack of memory was told */
    size_t len;
    char transcript[1 << 14];
};

__attribute__((format(printf, 2, 3))) static void note(struct host *host, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    host->len += (size_t)vsnprintf(host->transcript + host->len, sizeof(host->transcript) - host->len, format, args);
    va_end(args);
    ck_assert_uint_lt(host->len, sizeof(host->transcript));
}

/* Notes a status. 1: go on. */
static int is_ok(struct host *host, const char *call, mpe_status status)
{
    if (status == MPE_NO_MEMORY) {
        host->told++;
        note(host, "%s: no memory\n", call);
        return 0;
    }
    ck_assert_msg(status == MPE_OK, "%s: %s", call, mpe_status_text(status));
    return 1;
}

static void make_channel(struct host *host, int32_t kind)
{
    is_ok(host, "channel", INSIDE(mpe_channel_new(&host->channel, kind, host->allocator)));
}

static void set(struct host *host, int32_t param, int64_t value)
{
    if (host->channel != NULL)
        ck_assert_int_eq(mpe_channel_set(host->channel, param, value), MPE_OK);
}

static void set_text(struct host *host, int32_t which, const char *text)
{
    if (host->channel != NULL)
        is_ok(host, "text", INSIDE(mpe_channel_set_text(host->channel, which, text)));
}

static mpe_session *open_session(struct host *host, int32_t protocol, const char *id)
{
    mpe_session *session = NULL;

    if (host->channel != NULL)
        is_ok(host, "session", INSIDE(mpe_session_new(&session, host->channel, protocol, "10.0.0.1:5000", id, 0)));
    return session;
}

static void tell_json(struct host *host, const mpe_session *session, const mpe_error *error)
{
    static char json[8192];

    for (int32_t schema = MPE_SCHEMA_EVENT_GRID; schema <= MPE_SCHEMA_CLOUD_EVENTS; schema++)
        if (is_ok(host, "json", INSIDE(mpe_error_json(session, error, schema, 1, json, sizeof(json), NULL))))
            note(host, "json %zu\n", strlen(json));
}

static void poll_all(struct host *host, mpe_session *session)
{
    mpe_error error = {.struct_size = sizeof(error)};

    while (mpe_session_poll_error(session, &error) == MPE_EVENT) {
        host->told += error.reason == MPE_REASON_OUT_OF_MEMORY;
        note(host, "%s %s track %d\n", mpe_code_name(error.code), mpe_reason_name(error.reason), error.track);
        if (error.reason == MPE_REASON_OUT_OF_MEMORY)
            ck_assert_int_eq(error.code, MPE_UNKNOWN_ERROR);
        tell_json(host, session, &error);
    }
}

static void feed(struct host *host, mpe_session *session, const struct out *out, size_t from, size_t to, int64_t now_us)
{
    if (session != NULL)
        is_ok(host, "feed", INSIDE(mpe_session_feed(session, out->bytes + from, to - from, now_us)));
}

static void finish(struct host *host, mpe_session *session, int64_t now_us)
{
    mpe_error error = {.struct_size = sizeof(error)};

    if (session == NULL)
        return;
    is_ok(host, "finish", INSIDE(mpe_session_finish(session, 0, now_us)));
    poll_all(host, session);
    ck_assert_int_eq(mpe_session_ending(session, &error), MPE_EVENT);
    note(host, "ends: %s\n", mpe_code_name(error.code));
    tell_json(host, session, &error);
    mpe_session_free(session);
}

/* ------------------------------------------------------------ the scenes */

static void play_flv(struct host *host)
{
    make_channel(host, MPE_ENCODING);
    set_text(host, MPE_TEXT_SUBJECT, "liveEvent/a");
    if (host->channel != NULL)
        is_ok(host, "allow", INSIDE(mpe_channel_allow(host->channel, "10.0.0.0/8")));
    mpe_session *session = open_session(host, MPE_PROTOCOL_AUTO, "a");
    feed(host, session, &flv, 0, flv.len, 0);
    finish(host, session, 8000000);
}

static void play_rtmp(struct host *host)
{
    make_channel(host, MPE_PASS_THROUGH_STANDARD);
    set_text(host, MPE_TEXT_APP, "live/8f1c");
    set(host, MPE_PARAM_PUBLISH_STREAM_NAME, 1);
    mpe_session *session = open_session(host, MPE_PROTOCOL_AUTO, "a");
    for (size_t at = 0; at < rtmp.len; at += 1000)
        feed(host, session, &rtmp, at, at + 1000 < rtmp.len ? at + 1000 : rtmp.len, (int64_t)at * 100);
    finish(host, session, 13000000);
}

static void play_ismv(struct host *host)
{
    make_channel(host, MPE_ENCODING);
    mpe_session *session = open_session(host, MPE_PROTOCOL_AUTO, "a");
    if (session != NULL)
        is_ok(host, "url", INSIDE(mpe_session_url(session, "/8f1c/ingest.isml/Streams(video)")));
    feed(host, session, &ismv, 0, ismv.len, 0);
    finish(host, session, 1000000);
}

/* All at once in one channel, and a session id that is taken. */
static void play_many(struct host *host)
{
    make_channel(host, MPE_PASS_THROUGH_BASIC);
    set(host, MPE_PARAM_REPORT_ALL, 1);
    mpe_session *one = open_session(host, MPE_PROTOCOL_FLV, "one");
    mpe_session *two = open_session(host, MPE_PROTOCOL_RTMP, "two");
    mpe_session *three = open_session(host, MPE_PROTOCOL_FMP4, "three");
    mpe_session *twin = open_session(host, MPE_PROTOCOL_FLV, "one");
    for (size_t part = 0; part < 10; part++) {
        feed(host, one, &flv, flv.len * part / 10, flv.len * (part + 1) / 10, (int64_t)part * 1000000);
        feed(host, two, &rtmp, rtmp.len * part / 10, rtmp.len * (part + 1) / 10, (int64_t)part * 1000000);
        feed(host, three, &ismv, ismv.len * part / 10, ismv.len * (part + 1) / 10, (int64_t)part * 1000000);
    }
    finish(host, twin, 10000000);
    finish(host, one, 10000000);
    finish(host, two, 10000000);
    finish(host, three, 10000000);
}

static void play_report_all(struct host *host)
{
    make_channel(host, MPE_ENCODING);
    set_text(host, MPE_TEXT_TOPIC, "/subscriptions/1/topics/2");
    set(host, MPE_PARAM_REPORT_ALL, 1);
    mpe_session *session = open_session(host, MPE_PROTOCOL_FLV, NULL);
    feed(host, session, &bad, 0, bad.len, 0);
    finish(host, session, 1000000);
}

/* What may be changed in a channel, is changed while a session runs. */
static void change_all(struct host *host)
{
    mpe_channel_sums sums = {.struct_size = sizeof(sums)};

    if (host->channel == NULL || !is_ok(host, "allow", INSIDE(mpe_channel_allow(host->channel, "10.0.0.0/8"))))
        return;
    is_ok(host, "allow", INSIDE(mpe_channel_allow(host->channel, "192.0.2.0/24")));
    const mpe_status status = INSIDE(mpe_channel_disallow(host->channel, "192.0.2.0/24"));
    if (status != MPE_BAD_INDEX) /* it was not allowed for want of memory */
        is_ok(host, "disallow", status);
    is_ok(host, "set", INSIDE(mpe_channel_set(host->channel, MPE_PARAM_MAX_BITRATE_BPS, 30000000)));
    is_ok(host, "set", INSIDE(mpe_channel_set(host->channel, MPE_PARAM_MAX_WIDTH_PX, 1280)));
    is_ok(host, "action",
          INSIDE(mpe_channel_set_action(host->channel, MPE_INGEST_CODEC_NOT_SUPPORTED, MPE_ACTION_REPORT)));
    is_ok(host, "totals", INSIDE(mpe_channel_totals(host->channel, &sums)));
}

static void play_changes(struct host *host)
{
    make_channel(host, MPE_ENCODING);
    mpe_session *before = open_session(host, MPE_PROTOCOL_FLV, "a");
    feed(host, before, &flv, 0, flv.len / 2, 0);
    change_all(host);
    set_text(host, MPE_TEXT_VIDEO_CODECS, "avc1 fmp4:hvc1 av01");
    set_text(host, MPE_TEXT_AUDIO_CODECS, "mp4a Opus");
    set_text(host, MPE_TEXT_MIN_VIDEO_BITRATES, "1080p60:4000000 720p:2000000");
    mpe_session *after = open_session(host, MPE_PROTOCOL_FLV, "b");
    feed(host, before, &flv, flv.len / 2, flv.len, 4000000);
    feed(host, after, &flv, 0, flv.len, 4000000);
    finish(host, before, 8000000);
    finish(host, after, 8000000);
}

static void poll_notices(struct host *host, mpe_session *session)
{
    static char json[8192];
    mpe_notice notice = {.struct_size = sizeof(notice)};

    while (session != NULL && mpe_session_poll_notice(session, &notice) == MPE_EVENT) {
        note(host, "%s track %d\n", mpe_reason_name(notice.kind), notice.track);
        if (is_ok(host, "notice",
                  INSIDE(mpe_notice_json(session, &notice, MPE_SCHEMA_EVENT_GRID, 1, json, sizeof(json), NULL))))
            note(host, "json %zu\n", strlen(json));
    }
}

/* Notices and conditions; both streams in ten parts. */
static void play_watched(struct host *host)
{
    make_channel(host, MPE_PASS_THROUGH_STANDARD);
    set(host, MPE_PARAM_CONDITIONS, 1);
    set(host, MPE_PARAM_NOTICES, 1);
    mpe_session *one = open_session(host, MPE_PROTOCOL_FLV, "one");
    mpe_session *two = open_session(host, MPE_PROTOCOL_FMP4, "two");
    for (size_t part = 0; part < 10; part++) {
        feed(host, one, &flv, flv.len * part / 10, flv.len * (part + 1) / 10, (int64_t)part * 800000);
        feed(host, two, &renditions, renditions.len * part / 10, renditions.len * (part + 1) / 10,
             (int64_t)part * 800000);
        poll_notices(host, one);
        poll_notices(host, two);
    }
    finish(host, one, 8000000);
    finish(host, two, 8000000);
}

struct scene {
    const char *name;
    void (*play)(struct host *host);
    int64_t least; /* allocations of libmpe: fewer, and the scene does not show what it should */
};

static const struct scene scenes[] = {
    {"FLV", play_flv, 14},
    {"RTMP", play_rtmp, 24},
    {"fragmented MP4", play_ismv, 14},
    {"many sessions", play_many, 40},
    {"report all", play_report_all, 14},
    {"changes", play_changes, 30},
    {"notices and conditions", play_watched, 30},
};

enum { SCENES = sizeof(scenes) / sizeof(scenes[0]) };

/* --------------------------------------------------------- the allocator */

static struct {
    int64_t calls;
    int64_t fail_at;
    int64_t blocks;
} counter;

static void *count_allocate(void *user, size_t size)
{
    void *block;

    (void)user;
    if (++counter.calls == counter.fail_at)
        return NULL;
    block = malloc(size);
    counter.blocks += block != NULL;
    return block;
}

static void count_release(void *user, void *block)
{
    (void)user;
    counter.blocks -= block != NULL;
    free(block);
}

static const mpe_allocator counting = {sizeof(mpe_allocator), count_allocate, count_release, NULL, NULL};

/* -------------------------------------------------------------- the tests */

static struct host usual, host;

static void begin(struct host *at, const mpe_allocator *allocator)
{
    memset(at, 0, sizeof(*at));
    at->allocator = allocator;
}

/* The channel of a scene in which memory ran out takes a healthy session. */
static void take_another(struct host *at)
{
    if (at->channel == NULL)
        return;
    at->told = 0;
    at->len = 0;
    mpe_session *session = open_session(at, MPE_PROTOCOL_FLV, "another");
    ck_assert_ptr_nonnull(session);
    ck_assert_int_eq(mpe_session_feed(session, flv.bytes, flv.len, 0), MPE_OK);
    ck_assert_msg(mpe_session_state(session) == MPE_STATE_ADMITTED, "the next session is not admitted");
    finish(at, session, 8000000);
    ck_assert_msg(strncmp(at->transcript, "ends: MPI_STREAM_HIT_EOF", 24) == 0, "%s", at->transcript);
    ck_assert_int_eq(at->told, 0);
}

/* What FFmpeg says, at the levels that a host may ask for. */
static int lines_logged;

static void hear(void *context, int level, const char *format, va_list args)
{
    (void)context;
    (void)format;
    (void)args;
    lines_logged += level <= AV_LOG_VERBOSE;
}

static void make_streams(void)
{
    av_log_set_callback(hear);
    lines_logged = 0;
    oom_streams_make();
}

static void drop_streams(void)
{
    ck_assert_int_eq(lines_logged, 0);
    oom_streams_free();
}

START_TEST(of_libmpe)
{
    const struct scene *scene = &scenes[_i];
    int64_t count;

    counter.calls = counter.fail_at = 0;
    begin(&usual, &counting);
    scene->play(&usual);
    mpe_channel_free(usual.channel);
    ck_assert_int_eq(counter.blocks, 0);
    ck_assert_int_eq(usual.told, 0);
    count = counter.calls;
    ck_assert_msg(count >= scene->least, "%s: only %d allocations:\n%s", scene->name, (int)count, usual.transcript);
    for (int64_t n = 1; n <= count; n++) {
        counter.calls = 0;
        counter.fail_at = n;
        begin(&host, &counting);
        scene->play(&host);
        ck_assert_msg(host.told > 0, "%s: allocation %d of %d:\n%s", scene->name, (int)n, (int)count, host.transcript);
        take_another(&host);
        mpe_channel_free(host.channel);
        ck_assert_int_eq(counter.blocks, 0);
    }
}
END_TEST

/* Plays with malloc counted and its call number n failing, n 0: none. Gives the number of calls. */
static int64_t play_trapped(const struct scene *scene, struct host *at, int64_t n)
{
    begin(at, NULL);
    trap_arm(n);
    trap_disarm();
    is_trapping = 1;
    scene->play(at);
    is_trapping = 0;
    return trap.calls;
}

START_TEST(of_all_libraries)
{
    const struct scene *scene = &scenes[_i];
    int64_t count;

    if (!trap_works())
        return;                     /* a sanitizer's or valgrind's malloc; the release build has shown it */
    play_trapped(scene, &usual, 0); /* what libraries make once, they make now */
    mpe_channel_free(usual.channel);
    const int64_t kept = trap.blocks;
    count = play_trapped(scene, &usual, 0);
    mpe_channel_free(usual.channel);
    ck_assert_int_eq(trap.blocks, kept);
    ck_assert_int_gt(count, 2 * scene->least);
    int64_t told = 0;
    for (int64_t n = 1; n <= count; n++) {
        play_trapped(scene, &host, n);
        ck_assert_msg(host.told > 0 || strcmp(host.transcript, usual.transcript) == 0, "%s: call %d of %d:\n%s",
                      scene->name, (int)n, (int)count, host.transcript);
        told += host.told > 0;
        take_another(&host);
        mpe_channel_free(host.channel);
        ck_assert_msg(trap.blocks == kept, "%s: call %d of %d leaves %d blocks", scene->name, (int)n, (int)count,
                      (int)(trap.blocks - kept));
    }
    ck_assert_int_gt(told, count / 2);
    play_trapped(scene, &host, 0);
    mpe_channel_free(host.channel);
    ck_assert_str_eq(host.transcript, usual.transcript);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *suite = suite_create("out of memory");
    TCase *tests = tcase_create("out of memory");

    tcase_add_checked_fixture(tests, make_streams, drop_streams);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, of_libmpe, 0, SCENES);
    tcase_add_loop_test(tests, of_all_libraries, 0, SCENES);
    suite_add_tcase(suite, tests);
    return suite;
}
