/* When an encoder says that it sent a key frame: what is read of it, and what a session makes of it. */
#include <check.h>
#include <stdio.h>

#include "health.h"
#include "observe/health.h"
#include "wire/encoder_report.h"
#include "wire_log.h"

Suite *mpe_suite(void);

#define TIMES     "0aecffe752724e2fa62fd19cd61a93b5"
#define SESSION   "ca60e71c6a8b4388a377151df7bf8ac2"
#define RENDITION "f1fbc1d5101e4fb5a61eb8ce3c07b8c0"

/* Two times a second and a half apart. */
#define EARLY_US INT64_C(1717158362091000)
#define LATE_US  INT64_C(1717158363591000)
#define EARLY    "'2024-05-31T12:26:02.091Z' 00"
#define LATE     "'2024-05-31T12:26:03.591Z' 00"
#define EARLY_MS "0000018FCE9D3BEB"
#define LATE_MS  "0000018FCE9D41C7"

/* ---- messages ---- */

static void read_on(struct mpe_encoder_report *report, const char *text, size_t most_len)
{
    const struct wire_bytes bytes = bytes_of(text);
    struct mpe_encoder_message message;
    mpe_encoder_report_begin(&message);
    for (size_t i = 0; i < bytes.len && i < most_len && mpe_encoder_report_take(&message, bytes.at[i], report); i++)
        continue;
}

static int64_t sent_us(const char *kind, const char *times)
{
    char text[400];
    struct mpe_encoder_report report = {0};
    snprintf(text, sizeof(text), "%s %s", kind, times);
    read_on(&report, text, SIZE_MAX);
    ck_assert(report.is_there);
    return report.sent_unix_us;
}

START_TEST(a_time_of_either_type_in_each_kind)
{
    static const char *const kinds[] = {TIMES, SESSION, RENDITION};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        ck_assert_int_eq(sent_us(kinds[i], "00 0104" LATE), LATE_US);
        ck_assert_int_eq(sent_us(kinds[i], "00 0204" LATE_MS), LATE_US);
        ck_assert_int_eq(sent_us(kinds[i], "00 0304" LATE_MS), 0);
    }
}
END_TEST

START_TEST(texts_that_are_a_time)
{
    static const struct {
        const char *text;
        int64_t unix_us;
    } times[] = {
        {"1970-01-02T00:00:00Z", INT64_C(86400000000)},        {"2000-02-29T00:00:00Z", INT64_C(951782400000000)},
        {"2016-12-31T23:59:60Z", INT64_C(1483228800000000)},   {"2024-05-31T12:26:03Z", LATE_US - 591000},
        {"2024-05-31T12:26:03.5Z", LATE_US - 91000},           {"2024-05-31T12:26:03.59Z", LATE_US - 1000},
        {"2024-05-31T12:26:03.591999999999Z", LATE_US},        {"2100-02-28T00:00:00Z", INT64_C(4107456000000000)},
        {"9999-12-31T00:00:00Z", INT64_C(253402214400000000)},
    };
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        char text[100];
        snprintf(text, sizeof(text), "00 0104 '%s' 00", times[i].text);
        ck_assert_msg(sent_us(TIMES, text) == times[i].unix_us, "%s: %lld", times[i].text,
                      (long long)sent_us(TIMES, text));
    }
}
END_TEST

/* It is no time, and what comes after it is read all the same. */
START_TEST(texts_that_are_no_time)
{
    static const char *const texts[] = {
        "",
        "Z",
        "now",
        "2024-05-31T12:26:03",
        "2024-05-31T12:26:03.Z",
        "2024-05-31T12:26:03.5",
        "2024-05-31T12:26:03.591ZZ",
        "2024-05-31T12:26:03Z0",
        "2024-05-31T12:26:03+00:00",
        "2024-05-31T12:26:03.5919x1Z",
        "2024-05-31 12:26:03Z",
        "2024-05-31T12:26Z",
        "2024-05-3:T12:26:03Z",
        "2024-05-/1T12:26:03Z",
        "24-05-31T12:26:03Z",
        "1969-12-31T23:59:59Z",
        "2024-00-31T12:26:03Z",
        "2024-13-01T12:26:03Z",
        "2024-05-00T12:26:03Z",
        "2024-05-32T12:26:03Z",
        "2023-02-29T12:26:03Z",
        "2100-02-29T12:26:03Z",
        "2024-05-31T24:00:00Z",
        "2024-05-31T12:60:03Z",
        "2024-05-31T12:26:61Z",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        char text[200];
        snprintf(text, sizeof(text), "00 0104 '%s' 00", texts[i]);
        ck_assert_msg(sent_us(TIMES, text) == 0, "%s: %lld", texts[i], (long long)sent_us(TIMES, text));
        snprintf(text, sizeof(text), "01 0104 '%s' 00 0103" LATE, texts[i]);
        ck_assert_int_eq(sent_us(TIMES, text), LATE_US);
    }
    ck_assert_int_eq(sent_us(TIMES, "01 0104 '2024-05-31T12:26:03.5' 999*39 00 0104" LATE), LATE_US);
}
END_TEST

