/*
 * Sessions of 60 days, whose timestamps are right to the millisecond: over the marks where the fields of the wire
 * change (2^24 ms: extended timestamps; 2^31 ms: the sign, or the first wrap; 2^32 ms: the wrap) they stay quiet, their
 * times go on, and one fault planted at a mark is found there.
 *
 * In the 20 minutes before and after each mark every frame of 30 a second is there (33, 33, 34 ms); in the dull time
 * between, one every 5 s, and on the way to a fault, where the last minute has every frame, video alone every 15 s.
 * For sanitizers and valgrind sessions begin shortly before each mark.
 * MPE_TEST_EVERY_FRAME=1 makes the healthy sessions of all 155 million frames.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "mpe.h"
#include "stream_out.h"

Suite *mpe_suite(void);

#define SECOND_MS INT64_C(1000)
#define DAY_MS    (86400 * SECOND_MS)

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED true
#elif defined(__has_feature)
#define IS_SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define IS_SANITIZED false
#endif

/* Where a frame takes ten times as long, or fifty times. */
static bool is_slow(void)
{
    const char *const preload = getenv("LD_PRELOAD");

    return IS_SANITIZED || (preload != NULL && strstr(preload, "valgrind") != NULL);
}

/* Before and after a mark. */
#define CLOSE_MS (1200 * SECOND_MS)

static const int64_t marks_ms[] = {INT64_C(1) << 24, INT64_C(1) << 31, INT64_C(1) << 32};

enum { MARKS = sizeof(marks_ms) / sizeof(marks_ms[0]) };

/* ---------------------------------------------------------------- the wire */

/* How an encoder writes its times. */
struct wire {
    const char *name;
    int32_t protocol;
    uint32_t mask;
    bool sends_deltas;  /* RTMP: message headers of formats 1 and 2 between key frames */
    bool omits_repeats; /* RTMP */
    int64_t drift_ppm;  /* of its clock against ours, in healthy sessions */
};

static const struct wire wires[] = {
    {"FLV of 32 bits", MPE_PROTOCOL_FLV, 0xFFFFFFFF, false, false, 0},
    {"FLV of 31 bits", MPE_PROTOCOL_FLV, 0x7FFFFFFF, false, false, 150},
    {"RTMP of 32 bits, deltas", MPE_PROTOCOL_RTMP, 0xFFFFFFFF, true, true, -150},
    {"RTMP of 31 bits", MPE_PROTOCOL_RTMP, 0x7FFFFFFF, false, false, 0},
};

enum { WIRES = sizeof(wires) / sizeof(wires[0]) };

struct run {
    const struct wire *wire;
    mpe_channel *channel;
    mpe_session *session;
    struct out bytes; /* of the step under way */
    struct rtmp_out rtmp;
    struct out frame[2]; /* bodies: of video, of audio */
    int64_t media_ms;    /* of the last frame; -1: none yet */
    int64_t frames;
    int64_t last_now_us;
    bool is_mute;
};

static void feed(struct run *run, int64_t now_us)
{
    ck_assert_int_eq(mpe_session_feed(run->session, run->bytes.bytes, run->bytes.len, now_us), MPE_OK);
    run->bytes.len = 0;
    run->last_now_us = now_us;
}

static void put_message(struct run *run, uint8_t type, int64_t media_ms, bool is_whole, const void *body, size_t len)
{
    const uint32_t time_ms = (uint32_t)media_ms & run->wire->mask;
    const int64_t delta_ms = media_ms - run->media_ms;
    const uint32_t id = type == TAG_AUDIO ? 4 : 6;

    if (run->wire->protocol == MPE_PROTOCOL_FLV)
        flv_tag(&run->bytes, type, time_ms, body, len);
    else if (run->wire->sends_deltas && !is_whole && delta_ms >= 0)
        rtmp_message(&run->rtmp, 1, id, (uint32_t)delta_ms, type, 1, body, len);
    else
        rtmp_message(&run->rtmp, 0, id, time_ms, type, 1, body, len);
}

