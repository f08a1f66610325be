/* Replies over HTTP: the status and the body for every code. */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "../trust/malloc_trap.h"
#include "conditions.h"
#include "mpe.h"
#include "reply.h"
#include "stream_out.h"

Suite *mpe_suite(void);

struct host {
    mpe_channel *channel;
    mpe_session *session;
};

static struct host host_open(int32_t protocol)
{
    struct host host = {0};
    ck_assert_int_eq(mpe_channel_new(&host.channel, MPE_PASS_THROUGH_STANDARD, NULL), MPE_OK);
    ck_assert_int_eq(mpe_session_new(&host.session, host.channel, protocol, NULL, NULL, 0), MPE_OK);
    return host;
}

static void host_close(struct host *host)
{
    mpe_session_free(host->session);
    mpe_channel_free(host->channel);
}

static mpe_error error_of(int32_t code, int32_t reason)
{
    mpe_error error = {.struct_size = sizeof(error), .code = code, .reason = reason, .event = 1, .track = -1};
    strcpy(error.message, "It is so. Change it.");
    return error;
}

static const struct mapping {
    int32_t code, reason;
    uint32_t flags;
    int32_t http_status, retry_after_s;
} mappings[] = {
    {MPE_INGEST_ENCODER_CONNECTION_DENIED, MPE_REASON_ADDRESS_NOT_ALLOWED, 0, 403, 0},
    {MPE_RTMP_APPID_AUTH_FAILURE, MPE_REASON_APP_MISMATCH, 0, 403, 0},
    {MPE_RTMP_APPID_AUTH_FAILURE, MPE_REASON_STREAM_NAME_MISMATCH, 0, 403, 0},
    {MPE_INGEST_RTMP_SETDATAFRAME_NOT_RECEIVED, MPE_REASON_NO_METADATA, 0, 400, 0},
    {MPE_INGEST_CODEC_NOT_SUPPORTED, MPE_REASON_CODEC, 0, 415, 0},
    {MPE_INGEST_DESCRIPTION_INFO_NOT_RECEIVED, MPE_REASON_MEDIA_BEFORE_HEADER, 0, 412, 0},
    {MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED, MPE_REASON_RESOLUTION, 0, 400, 0},
    {MPE_INGEST_FRAMERATE_EXCEEDED, MPE_REASON_FRAME_RATE, 0, 400, 0},
    {MPE_INGEST_MEDIA_QUALITIES_EXCEEDED, MPE_REASON_VIDEO_QUALITIES, 0, 400, 0},
    {MPE_INGEST_BITRATE_AGGREGATED_EXCEEDED, MPE_REASON_MEASURED_BITRATE, 0, 400, 0},
    {MPE_RTMP_FLV_TAG_TIMESTAMP_INVALID, MPE_REASON_STEP_BACK, 0, 400, 0},
    {MPE_POLICY_CONDITION, MPE_CONDITION_STARVED, 0, 400, 0},
    {MPE_RTMP_SESSION_IDLE_TIMEOUT, MPE_REASON_IDLE, 0, 400, 0},
    {MPE_CAPACITY_LIMIT_REACHED, MPE_REASON_LEAD, 0, 429, 10},
    {MPE_UNKNOWN_ERROR, MPE_REASON_MALFORMED_INPUT, 0, 412, 0},
    {MPE_UNKNOWN_ERROR, MPE_REASON_PROTOCOL_NOT_SUPPORTED, 0, 415, 0},
    {MPE_UNKNOWN_ERROR, MPE_REASON_OUT_OF_MEMORY, 0, 503, 10},
    {MPE_UNKNOWN_ERROR, MPE_REASON_INTERNAL_LIMIT, 0, 413, 0},
    {MPE_UNKNOWN_ERROR, MPE_REASON_DUPLICATE_ENTRY, 0, 409, 10},
    {MPE_UNKNOWN_ERROR, MPE_REASON_DUPLICATE_ENTRY, MPE_ERROR_HAS_OFFSET, 412, 0},
    {MPE_INGEST_RTMP_TOO_LARGE_UNPROCESSED_FLV, MPE_REASON_NO_KEY_FRAME, 0, 413, 0},
    {MPE_BAD_URL_SYNTAX, MPE_REASON_NO_STREAM_NAME, 0, 403, 0},
    {MPE_S_OK, MPE_REASON_ENDED, 0, 200, 0},
    {MPE_CLIENT_TERMINATED_SESSION, MPE_REASON_ENDED, 0, 200, 0},
    {MPE_CLIENT_DISCONNECTED, MPE_REASON_ENDED, 0, 200, 0},
    {MPI_STREAM_HIT_EOF, MPE_REASON_ENDED, 0, 200, 0},
    {MPI_REST_API_CHANNEL_RESET, MPE_REASON_ENDED, 0, 503, 10},
    {MPI_REST_API_CHANNEL_STOP, MPE_REASON_ENDED, 0, 503, 0},
    {MPI_SYSTEM_MAINTENANCE, MPE_REASON_ENDED, 0, 503, 10},
};
#define MAPPINGS ((int)(sizeof(mappings) / sizeof(mappings[0])))