START_TEST(numbers_that_are_no_time)
{
    ck_assert_int_eq(sent_us(TIMES, "00 0204 0000000000000000"), 0);
    ck_assert_int_eq(sent_us(TIMES, "00 0204 0001000000000000"), 0);
    ck_assert_int_eq(sent_us(TIMES, "00 0204 FFFFFFFFFFFFFFFF"), 0);
    ck_assert_int_eq(sent_us(TIMES, "00 0204 0000FFFFFFFFFFFF"), INT64_C(0xFFFFFFFFFFFF) * 1000);
    ck_assert_int_eq(sent_us(TIMES, "01 0904 0104" LATE), 0);
}
END_TEST

/* The last event on the frame's way, wherever it stands; one that does not exist is none. */
START_TEST(which_event)
{
    for (int event = 0; event < 256; event++) {
        char text[200];
        snprintf(text, sizeof(text), "00 01%02X" LATE, (unsigned)event);
        ck_assert_int_eq(sent_us(TIMES, text), event >= 1 && event <= 4 ? LATE_US : 0);
    }
    for (int event = 1; event < 4; event++) {
        char text[200];
        snprintf(text, sizeof(text), "01 01%02X" EARLY "02%02X" LATE_MS, (unsigned)event, (unsigned)event + 1);
        ck_assert_int_eq(sent_us(TIMES, text), LATE_US);
        snprintf(text, sizeof(text), "01 02%02X" LATE_MS "01%02X" EARLY, (unsigned)event + 1, (unsigned)event);
        ck_assert_int_eq(sent_us(TIMES, text), LATE_US);
    }
    ck_assert_int_eq(sent_us(TIMES, "03 0101" EARLY "0102" EARLY "0103" EARLY "0104" LATE), LATE_US);
}
END_TEST

START_TEST(messages_of_one_frame)
{
    struct mpe_encoder_report report = {0};
    read_on(&report, TIMES "00 0104" LATE, SIZE_MAX);
    read_on(&report, SESSION "00 0103" EARLY "00 03 00000007", SIZE_MAX);
    ck_assert_int_eq(report.sent_unix_us, LATE_US);
    ck_assert_uint_eq(report.dropped_frames, 7);
    read_on(&report, RENDITION "00 0204" EARLY_MS "00 02 00000009", SIZE_MAX);
    ck_assert_int_eq(report.sent_unix_us, EARLY_US);
    ck_assert_uint_eq(report.skipped_frames, 9);
}
END_TEST

/* A time counts from its last byte on. */
START_TEST(messages_that_are_cut_short)
{
    static const char whole[] = SESSION "01 0203" EARLY_MS "0104" LATE "00 03 00000007";
    for (size_t len = 0; len <= 60; len++) {
        struct mpe_encoder_report report = {0};
        read_on(&report, whole, len);
        ck_assert_int_eq(report.sent_unix_us, len < 27 ? 0 : len < 54 ? EARLY_US : LATE_US);
        ck_assert_uint_eq(report.dropped_frames, len < 60 ? 0 : 7);
    }
}
END_TEST

/* ---- sessions ---- */

static mpe_channel *channel;
static mpe_session *session;

static struct wire_bytes flv_tag(unsigned ms, const char *body)
{
    char head[64];
    const struct wire_bytes data = bytes_of(body);
    snprintf(head, sizeof(head), "09 %06zX %06X 00 000000", data.len, ms);
    return bytes_join(bytes_join(bytes_of(head), data), bytes_of("00000000"));
}

static void feed(struct wire_bytes bytes, int64_t now_us)
{
    ck_assert_int_eq(mpe_session_feed(session, bytes.at, bytes.len, now_us), MPE_OK);
}

static void open_session(bool has_conditions)
{
    ck_assert_int_eq(mpe_channel_new(&channel, MPE_OPEN, NULL), MPE_OK);
    ck_assert_int_eq(mpe_channel_set(channel, MPE_PARAM_CONDITIONS, has_conditions), MPE_OK);
    ck_assert_int_eq(mpe_channel_set(channel, MPE_PARAM_REPORT_ALL, 1), MPE_OK);
    ck_assert_int_eq(mpe_session_new(&session, channel, MPE_PROTOCOL_FLV, NULL, NULL, 0), MPE_OK);
    feed(bytes_of("'FLV' 01 01 00000009 00000000"), 0);
    feed(flv_tag(0, "17 00 000000 0164001FFF"), 0);
}

static void close_session(void)
{
    mpe_session_free(session);
    mpe_channel_free(channel);
}

/* A key frame that was sent at EARLY_US; "": it does not say so. */
#define SEI "00000030 06 05 2C" TIMES "00 0104" EARLY "80"

static void send_key_frame(unsigned ms, const char *sei, int64_t now_us)
{
    char body[300];
    snprintf(body, sizeof(body), "17 01 000000 %s 00000003 658884", sei);
    feed(flv_tag(ms, body), now_us);
}

