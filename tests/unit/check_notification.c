/* Notifications as JSON in both schemas, their times and ids; and the ring in which findings wait. */
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codes/codes.h"
#include "notify/notify.h"
#include "notify/ring.h"
#include "notify/stamp.h"

static const struct mpe_origin origin = {.topic = "/subscriptions/s/mediaservices/a",
                                         .subject = "liveEvent/mle1",
                                         .ingest_url = "rtmp://host:1935/live/xxx",
                                         .stream_id = "15864-stream0",
                                         .encoder_ip = "203.0.113.xxx",
                                         .encoder_port = 52859,
                                         .session_serial = 7};

static const int64_t published_us = INT64_C(1516067846005121); /* 2018-01-16T01:57:26.005121Z */

static mpe_error an_error(void)
{
    const struct mpe_finding finding = {.code = MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED,
                                        .reason = MPE_REASON_RESOLUTION,
                                        .class = MPE_CLASS_REJECT,
                                        .track = 0,
                                        .media = MPE_MEDIA_VIDEO,
                                        .flags = MPE_ERROR_HAS_VALUE | MPE_ERROR_HAS_LIMIT | MPE_ERROR_HAS_OFFSET |
                                                 MPE_ERROR_HAS_MEDIA_TIME,
                                        .fourcc = 0x61766331,
                                        .width_px = 2560,
                                        .height_px = 1440,
                                        .value = 2560,
                                        .limit = 1920,
                                        .offset_bytes = 3510,
                                        .media_us = 40999,
                                        .now_us = 1234};
    mpe_error error = {.struct_size = sizeof(error)};
    mpe_error_of_finding(&error, &finding);
    return error;
}

#define EVIDENCE                                                                                                       \
    "\"evidence\":{\"reason\":\"RESOLUTION\",\"track\":0,\"mediaType\":\"video\",\"codec\":\"H.264\",\"value\":2560,"  \
    "\"limit\":1920,\"unit\":\"px\",\"offsetBytes\":3510,\"mediaTimeMs\":40,\"message\":\"The picture is 2560x1440, "  \
    "an edge of 2560 px is above the limit of 1920 px. Lower the output resolution of the encoder to the limit or "    \
    "below.\"}"

#define DATA                                                                                                           \
    "\"data\":{\"streamId\":\"15864-stream0\",\"ingestUrl\":\"rtmp://host:1935/live/xxx\",\"encoderIp\":"              \
    "\"203.0.113.xxx\",\"encoderPort\":\"52859\",\"resultCode\":\"MPE_INGEST_VIDEO_RESOLUTION_NOT_"                    \
    "SUPPORTED\"," EVIDENCE "}"

/* Fills text and gives the id in it; the id is replaced by "ID". */
static void notify(const mpe_error *error, const struct mpe_origin *from, int32_t schema, char *text, size_t size,
                   char id[MPE_ID_TEXT_BYTES])
{
    size_t needed = 0;
    ck_assert_int_eq(mpe_notification_json(error, from, schema, published_us, text, size, &needed), MPE_OK);
    ck_assert_uint_eq(needed, strlen(text) + 1);
    char *at = strstr(text, "\"id\":\"");
    ck_assert_ptr_nonnull(at);
    at += 6;
    memcpy(id, at, MPE_ID_TEXT_BYTES - 1);
    id[MPE_ID_TEXT_BYTES - 1] = '\0';
    memcpy(at, "ID", 2);
    memmove(at + 2, at + MPE_ID_TEXT_BYTES - 1, strlen(at + MPE_ID_TEXT_BYTES - 1) + 1);
}

START_TEST(event_grid)
{
    const mpe_error error = an_error();
    char text[2048], id[MPE_ID_TEXT_BYTES];
    notify(&error, &origin, MPE_SCHEMA_EVENT_GRID, text, sizeof(text), id);
    ck_assert_str_eq(text,
                     "{\"topic\":\"/subscriptions/s/mediaservices/a\",\"subject\":\"liveEvent/mle1\",\"eventType\":"
                     "\"Microsoft.Media.LiveEventConnectionRejected\",\"eventTime\":\"2018-01-16T01:57:26.005121Z\","
                     "\"id\":\"ID\"," DATA ",\"dataVersion\":\"1.0\",\"metadataVersion\":\"1\"}");
}
END_TEST

