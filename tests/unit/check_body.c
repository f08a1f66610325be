/* One session over many HTTP requests. What containers make of it is in tests/cases: cmaf. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "mpe.h"
#include "stream_out.h"

Suite *mpe_suite(void);

static bool is_exhausted;
static mpe_channel *lobby, *north, *south;
static mpe_session *session;
static struct out out;

static void *allocate(void *user, size_t size_bytes)
{
    (void)user;
    return is_exhausted ? NULL : malloc(size_bytes);
}

static void release(void *user, void *block)
{
    (void)user;
    free(block);
}

static mpe_channel *make_channel(const char *app)
{
    static const mpe_allocator allocator = {.struct_size = sizeof(allocator), .allocate = allocate, .release = release};
    mpe_channel *channel;
    ck_assert_int_eq(mpe_channel_new(&channel, MPE_ENCODING, &allocator), MPE_OK);
    ck_assert_int_eq(mpe_channel_set_text(channel, MPE_TEXT_APP, app), MPE_OK);
    return channel;
}

static void setup(void)
{
    lobby = make_channel(NULL);
    ck_assert_int_eq(mpe_channel_set(lobby, MPE_PARAM_BIND_LATE, 1), MPE_OK);
    north = make_channel("live/north");
    south = make_channel("live/south");
    ck_assert_int_eq(mpe_session_new(&session, lobby, MPE_PROTOCOL_AUTO, NULL, "id", 0), MPE_OK);
}

static void teardown(void)
{
    mpe_session_free(session);
    mpe_channel_free(lobby);
    mpe_channel_free(north);
    mpe_channel_free(south);
    out_free(&out);
}

static mpe_status feed(void)
{
    return mpe_session_feed(session, out.bytes, out.len, 0);
}

static mpe_error poll_error(void)
{
    mpe_error error = {.struct_size = sizeof(error)};
    if (mpe_session_poll_error(session, &error) != MPE_EVENT)
        error.code = 0;
    return error;
}

static int64_t sessions_of(const mpe_channel *channel)
{
    mpe_channel_sums sums = {.struct_size = sizeof(sums)};
    ck_assert_int_eq(mpe_channel_totals(channel, &sums), MPE_OK);
    return sums.sessions;
}

/* A host that admitted one path has not admitted the next. */
START_TEST(the_url_of_the_next_body_is_named_again)
{
    ck_assert_int_eq(mpe_session_url(session, "/north/in.isml/Streams(a)"), MPE_NAMED);
    ck_assert_int_eq(mpe_session_next_body(session, NULL, MPE_BODY_COMPLETE, 0), MPE_BAD_STATE);
    ck_assert_int_eq(mpe_session_bind(session, north, 0), MPE_OK);
    out_hex(&out, "00 00 00 08 66 74 79 70 00 00 00 08 66 72 65 65");
    ck_assert_int_eq(feed(), MPE_OK);
    ck_assert_int_eq(mpe_session_next_body(session, NULL, MPE_BODY_COMPLETE, 0), MPE_OK);
    ck_assert_int_eq(mpe_session_next_body(session, "/south/in.isml/Streams(a)", MPE_BODY_COMPLETE, 0), MPE_NAMED);
    char app[8];
    ck_assert_int_eq(mpe_session_name(session, MPE_NAME_APP, app, sizeof(app), NULL), MPE_OK);
    ck_assert_str_eq(app, "south");
    ck_assert_int_eq(feed(), MPE_BAD_STATE);
    ck_assert_int_eq(mpe_session_bind(session, south, 0), MPE_OK);
    ck_assert_int_eq(feed(), MPE_OK);
    ck_assert_int_eq(poll_error().code, 0);
    ck_assert_int_eq(sessions_of(north), 0);
}
END_TEST

START_TEST(a_body_that_is_too_short_to_be_known)
{
    ck_assert_int_eq(mpe_session_bind(session, north, 0), MPE_OK);
    ck_assert_int_eq(mpe_session_next_body(session, NULL, MPE_BODY_COMPLETE, 0), MPE_OK);
    ck_assert_int_eq(mpe_session_feed(session, "\0\0\0", 3, 0), MPE_OK);
    ck_assert_int_eq(mpe_session_next_body(session, NULL, MPE_BODY_CUT, 0), MPE_OK);
    out_hex(&out, "00 00 00 08 66 74 79 70");
    ck_assert_int_eq(feed(), MPE_OK);
    ck_assert_int_eq(mpe_session_protocol(session), MPE_PROTOCOL_FMP4);
    ck_assert_int_eq(mpe_session_feed(session, "\0\0\0", 3, 0), MPE_OK);
    ck_assert_int_eq(mpe_session_next_body(session, NULL, MPE_BODY_COMPLETE, 0), MPE_OK);
    const mpe_error error = poll_error();
    ck_assert_int_eq(error.reason, MPE_REASON_MALFORMED_INPUT);
    ck_assert_uint_eq(error.offset_bytes, 13);
    ck_assert_int_eq(mpe_session_next_body(session, "/x", MPE_BODY_COMPLETE, 0), MPE_OK);
}
END_TEST

START_TEST(wrong_bodies)
{
    static char longest[2050];
    memset(longest, 'a', sizeof(longest) - 1);
    struct rtmp_out rtmp = rtmp_begin(&out);
    rtmp_connect(&rtmp, "live/north", "rtmp://example.com");
    rtmp_publish(&rtmp, "camera");
    ck_assert_int_eq(mpe_session_next_body(NULL, NULL, MPE_BODY_COMPLETE, 0), MPE_BAD_SESSION);
    ck_assert_int_eq(mpe_session_next_body(session, "", MPE_BODY_COMPLETE, 0), MPE_BAD_TEXT);
    ck_assert_int_eq(mpe_session_next_body(session, longest, MPE_BODY_COMPLETE, 0), MPE_BAD_TEXT);
    ck_assert_int_eq(mpe_session_next_body(session, NULL, 0, 0), MPE_BAD_VALUE);
    ck_assert_int_eq(mpe_session_next_body(session, NULL, 3, 0), MPE_BAD_VALUE);
    is_exhausted = true;
    ck_assert_int_eq(mpe_session_next_body(session, "/a", MPE_BODY_COMPLETE, 0), MPE_NO_MEMORY);
    is_exhausted = false;
    ck_assert_int_eq(feed(), MPE_NAMED);
    ck_assert_int_eq(mpe_session_bind(session, north, 0), MPE_OK);
    ck_assert_int_eq(mpe_session_next_body(session, NULL, MPE_BODY_COMPLETE, 0), MPE_BAD_PROTOCOL);
    ck_assert_int_eq(mpe_session_finish(session, 0, 0), MPE_OK);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("body");
    TCase *const tests = tcase_create("body");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, the_url_of_the_next_body_is_named_again);
    tcase_add_test(tests, a_body_that_is_too_short_to_be_known);
    tcase_add_test(tests, wrong_bodies);
    suite_add_tcase(suite, tests);
    return suite;
}