static int64_t measured_us(void)
{
    mpe_health_snapshot health = {.struct_size = sizeof(health)};
    ck_assert_int_eq(mpe_session_health(session, &health), MPE_OK);
    return health.encode_to_ingest_us;
}

static void set_clock(int64_t unix_us, int64_t now_us)
{
    ck_assert_int_eq(mpe_session_wall_clock(session, unix_us, now_us), MPE_OK);
}

START_TEST(a_key_frame_sent_before)
{
    open_session(true);
    set_clock(LATE_US - 40000, 0);
    ck_assert_int_eq(measured_us(), MPE_NOT_MEASURED);
    send_key_frame(40, SEI, 40000);
    ck_assert_int_eq(measured_us(), 1500000);
    send_key_frame(2040, "", 2040000); /* it stays what it was */
    ck_assert_int_eq(measured_us(), 1500000);
    send_key_frame(4040, SEI, 4040000);
    ck_assert_int_eq(measured_us(), 5500000);
    close_session();
}
END_TEST

START_TEST(nothing_is_measured_without_a_clock)
{
    open_session(true);
    send_key_frame(40, SEI, 40000);
    ck_assert_int_eq(measured_us(), MPE_NOT_MEASURED);
    set_clock(LATE_US, 40000); /* for those that come */
    ck_assert_int_eq(measured_us(), MPE_NOT_MEASURED);
    send_key_frame(80, "", 80000);
    ck_assert_int_eq(measured_us(), MPE_NOT_MEASURED);
    close_session();
}
END_TEST

START_TEST(nothing_is_measured_where_nobody_asked)
{
    open_session(false);
    set_clock(LATE_US, 0);
    send_key_frame(40, SEI, 40000);
    ck_assert_int_eq(measured_us(), MPE_NOT_MEASURED);
    close_session();
    ck_assert_int_eq(mpe_session_wall_clock(NULL, 0, 0), MPE_BAD_SESSION);
}
END_TEST

START_TEST(a_clock_that_is_set)
{
    open_session(true);
    set_clock(LATE_US, 40000);
    send_key_frame(40, SEI, 40000);
    set_clock(EARLY_US - 1000, 40000);
    ck_assert_int_eq(measured_us(), 1500000); /* as it was measured */
    send_key_frame(80, SEI, 40000);
    ck_assert_int_eq(measured_us(), -1000);
    close_session();
}
END_TEST

/* The clock stays, what was measured does not. */
START_TEST(a_stream_that_is_published_anew)
{
    const struct mpe_encoder_report report = {.is_there = true, .sent_unix_us = EARLY_US};
    const struct mpe_unit unit = {.kind = MPE_UNIT_KEY_FRAME, .report = &report};
    struct mpe_session_health health;
    mpe_health_open(&health);
    health.unix_less_now_us = LATE_US;
    mpe_health_sent(&health, &unit, 0);
    ck_assert_int_eq(health.encode_to_ingest_us, 1500000);
    mpe_health_pause(&health);
    ck_assert_int_eq(health.encode_to_ingest_us, MPE_TIME_NONE);
    mpe_health_sent(&health, &unit, 7);
    ck_assert_int_eq(health.encode_to_ingest_us, 1500007);
}
END_TEST

/* Any numbers of the host: bounded, like its times. */
START_TEST(a_clock_of_nonsense)
{
    static const int64_t numbers[] = {INT64_MIN, -1, 0, INT64_MAX};
    open_session(true);
    for (int i = 0; i < 16; i++) {
        set_clock(numbers[i % 4], numbers[i / 4]);
        send_key_frame(40, SEI, i % 2 == 0 ? INT64_MAX : INT64_MIN);
        ck_assert_int_ne(measured_us(), MPE_NOT_MEASURED);
    }
    close_session();
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *suite = suite_create("encoder time");
    TCase *messages = tcase_create("messages");
    TCase *sessions = tcase_create("sessions");
    tcase_add_test(messages, a_time_of_either_type_in_each_kind);
    tcase_add_test(messages, texts_that_are_a_time);
    tcase_add_test(messages, texts_that_are_no_time);
    tcase_add_test(messages, numbers_that_are_no_time);
    tcase_add_test(messages, which_event);
    tcase_add_test(messages, messages_of_one_frame);
    tcase_add_test(messages, messages_that_are_cut_short);
    tcase_add_test(sessions, a_key_frame_sent_before);
    tcase_add_test(sessions, nothing_is_measured_without_a_clock);
    tcase_add_test(sessions, nothing_is_measured_where_nobody_asked);
    tcase_add_test(sessions, a_clock_that_is_set);
    tcase_add_test(sessions, a_stream_that_is_published_anew);
    tcase_add_test(sessions, a_clock_of_nonsense);
    suite_add_tcase(suite, messages);
    suite_add_tcase(suite, sessions);
    return suite;
}
