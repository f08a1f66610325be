/* One session over many HTTP requests. What containers make of it is in tests/cases: cmaf. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lobby.h"

Suite *mpe_suite(void);

static void setup(void)
{
    lobby_setup();
    ck_assert_int_eq(mpe_session_new(&session, lobby, MPE_PROTOCOL_AUTO, NULL, "id", 0), MPE_OK);
}

static mpe_status feed(void)
{
    return mpe_session_feed(session, out.bytes, out.len, 0);
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
    ck_assert_int_eq(sums_of(north).sessions, 0);
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
    allocations_left = 0;
    ck_assert_int_eq(mpe_session_next_body(session, "/a", MPE_BODY_COMPLETE, 0), MPE_NO_MEMORY);
    allocations_left = -1;
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
    tcase_add_checked_fixture(tests, setup, lobby_teardown);
    tcase_add_test(tests, the_url_of_the_next_body_is_named_again);
    tcase_add_test(tests, a_body_that_is_too_short_to_be_known);
    tcase_add_test(tests, wrong_bodies);
    suite_add_tcase(suite, tests);
    return suite;
}