/* A frame of video and, unless it is mute, one of audio; every 50th is a key frame. */
static void send(struct run *run, int64_t media_ms, int64_t now_us)
{
    const bool is_key = run->frames++ % 50 == 0;

    run->frame[0].bytes[0] = is_key ? 0x17 : 0x27;
    put_message(run, TAG_VIDEO, media_ms, is_key, run->frame[0].bytes, run->frame[0].len);
    if (!run->is_mute)
        put_message(run, TAG_AUDIO, media_ms, is_key, run->frame[1].bytes, run->frame[1].len);
    run->media_ms = media_ms;
    feed(run, now_us);
}

static void set_frame_bytes(struct run *run, size_t len)
{
    run->frame[0].len = 0;
    avc_frame(&run->frame[0], true, len);
}

/* ----------------------------------------------------------------- the run */

static int64_t clock_us(const struct run *run, int64_t media_ms)
{
    return media_ms * 1000 + media_ms * run->wire->drift_ppm / 1000;
}

static void send_headers(struct run *run)
{
    struct out metadata = {0};

    if (run->wire->protocol == MPE_PROTOCOL_FLV) {
        flv_begin(&run->bytes);
    } else {
        run->rtmp = rtmp_begin(&run->bytes);
        run->rtmp.omits_repeats = run->wire->omits_repeats;
        rtmp_connect(&run->rtmp, "live", "rtmp://127.0.0.1/live");
        rtmp_publish(&run->rtmp, "stream");
    }
    amf_metadata(&metadata, 500, 64);
    put_message(run, TAG_DATA, 0, true, metadata.bytes, metadata.len);
    put_message(run, TAG_VIDEO, 0, true, avc_720p.bytes, avc_720p.len);
    put_message(run, TAG_AUDIO, 0, true, aac_stereo_48k.bytes, aac_stereo_48k.len);
    feed(run, clock_us(run, run->media_ms + 1));
    out_free(&metadata);
}

/* At a time of the media. A video frame takes more than one RTMP chunk, so that extended timestamps have to be
 * repeated, or not. */
static struct run begin(const struct wire *wire, int64_t media_ms)
{
    struct run run = {.wire = wire, .media_ms = media_ms - 1};

    ck_assert_int_eq(mpe_channel_new(&run.channel, MPE_ENCODING, NULL), MPE_OK);
    ck_assert_int_eq(mpe_channel_set(run.channel, MPE_PARAM_FLV_IDLE_TIMEOUT_US, 20000000), MPE_OK);
    ck_assert_int_eq(mpe_channel_set(run.channel, MPE_PARAM_MAX_BITRATE_BPS, 1000000), MPE_OK);
    ck_assert_int_eq(mpe_session_new(&run.session, run.channel, wire->protocol, NULL, NULL, clock_us(&run, media_ms)),
                     MPE_OK);
    set_frame_bytes(&run, 140);
    aac_frame(&run.frame[1], 20);
    return run;
}

static void end(struct run *run)
{
    mpe_session_free(run->session);
    mpe_channel_free(run->channel);
    out_free(&run->bytes);
    out_free(&run->frame[0]);
    out_free(&run->frame[1]);
}

static void expect_quiet(struct run *run)
{
    mpe_error error = {.struct_size = sizeof(error)};
    const mpe_status status = mpe_session_poll_error(run->session, &error);

    ck_assert_msg(status == MPE_OK, "%s, at %lld ms: %s: %s", run->wire->name, (long long)run->media_ms,
                  mpe_code_name(error.code), error.message);
}

/* Goes on, in time with the clock, in steps that begin at multiples of step_ms. */
static void walk(struct run *run, int64_t until_ms, int64_t step_ms)
{
    for (int64_t ms = (run->media_ms / step_ms + 1) * step_ms; ms < until_ms; ms += step_ms)
        send(run, ms, clock_us(run, ms));
    expect_quiet(run);
}

/* The same with 30 frames a second. */
static void walk_every_frame(struct run *run, int64_t until_ms)
{
    int64_t frame = (run->media_ms + 1) * 30 / 1000;

    for (; frame * 1000 / 30 < until_ms; frame++)
        if (frame * 1000 / 30 > run->media_ms)
            send(run, frame * 1000 / 30, clock_us(run, frame * 1000 / 30));
    expect_quiet(run);
}