static json_t *answer(const mpe_session *session, const mpe_error *error, int32_t *status, int32_t *retry_after_s)
{
    char body[MPE_REPLY_HTTP_MAX_BYTES];
    size_t needed = 0;
    ck_assert_int_eq(mpe_reply_http(session, error, status, retry_after_s, body, sizeof(body), &needed), MPE_OK);
    ck_assert_uint_eq(needed, strlen(body) + 1);
    ck_assert_ptr_null(strchr(body, '\n'));
    json_t *const object = json_loads(body, 0, NULL);
    ck_assert_ptr_nonnull(object);
    return object;
}

static void expect_text(const json_t *object, const char *key, const char *text)
{
    ck_assert_str_eq(json_string_value(json_object_get(object, key)), text);
}

START_TEST(each_code_has_its_status)
{
    const struct mapping *const row = &mappings[_i];
    mpe_error error = error_of(row->code, row->reason);
    struct host host = host_open(MPE_PROTOCOL_FMP4);
    int32_t status = -1, retry_after_s = -1;
    error.flags = row->flags;
    json_t *const object = answer(host.session, &error, &status, &retry_after_s);
    ck_assert_int_eq(status, row->http_status);
    ck_assert_int_eq(retry_after_s, row->retry_after_s);
    expect_text(object, "code", mpe_code_name(row->code));
    expect_text(object, "reason", mpe_reason_name(row->reason));
    expect_text(object, "message", "It is so. Change it.");
    ck_assert_str_ne(json_string_value(json_object_get(object, "remedy")), "");
    json_decref(object);
    host_close(&host);
}
END_TEST

/* A host refuses by several codes, each with a remedy of its own. */
START_TEST(a_refusal_has_the_remedy_of_its_code)
{
    mpe_error error = error_of(MPI_SYSTEM_MAINTENANCE, MPE_REASON_HOST_REFUSED);
    struct host host = host_open(MPE_PROTOCOL_FMP4);
    int32_t status = -1;
    json_t *const object = answer(host.session, &error, &status, NULL);
    expect_text(object, "remedy", mpe_code_remedy(MPI_SYSTEM_MAINTENANCE));
    json_decref(object);
    host_close(&host);
}
END_TEST

/* After a header that was good, what cannot be read is a bad request. */
START_TEST(noise_after_a_header)
{
    struct host host = host_open(MPE_PROTOCOL_FLV);
    struct out out = {0};
    mpe_error error = error_of(MPE_UNKNOWN_ERROR, MPE_REASON_MALFORMED_INPUT);
    int32_t status = -1;
    json_decref(answer(host.session, &error, &status, NULL));
    ck_assert_int_eq(status, 412);
    flv_begin(&out);
    flv_tag(&out, TAG_VIDEO, 0, avc_720p.bytes, avc_720p.len);
    ck_assert_int_eq(mpe_session_feed(host.session, out.bytes, out.len, 0), MPE_OK);
    out_free(&out);
    json_decref(answer(host.session, &error, &status, NULL));
    ck_assert_int_eq(status, 400);
    host_close(&host);
}
END_TEST