START_TEST(cloud_event)
{
    mpe_error error = an_error();
    char text[2048], id[MPE_ID_TEXT_BYTES];
    error.event = MPE_EVENT_ENCODER_DISCONNECTED;
    notify(&error, &origin, MPE_SCHEMA_CLOUD_EVENTS, text, sizeof(text), id);
    ck_assert_str_eq(text,
                     "{\"specversion\":\"1.0\",\"type\":\"Microsoft.Media.LiveEventEncoderDisconnected\",\"source\":"
                     "\"/subscriptions/s/mediaservices/a\",\"subject\":\"liveEvent/mle1\",\"id\":\"ID\",\"time\":"
                     "\"2018-01-16T01:57:26.005121Z\",\"datacontenttype\":\"application/json\"," DATA "}");
}
END_TEST

START_TEST(a_reported_finding_says_that_nothing_was_refused)
{
    mpe_error error = an_error();
    char text[2048], id[MPE_ID_TEXT_BYTES];
    error.flags |= MPE_ERROR_REPORTED;
    notify(&error, &origin, MPE_SCHEMA_EVENT_GRID, text, sizeof(text), id);
    ck_assert_ptr_null(strstr(text, "LiveEventConnectionRejected"));
    ck_assert_ptr_nonnull(strstr(text, "\"eventType\":\"org.libmpe.LiveEventFindingReported\""));
}
END_TEST

START_TEST(what_other_edges_brought)
{
    const struct mpe_finding finding = {.code = MPE_INGEST_BITRATE_AGGREGATED_EXCEEDED,
                                        .reason = MPE_REASON_MEASURED_BITRATE,
                                        .class = MPE_CLASS_REJECT,
                                        .track = -1,
                                        .flags = MPE_ERROR_HAS_VALUE | MPE_ERROR_HAS_LIMIT | MPE_ERROR_HAS_REMOTE,
                                        .value = 24000000,
                                        .limit = 20000000,
                                        .remote_value = 11000000,
                                        .remote_age_us = 412345,
                                        .edges = 2};
    mpe_error error = {.struct_size = sizeof(error)};
    char text[2048], id[MPE_ID_TEXT_BYTES];
    mpe_error_of_finding(&error, &finding);
    notify(&error, &origin, MPE_SCHEMA_EVENT_GRID, text, sizeof(text), id);
    ck_assert_ptr_nonnull(strstr(text, "\"unit\":\"bps\",\"edges\":2,\"remoteValue\":11000000,\"remoteAgeMs\":412,"));
    ck_assert_ptr_nonnull(strstr(text, "The channel receives 24 Mbit/s, the limit is 20 Mbit/s; 11 Mbit/s of it on "
                                       "2 other edges, as of 0.412 s ago."));
    error.flags &= ~(uint32_t)MPE_ERROR_HAS_REMOTE;
    notify(&error, &origin, MPE_SCHEMA_EVENT_GRID, text, sizeof(text), id);
    ck_assert_ptr_null(strstr(text, "\"edges\""));
}
END_TEST

START_TEST(nothing_known)
{
    const struct mpe_finding finding = {
        .code = MPE_S_OK, .reason = MPE_REASON_ENDED, .class = MPE_CLASS_ENDING, .track = -1};
    const struct mpe_origin nowhere = {0};
    mpe_error error = {.struct_size = sizeof(error)};
    char text[2048], id[MPE_ID_TEXT_BYTES];
    mpe_error_of_finding(&error, &finding);
    notify(&error, &nowhere, MPE_SCHEMA_CLOUD_EVENTS, text, sizeof(text), id);
    ck_assert_str_eq(text, "{\"specversion\":\"1.0\",\"type\":\"Microsoft.Media.LiveEventEncoderDisconnected\","
                           "\"source\":\"urn:libmpe\",\"id\":\"ID\",\"time\":\"2018-01-16T01:57:26.005121Z\","
                           "\"datacontenttype\":\"application/json\",\"data\":{\"streamId\":\"\",\"ingestUrl\":\"\","
                           "\"encoderIp\":\"\",\"encoderPort\":\"\",\"resultCode\":\"S_OK\",\"evidence\":{\"reason\":"
                           "\"ENDED\",\"message\":\"The session ended well. Nothing to do.\"}}}");
    notify(&error, &nowhere, MPE_SCHEMA_EVENT_GRID, text, sizeof(text), id);
    ck_assert_ptr_nonnull(strstr(text, "{\"topic\":\"\",\"subject\":\"\","));
}
END_TEST