static void expect_times(const struct run *run, int32_t index)
{
    mpe_track track = {.struct_size = sizeof(track)};

    ck_assert_int_eq(mpe_session_track(run->session, index, &track), MPE_OK);
    ck_assert_int_eq(track.first_dts_us, 0);
    ck_assert_msg(track.last_dts_us == run->media_ms * 1000, "%s: track %d is at %lld us, not at %lld ms",
                  run->wire->name, (int)index, (long long)track.last_dts_us, (long long)run->media_ms);
    ck_assert_uint_eq(track.frames, (uint64_t)run->frames);
}

/* Twenty seconds before and after each mark, in sessions of their own. */
static void expect_quiet_marks(const struct wire *wire)
{
    for (int mark = 0; mark < MARKS; mark++) {
        struct run run = begin(wire, marks_ms[mark] - 20 * SECOND_MS);
        send_headers(&run);
        walk_every_frame(&run, marks_ms[mark] + 20 * SECOND_MS);
        ck_assert_int_eq(mpe_session_state(run.session), MPE_STATE_ADMITTED);
        end(&run);
    }
}

START_TEST(sixty_days_are_quiet)
{
    if (is_slow()) {
        expect_quiet_marks(&wires[_i]);
        return;
    }
    struct run run = begin(&wires[_i], 0);
    const char *const every_frame = getenv("MPE_TEST_EVERY_FRAME");

    send_headers(&run);
    walk_every_frame(&run, CLOSE_MS);
    for (int mark = 0; mark < MARKS && every_frame == NULL; mark++) {
        walk(&run, marks_ms[mark] - CLOSE_MS, 5 * SECOND_MS);
        walk_every_frame(&run, marks_ms[mark] + CLOSE_MS);
        expect_times(&run, 0);
        expect_times(&run, 1);
    }
    if (every_frame != NULL)
        walk_every_frame(&run, 60 * DAY_MS);
    walk(&run, 60 * DAY_MS, 5 * SECOND_MS);
    expect_times(&run, 0);
    expect_times(&run, 1);
    ck_assert_int_eq(mpe_session_state(run.session), MPE_STATE_ADMITTED);
    ck_assert_int_eq(mpe_session_finish(run.session, 0, run.last_now_us), MPE_OK);
    expect_quiet(&run);
    ck_assert_int_eq(mpe_session_state(run.session), MPE_STATE_FINISHED);
    end(&run);
}
END_TEST

/* ------------------------------------------------------------- the faults */

/* Sends frames from the last one on until the session ends: each step_us of the clock, each step_ms of media. */
static void go_on(struct run *run, int64_t media_ms, int64_t media_step_us, int64_t clock_step_us, int64_t frames)
{
    const int64_t now_us = run->last_now_us;

    for (int64_t i = 1; i <= frames && mpe_session_state(run->session) == MPE_STATE_ADMITTED; i++)
        send(run, media_ms + i * media_step_us / 1000, now_us + i * clock_step_us);
}

static void step_back(struct run *run, int64_t mark_ms)
{
    walk_every_frame(run, mark_ms + 500);
    go_on(run, run->media_ms - 1500, 33000, 33000, 1);
}

static void step_forward(struct run *run, int64_t mark_ms)
{
    walk_every_frame(run, mark_ms - 30 * SECOND_MS);
    go_on(run, run->media_ms + 61 * SECOND_MS, 33000, 33000, 1);
}

/* Twice as fast as the clock: 30 s ahead after 30 s. */
static void lead(struct run *run, int64_t mark_ms)
{
    walk_every_frame(run, mark_ms - 30 * SECOND_MS);
    go_on(run, run->media_ms, 40000, 20000, 2000);
}