START_TEST(what_a_body_holds)
{
    struct host host = host_open(MPE_PROTOCOL_FMP4);
    mpe_error error = error_of(MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED, MPE_REASON_RESOLUTION);
    json_t *object = answer(host.session, &error, NULL, NULL);
    static const char *const unset[] = {"track", "value", "limit", "unit", "offset", "media_ms"};
    for (size_t i = 0; i < sizeof(unset) / sizeof(unset[0]); i++)
        ck_assert(json_is_null(json_object_get(object, unset[i])));
    ck_assert_uint_eq(json_object_size(object), 11);
    json_decref(object);
    error.flags = MPE_ERROR_HAS_VALUE | MPE_ERROR_HAS_LIMIT | MPE_ERROR_HAS_OFFSET | MPE_ERROR_HAS_MEDIA_TIME;
    error.track = 1;
    error.value = 2560;
    error.limit = 1920;
    error.offset_bytes = 3;
    error.media_us = 33367;
    strcpy(error.unit, "px");
    memset(error.message, 0xFF, sizeof(error.message));
    object = answer(host.session, &error, NULL, NULL);
    ck_assert_int_eq(json_integer_value(json_object_get(object, "value")), 2560);
    ck_assert_int_eq(json_integer_value(json_object_get(object, "limit")), 1920);
    ck_assert_int_eq(json_integer_value(json_object_get(object, "offset")), 3);
    ck_assert_int_eq(json_integer_value(json_object_get(object, "track")), 1);
    ck_assert_double_eq(json_real_value(json_object_get(object, "media_ms")), 33.367);
    expect_text(object, "unit", "px");
    json_decref(object);
    host_close(&host);
}
END_TEST

START_TEST(bodies_that_do_not_fit)
{
    struct host host = host_open(MPE_PROTOCOL_FMP4);
    const mpe_error error = error_of(MPE_INGEST_CODEC_NOT_SUPPORTED, MPE_REASON_CODEC);
    char body[MPE_REPLY_HTTP_MAX_BYTES];
    size_t whole = 0, needed = 0;
    int32_t status = 0;
    ck_assert_int_eq(mpe_reply_http(host.session, &error, NULL, NULL, NULL, 0, &whole), MPE_BUFFER_TOO_SMALL);
    for (size_t size = 1; size <= whole; size++) {
        memset(body, 'x', sizeof(body));
        ck_assert_int_eq(mpe_reply_http(host.session, &error, &status, NULL, body, size, &needed),
                         size < whole ? MPE_BUFFER_TOO_SMALL : MPE_OK);
        ck_assert_uint_eq(needed, whole);
        ck_assert_int_eq(status, 415);
        ck_assert_int_eq(body[0], size < whole ? 0 : '{');
        ck_assert_int_eq(body[size], 'x');
    }
    host_close(&host);
}
END_TEST

START_TEST(a_body_allocates_nothing)
{
    struct host host = host_open(MPE_PROTOCOL_FMP4);
    const mpe_error error = error_of(MPE_INGEST_CODEC_NOT_SUPPORTED, MPE_REASON_CODEC);
    char body[MPE_REPLY_HTTP_MAX_BYTES];
    trap_arm(0);
    mpe_reply_http(host.session, &error, NULL, NULL, body, sizeof(body), NULL);
    trap_disarm();
    ck_assert_int_eq(trap.calls, 0);
    host_close(&host);
}
END_TEST

START_TEST(no_code_is_without_a_row)
{
    for (int32_t i = 0; i < mpe_code_count(); i++) {
        int rows = 0;
        for (int row = 0; row < MAPPINGS; row++)
            rows += mappings[row].code == mpe_code_at(i);
        ck_assert_msg(rows > 0, "%s", mpe_code_name(mpe_code_at(i)));
    }
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("reply_http");
    TCase *const http = tcase_create("http");
    tcase_add_loop_test(http, each_code_has_its_status, 0, MAPPINGS);
    tcase_add_test(http, no_code_is_without_a_row);
    tcase_add_test(http, a_refusal_has_the_remedy_of_its_code);
    tcase_add_test(http, noise_after_a_header);
    tcase_add_test(http, what_a_body_holds);
    tcase_add_test(http, bodies_that_do_not_fit);
    tcase_add_test(http, a_body_allocates_nothing);
    suite_add_tcase(suite, http);
    return suite;
}