START_TEST(bytes_of_the_wire)
{
    const mpe_error error = an_error();
    struct mpe_origin wild = origin;
    char text[16384], long_text[5000], id[MPE_ID_TEXT_BYTES];
    memset(long_text, '\xff', sizeof(long_text));
    long_text[sizeof(long_text) - 1] = '\0';
    wild.stream_id = "a\"\\\n\x01\xff\xc3(";
    wild.subject = long_text;
    notify(&error, &wild, MPE_SCHEMA_EVENT_GRID, text, sizeof(text), id);
    ck_assert_ptr_nonnull(strstr(text, "\"streamId\":\"a\\\"\\\\\\n\\u0001\xef\xbf\xbd\xef\xbf\xbd(\""));
    json_t *json = json_loads(text, 0, NULL);
    ck_assert_ptr_nonnull(json);
    ck_assert_uint_eq(json_string_length(json_object_get(json, "subject")), 1023 * 3);
    json_decref(json);
}
END_TEST

START_TEST(every_size_of_buffer)
{
    const mpe_error error = an_error();
    char whole[2048], text[2048];
    size_t needed = 0;
    ck_assert_int_eq(mpe_notification_json(&error, &origin, MPE_SCHEMA_EVENT_GRID, 0, NULL, 0, &needed),
                     MPE_BUFFER_TOO_SMALL);
    ck_assert_int_eq(mpe_notification_json(&error, &origin, MPE_SCHEMA_EVENT_GRID, 0, whole, needed, NULL), MPE_OK);
    ck_assert_uint_eq(strlen(whole) + 1, needed);
    for (size_t size = 1; size <= needed + 1; size++) {
        size_t again = 0;
        memset(text, 'z', sizeof(text));
        mpe_status status = mpe_notification_json(&error, &origin, MPE_SCHEMA_EVENT_GRID, 0, text, size, &again);
        ck_assert_int_eq(status, size < needed ? MPE_BUFFER_TOO_SMALL : MPE_OK);
        ck_assert_uint_eq(again, needed);
        ck_assert_str_eq(text, size < needed ? "" : whole);
        ck_assert_int_eq(text[size < needed ? size : needed], 'z');
    }
    for (int32_t schema = -1; schema <= 3; schema += schema == 0 ? 3 : 1)
        ck_assert_int_eq(mpe_notification_json(&error, &origin, schema, 0, text, sizeof(text), &needed),
                         MPE_BAD_SCHEMA);
}
END_TEST

/* ---- times and ids ---- */

static const struct {
    int64_t unix_us;
    const char *text;
} times[] = {
    {0, "1970-01-01T00:00:00.000000Z"},
    {-1, "1969-12-31T23:59:59.999999Z"},
    {INT64_C(1516067846005121), "2018-01-16T01:57:26.005121Z"},
    {INT64_C(951782399000000), "2000-02-28T23:59:59.000000Z"},
    {INT64_C(951782400000000), "2000-02-29T00:00:00.000000Z"},
    {INT64_C(951868800000000), "2000-03-01T00:00:00.000000Z"},
    {INT64_C(978220800000000), "2000-12-31T00:00:00.000000Z"},
    {INT64_C(4107542400000000), "2100-03-01T00:00:00.000000Z"},
    {INT64_C(4107456000000000), "2100-02-28T00:00:00.000000Z"},
    {INT64_C(-2203891200000000), "1900-03-01T00:00:00.000000Z"},
    {INT64_C(253402300799999999), "9999-12-31T23:59:59.999999Z"},
    {INT64_C(-62135596800000000), "0001-01-01T00:00:00.000000Z"},
    {INT64_MAX, "9999-12-31T23:59:59.775807Z"},
    {INT64_MIN, "0001-01-01T00:00:00.224192Z"},
};

START_TEST(time_texts)
{
    char text[MPE_TIME_TEXT_BYTES];
    mpe_time_text(times[_i].unix_us, text);
    ck_assert_str_eq(text, times[_i].text);
}
END_TEST