static void idle(struct run *run, int64_t mark_ms)
{
    walk_every_frame(run, mark_ms - 10 * SECOND_MS);
    ck_assert_int_eq(mpe_session_deadline(run->session), run->last_now_us + 5000001); /* its rates are over then */
    ck_assert_int_eq(mpe_session_tick(run->session, run->last_now_us + 5000001), MPE_OK);
    ck_assert_int_eq(mpe_session_deadline(run->session), run->last_now_us + 20000000);
    ck_assert_int_eq(mpe_session_tick(run->session, run->last_now_us + 19999999), MPE_OK);
    ck_assert_int_eq(mpe_session_state(run->session), MPE_STATE_ADMITTED);
    ck_assert_int_eq(mpe_session_tick(run->session, run->last_now_us + 20000000), MPE_OK);
}

/* 35 a second, seen over 5 s: too many, but too few to be certain after 1 s. */
static void frame_rate(struct run *run, int64_t mark_ms)
{
    walk_every_frame(run, mark_ms - 3 * SECOND_MS);
    go_on(run, run->media_ms, 28571, 28571, 600);
}

static void bit_rate(struct run *run, int64_t mark_ms)
{
    walk_every_frame(run, mark_ms - 3 * SECOND_MS);
    set_frame_bytes(run, 6000);
    go_on(run, run->media_ms, 33333, 33333, 600);
}

struct fault {
    const char *name;
    void (*plant)(struct run *run, int64_t mark_ms);
    int32_t reason;
    int64_t least; /* of what is measured */
    int64_t most;
};

static const struct fault faults[] = {
    {"a step back", step_back, MPE_REASON_STEP_BACK, 1450000, 1500000},
    {"a step forward", step_forward, MPE_REASON_STEP_FORWARD, 60990000, 61010000},
    {"a lead", lead, MPE_REASON_LEAD, 30000001, 30050000},
    {"silence", idle, MPE_REASON_IDLE, 20000000, 20000000},
    {"a frame rate", frame_rate, MPE_REASON_FRAME_RATE, 30301, 35100},
    {"a bit rate", bit_rate, MPE_REASON_MEASURED_BITRATE, 1050000, 1500000},
};

enum { FAULTS = sizeof(faults) / sizeof(faults[0]) };

static void plant(const struct wire *wire, const struct fault *fault, int64_t mark_ms)
{
    struct wire steady = *wire;
    mpe_error error = {.struct_size = sizeof(error)};

    steady.drift_ppm = 0;
    struct run run = begin(&steady, is_slow() ? mark_ms - 120 * SECOND_MS : 0);
    send_headers(&run);
    run.is_mute = true;
    walk(&run, mark_ms - 60 * SECOND_MS, 15 * SECOND_MS);
    run.is_mute = false;
    run.frames = 0; /* a key frame, with full headers */
    walk_every_frame(&run, mark_ms - 45 * SECOND_MS);
    ck_assert_int_eq(mpe_session_state(run.session), MPE_STATE_ADMITTED);
    fault->plant(&run, mark_ms);
    ck_assert_msg(mpe_session_poll_error(run.session, &error) == MPE_EVENT, "%s: no %s at %lld ms", wire->name,
                  fault->name, (long long)mark_ms);
    ck_assert_msg(error.reason == fault->reason, "%s: %s at %lld ms: %s", wire->name, fault->name, (long long)mark_ms,
                  error.message);
    ck_assert_msg(error.value >= fault->least && error.value <= fault->most, "%s: %s at %lld ms: %lld", wire->name,
                  fault->name, (long long)mark_ms, (long long)error.value);
    ck_assert_int_eq(mpe_session_poll_error(run.session, &error), MPE_OK);
    end(&run);
}

START_TEST(a_fault_at_a_mark_is_found)
{
    for (int mark = 0; mark < MARKS; mark++)
        for (int wire = 0; wire < WIRES; wire++)
            plant(&wires[wire], &faults[_i], marks_ms[mark]);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *suite = suite_create("time");
    TCase *tests = tcase_create("time");

    tcase_set_timeout(tests, getenv("MPE_TEST_EVERY_FRAME") != NULL ? 3600 : 60);
    tcase_add_loop_test(tests, sixty_days_are_quiet, 0, WIRES);
    tcase_add_loop_test(tests, a_fault_at_a_mark_is_found, 0, FAULTS);
    suite_add_tcase(suite, tests);
    return suite;
}
