/*
 * Stream keys, tokens, URL queries and passwords are in nothing that a session tells, whatever it tells: every code of
 * the table, the whole of mpe_error and mpe_track (not just up to the NULs of their texts), both schemas of JSON.
 * tests/trust/secrets.sh looks at what the programs write.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "mpe.h"
#include "reply.h"
#include "secret_streams.h"

Suite *mpe_suite(void);

/* Text that may not be told, with all that is told. */
static void expect_no_secret(const char *what, const char *stream, const void *bytes, size_t len)
{
    static const char *const secrets[] = {SECRET, "203.0.113.77"};

    for (size_t secret = 0; secret < sizeof(secrets) / sizeof(secrets[0]); secret++) {
        const size_t secret_len = strlen(secrets[secret]);
        for (size_t at = 0; at + secret_len <= len; at++)
            ck_assert_msg(memcmp((const char *)bytes + at, secrets[secret], secret_len) != 0, "%s: %s tells \"%.60s\"",
                          stream, what, (const char *)bytes + at);
    }
}

static mpe_channel *make_channel(const struct secret_stream *stream)
{
    mpe_channel *channel = NULL;

    ck_assert_int_eq(mpe_channel_new(&channel, MPE_ENCODING, NULL), MPE_OK);
    for (int i = 0; i < 2 && stream->settings[i].param != 0; i++)
        ck_assert_int_eq(mpe_channel_set(channel, stream->settings[i].param, stream->settings[i].value), MPE_OK);
    ck_assert_int_eq(mpe_channel_set_text(channel, MPE_TEXT_APP, stream->app), MPE_OK);
    ck_assert_int_eq(mpe_channel_set_text(channel, MPE_TEXT_STREAM_NAME, stream->stream_name), MPE_OK);
    if (stream->refused != 0)
        ck_assert_int_eq(mpe_channel_set_action(channel, stream->refused, MPE_ACTION_REFUSE), MPE_OK);
    if (stream->allow != NULL)
        ck_assert_int_eq(mpe_channel_allow(channel, stream->allow), MPE_OK);
    return channel;
}

static mpe_session *play(const struct secret_stream *stream, mpe_channel *channel)
{
    struct out out = {0};
    mpe_session *session = NULL;

    stream->make(&out);
    ck_assert_int_eq(mpe_session_new(&session, channel, stream->protocol, SECRET_PEER, "c1", 0), MPE_OK);
    if (stream->protocol == MPE_PROTOCOL_FMP4)
        ck_assert_int_eq(mpe_session_url(session, SECRET_PATH "?auth=" SECRET), MPE_OK);
    ck_assert_int_eq(mpe_session_feed(session, out.bytes, out.len, 0), MPE_OK);
    ck_assert_int_eq(mpe_session_tick(session, stream->silence_us), MPE_OK);
    ck_assert_int_eq(mpe_session_finish(session, stream->host_code, stream->silence_us), MPE_OK);
    out_free(&out);
    return session;
}

static void look_at_error(const struct secret_stream *stream, const mpe_session *session, const mpe_error *error)
{
    static char json[8192];

    expect_no_secret("a finding", stream->name, error, sizeof(*error));
    for (int32_t schema = MPE_SCHEMA_EVENT_GRID; schema <= MPE_SCHEMA_CLOUD_EVENTS; schema++) {
        memset(json, 0, sizeof(json));
        ck_assert_int_eq(mpe_error_json(session, error, schema, 0, json, sizeof(json), NULL), MPE_OK);
        expect_no_secret("a notification", stream->name, json, sizeof(json));
    }
    memset(json, 0, sizeof(json));
    ck_assert_int_eq(mpe_reply_http(session, error, NULL, NULL, json, sizeof(json), NULL), MPE_OK);
    expect_no_secret("an answer of HTTP", stream->name, json, sizeof(json));
    memset(json, 0, sizeof(json));
    if (mpe_reply_rtmp(session, error, MPE_ANSWERED_UNKNOWN, 4096, json, sizeof(json), NULL) == MPE_OK)
        expect_no_secret("a reply of RTMP", stream->name, json, sizeof(json));
}

static void look_at_tracks(const struct secret_stream *stream, const mpe_session *session)
{
    mpe_track track = {.struct_size = sizeof(track)};

    for (int32_t i = 0; mpe_session_track(session, i, &track) == MPE_OK; i++)
        expect_no_secret("a track", stream->name, &track, sizeof(track));
}

START_TEST(nothing_tells_a_secret)
{
    const struct secret_stream *stream = &secret_streams[_i];
    mpe_error error = {.struct_size = sizeof(error)};
    mpe_channel *channel = make_channel(stream);
    mpe_session *session = play(stream, channel);

    while (mpe_session_poll_error(session, &error) == MPE_EVENT)
        look_at_error(stream, session, &error);
    ck_assert_int_eq(mpe_session_ending(session, &error), MPE_EVENT);
    ck_assert_msg(error.code == stream->code, "%s: %s: %s", stream->name, mpe_code_name(error.code), error.message);
    look_at_error(stream, session, &error);
    look_at_tracks(stream, session);
    mpe_session_free(session);
    mpe_channel_free(channel);
}
END_TEST

/* Where stream names are no secret, their queries still are. */
START_TEST(a_public_name_has_a_secret_query)
{
    static char json[8192];
    mpe_error error = {.struct_size = sizeof(error)};
    mpe_channel *channel = NULL;
    mpe_session *session = NULL;
    struct out out = {0};
    struct rtmp_out rtmp = rtmp_begin(&out);

    rtmp_connect(&rtmp, "live", "rtmp://ingest.example/live?" SECRET);
    rtmp_publish(&rtmp, "camera1?auth=" SECRET);
    ck_assert_int_eq(mpe_channel_new(&channel, MPE_ENCODING, NULL), MPE_OK);
    ck_assert_int_eq(mpe_channel_set(channel, MPE_PARAM_PUBLISH_STREAM_NAME, 1), MPE_OK);
    ck_assert_int_eq(mpe_session_new(&session, channel, MPE_PROTOCOL_RTMP, NULL, NULL, 0), MPE_OK);
    ck_assert_int_eq(mpe_session_feed(session, out.bytes, out.len, 0), MPE_OK);
    ck_assert_int_eq(mpe_session_finish(session, 0, 0), MPE_OK);
    ck_assert_int_eq(mpe_session_ending(session, &error), MPE_EVENT);
    ck_assert_int_eq(mpe_error_json(session, &error, MPE_SCHEMA_EVENT_GRID, 0, json, sizeof(json), NULL), MPE_OK);
    ck_assert_ptr_nonnull(strstr(json, "\"camera1\""));
    expect_no_secret("a notification", "a public name", json, sizeof(json));
    mpe_session_free(session);
    mpe_channel_free(channel);
    out_free(&out);
}
END_TEST

START_TEST(every_code_is_there)
{
    for (int32_t i = 0; i < mpe_code_count(); i++) {
        const int32_t code = mpe_code_at(i);
        int stream = 0;
        while (stream < secret_stream_count && secret_streams[stream].code != code)
            stream++;
        ck_assert_msg(stream < secret_stream_count, "no stream brings %s", mpe_code_name(code));
    }
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *suite = suite_create("secrets");
    TCase *tests = tcase_create("secrets");

    tcase_add_loop_test(tests, nothing_tells_a_secret, 0, secret_stream_count);
    tcase_add_test(tests, a_public_name_has_a_secret_query);
    tcase_add_test(tests, every_code_is_there);
    suite_add_tcase(suite, tests);
    return suite;
}