/* Every day of 800 years follows the one before. */
START_TEST(calendar)
{
    static const int days_in[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = 1600, month = 1, day = 1;
    for (int64_t days = -135140; days < 157054; days++) {
        char text[MPE_TIME_TEXT_BYTES], expected[64];
        mpe_time_text(days * INT64_C(86400000000), text);
        snprintf(expected, sizeof(expected), "%04d-%02d-%02dT00:00:00.000000Z", year, month, day);
        ck_assert_str_eq(text, expected);
        int leap = month == 2 && (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
        if (++day > days_in[month - 1] + leap) {
            day = 1;
            month = month % 12 + 1;
            year += month == 1;
        }
    }
    ck_assert_int_eq(year, 2400);
}
END_TEST

static void id_of(const mpe_error *error, const struct mpe_origin *from, int64_t unix_us, char id[MPE_ID_TEXT_BYTES])
{
    char text[4096];
    ck_assert_int_eq(mpe_notification_json(error, from, MPE_SCHEMA_EVENT_GRID, unix_us, text, sizeof(text), NULL),
                     MPE_OK);
    memcpy(id, strstr(text, "\"id\":\"") + 6, MPE_ID_TEXT_BYTES - 1);
    id[MPE_ID_TEXT_BYTES - 1] = '\0';
}

START_TEST(ids)
{
    enum { VARIANTS = 11 };
    mpe_error errors[VARIANTS];
    struct mpe_origin origins[VARIANTS];
    int64_t at[VARIANTS] = {0};
    char seen[VARIANTS][MPE_ID_TEXT_BYTES], again[MPE_ID_TEXT_BYTES];
    for (int i = 0; i < VARIANTS; i++) {
        errors[i] = an_error();
        origins[i] = origin;
    }
    origins[1].topic = "t";
    origins[2].subject = "s";
    origins[3].stream_id = "i";
    origins[4].session_serial = 8;
    errors[5].code = MPE_INGEST_CODEC_NOT_SUPPORTED;
    errors[6].offset_bytes++;
    errors[7].now_us++;
    errors[8].track++;
    at[9] = 1;
    origins[10].topic = "/subscriptions/s/mediaservices/aliveEvent"; /* the same letters, cut elsewhere */
    origins[10].subject = "/mle1";
    for (int i = 0; i < VARIANTS; i++) {
        id_of(&errors[i], &origins[i], at[i], seen[i]);
        id_of(&errors[i], &origins[i], at[i], again);
        ck_assert_str_eq(seen[i], again);
        ck_assert_uint_eq(strspn(seen[i], "0123456789abcdef-"), 36);
        ck_assert(seen[i][8] == '-' && seen[i][13] == '-' && seen[i][18] == '-' && seen[i][23] == '-');
        ck_assert_int_eq(seen[i][14], '8');
        ck_assert_ptr_nonnull(strchr("89ab", seen[i][19]));
        for (int k = 0; k < i; k++)
            ck_assert_str_ne(seen[i], seen[k]);
    }
}
END_TEST

/* ---- the ring ---- */

static void *counted_allocate(void *user, size_t size)
{
    long *left = user;
    return (*left)-- > 0 ? malloc(size) : NULL;
}

static void counted_release(void *user, void *block)
{
    (void)user;
    free(block);
}

static struct mpe_finding finding_of(int64_t value)
{
    return (struct mpe_finding){.value = value};
}

static void push(const struct mpe_mem *mem, struct mpe_findings *ring, int64_t value, bool taken)
{
    const struct mpe_finding finding = finding_of(value);
    ck_assert_int_eq(mpe_findings_push(mem, ring, &finding), taken);
}

static void expect(struct mpe_findings *ring, int64_t value)
{
    struct mpe_finding finding;
    ck_assert(mpe_findings_take(ring, &finding));
    ck_assert_int_eq(finding.value, value);
}

static void expect_none(struct mpe_findings *ring)
{
    struct mpe_finding finding = finding_of(-1);
    ck_assert(!mpe_findings_take(ring, &finding));
    ck_assert_int_eq(finding.value, -1);
}

START_TEST(the_first_finding_needs_no_memory_and_is_kept)
{
    long left = 0;
    const struct mpe_mem mem = {counted_allocate, counted_release, &left, NULL};
    struct mpe_findings ring = {0};
    expect_none(&ring);
    push(&mem, &ring, 7, true);
    expect(&ring, 7);
    expect_none(&ring);
    push(&mem, &ring, 8, false);
    expect_none(&ring);
    ck_assert(ring.has_first);
    ck_assert_int_eq(ring.first.value, 7);
    mpe_findings_clear(&mem, &ring);
    ck_assert(!ring.has_first);
}
END_TEST

START_TEST(oldest_first)
{
    long left = 100;
    const struct mpe_mem mem = {counted_allocate, counted_release, &left, NULL};
    struct mpe_findings ring = {0};
    int64_t pushed = 0, taken = 0;
    for (int round = 1; round < 40; round++) { /* grows, wraps, runs dry */
        for (int i = 0; i < round * 7 % 23; i++)
            push(&mem, &ring, pushed++, true);
        for (int i = 0; i < round * 5 % 19 && taken < pushed; i++)
            expect(&ring, taken++);
    }
    while (taken < pushed)
        expect(&ring, taken++);
    expect_none(&ring);
    ck_assert_int_gt(left, 90);
    mpe_findings_clear(&mem, &ring);
}
END_TEST

START_TEST(a_full_ring_drops_the_newest)
{
    const struct mpe_mem mem = mpe_mem_default();
    struct mpe_findings ring = {0};
    for (int64_t i = 0; i < MPE_FINDINGS_MAX + 5; i++)
        push(&mem, &ring, i, true);
    for (int64_t i = 0; i < MPE_FINDINGS_MAX; i++)
        expect(&ring, i);
    expect_none(&ring);
    push(&mem, &ring, 1000, true);
    push(&mem, &ring, 1001, true);
    expect(&ring, 1000);
    expect(&ring, 1001);
    mpe_findings_clear(&mem, &ring);
    expect_none(&ring);
}
END_TEST

START_TEST(lack_of_memory_can_be_said)
{
    long left = 1;
    const struct mpe_mem mem = {counted_allocate, counted_release, &left, NULL};
    const struct mpe_finding last = finding_of(99), later = finding_of(100);
    struct mpe_findings ring = {0};
    for (int64_t i = 0; i < 5; i++)
        push(&mem, &ring, i, true);
    push(&mem, &ring, 5, false);
    mpe_findings_push_last(&ring, &last);
    mpe_findings_push_last(&ring, &later);
    for (int64_t i = 0; i < 5; i++)
        expect(&ring, i);
    expect(&ring, 99);
    expect_none(&ring);
    mpe_findings_clear(&mem, &ring);
}
END_TEST

#define COUNT_OF(table) (int)(sizeof(table) / sizeof((table)[0]))

Suite *mpe_suite(void);

Suite *mpe_suite(void)
{
    Suite *suite = suite_create("notification");
    TCase *json = tcase_create("json");
    tcase_add_test(json, event_grid);
    tcase_add_test(json, cloud_event);
    tcase_add_test(json, nothing_known);
    tcase_add_test(json, a_reported_finding_says_that_nothing_was_refused);
    tcase_add_test(json, what_other_edges_brought);
    tcase_add_test(json, a_reported_finding_says_that_nothing_was_refused);
    tcase_add_test(json, what_other_edges_brought);
    tcase_add_test(json, bytes_of_the_wire);
    tcase_add_test(json, every_size_of_buffer);
    suite_add_tcase(suite, json);

    TCase *stamp = tcase_create("stamp");
    tcase_set_timeout(stamp, 60);
    tcase_add_loop_test(stamp, time_texts, 0, COUNT_OF(times));
    tcase_add_test(stamp, calendar);
    tcase_add_test(stamp, ids);
    suite_add_tcase(suite, stamp);

    TCase *ring = tcase_create("ring");
    tcase_add_test(ring, the_first_finding_needs_no_memory_and_is_kept);
    tcase_add_test(ring, oldest_first);
    tcase_add_test(ring, a_full_ring_drops_the_newest);
    tcase_add_test(ring, lack_of_memory_can_be_said);
    suite_add_tcase(suite, ring);
    return suite;
}
