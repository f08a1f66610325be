/* Late binding: what a session of a lobby names, the channel that is bound to it, and the host's own no. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lobby.h"
#include "reply.h"

Suite *mpe_suite(void);

static mpe_session *open_session(const char *id)
{
    mpe_session *opened;
    ck_assert_int_eq(mpe_session_new(&opened, lobby, MPE_PROTOCOL_AUTO, "192.0.2.1:1935", id, 0), MPE_OK);
    return opened;
}

static mpe_status feed(int64_t now_us)
{
    return mpe_session_feed(session, out.bytes, out.len, now_us);
}

/* Feeds what comes after the bytes that were taken. */
static mpe_status feed_rest(int64_t now_us)
{
    const size_t taken = mpe_session_taken(session);
    return mpe_session_feed(session, out.bytes + taken, out.len - taken, now_us);
}

static struct rtmp_out put_opening(const char *app, const char *name)
{
    struct rtmp_out rtmp = rtmp_begin(&out);
    rtmp_connect(&rtmp, app, "rtmp://example.com/secret-of-the-url");
    rtmp_command(&rtmp, 0, "createStream", NULL, 2);
    rtmp_publish(&rtmp, name);
    return rtmp;
}

static const char *name_of(int32_t part)
{
    static char text[256];
    size_t needed;
    ck_assert_int_eq(mpe_session_name(session, part, text, sizeof(text), &needed), MPE_OK);
    ck_assert_uint_eq(needed, strlen(text) + 1);
    return text;
}

/* ---- names ---- */

START_TEST(publish_names_the_session)
{
    struct rtmp_out rtmp = put_opening("live/north?a=1", "camera?key=s3cret");
    const size_t len = out.len;
    rtmp_video(&rtmp, 0, 25);
    session = open_session("one");
    ck_assert_str_eq(name_of(MPE_NAME_STREAM), "");
    ck_assert_int_eq(feed(0), MPE_NAMED);
    ck_assert_uint_eq(mpe_session_taken(session), len);
    ck_assert_str_eq(name_of(MPE_NAME_APP), "live/north");
    ck_assert_str_eq(name_of(MPE_NAME_STREAM), "camera");
    ck_assert_str_eq(name_of(MPE_NAME_QUERY), "key=s3cret");
    ck_assert_str_eq(name_of(MPE_NAME_TC_URL), "rtmp://example.com/secret-of-the-url");
    ck_assert_int_eq(feed_rest(0), MPE_BAD_STATE);
    ck_assert_uint_eq(mpe_session_taken(session), len);
    ck_assert_int_eq(mpe_session_feed(session, NULL, 0, 0), MPE_OK);
    ck_assert_int_eq(mpe_session_tick(session, 0), MPE_OK);
    ck_assert_int_eq(mpe_session_bind(session, north, 0), MPE_OK);
    ck_assert_int_eq(mpe_session_feed(session, out.bytes + len, out.len - len, 0), MPE_OK);
    ck_assert_uint_eq(mpe_session_taken(session), out.len - len);
    ck_assert_int_eq(poll_error().code, 0);
    ck_assert_int_eq(mpe_session_state(session), MPE_STATE_ADMITTED);
    ck_assert_int_eq(sums_of(north).video_qualities, 1);
    ck_assert_int_eq(sums_of(lobby).video_qualities, 0);
}
END_TEST

START_TEST(names_of_an_app_with_the_query)
{
    put_opening("live/north?token=abc", "camera");
    session = open_session(NULL);
    ck_assert_int_eq(feed(0), MPE_NAMED);
    ck_assert_str_eq(name_of(MPE_NAME_QUERY), "token=abc");
}
END_TEST

START_TEST(a_name_with_a_nul_is_none)
{
    struct rtmp_out rtmp = rtmp_begin(&out);
    struct out body = {0};
    rtmp_connect(&rtmp, "live/north", "rtmp://example.com");
    amf_string(&body, "publish");
    amf_number(&body, 3);
    amf_null(&body);
    out_hex(&body, "02 00 07");
    out_put(&body, "cam\0era", 7);
    rtmp_message(&rtmp, 0, 3, 0, 20, 1, body.bytes, body.len);
    out_free(&body);
    session = open_session(NULL);
    ck_assert_int_eq(feed(0), MPE_NAMED);
    ck_assert_str_eq(name_of(MPE_NAME_STREAM), "");
}
END_TEST

START_TEST(a_url_names_the_session)
{
    session = open_session(NULL);
    ck_assert_int_eq(mpe_session_url(session, "/south/ingest.isml/Streams(video)?key=1"), MPE_NAMED);
    ck_assert_str_eq(name_of(MPE_NAME_APP), "south");
    ck_assert_str_eq(name_of(MPE_NAME_STREAM), "video");
    ck_assert_str_eq(name_of(MPE_NAME_QUERY), "key=1");
    ck_assert_int_eq(mpe_session_feed(session, "x", 1, 0), MPE_BAD_STATE);
    ck_assert_int_eq(mpe_session_bind(session, south, 0), MPE_OK);
    ck_assert_int_eq(poll_error().code, 0);
    ck_assert_int_eq(mpe_session_url(session, "/south/ingest.isml/Streams(audio)"), MPE_NAMED);
    ck_assert_int_eq(mpe_session_bind(session, north, 7), MPE_OK);
    const mpe_error error = poll_error();
    ck_assert_int_eq(error.reason, MPE_REASON_APP_MISMATCH);
    ck_assert_int_eq(error.now_us, 7);
}
END_TEST

/* ---- binding ---- */

START_TEST(the_app_is_judged_at_the_bind)
{
    put_opening("live/north", "camera");
    session = open_session(NULL);
    ck_assert_int_eq(feed(1000), MPE_NAMED);
    ck_assert_int_eq(mpe_session_bind(session, south, 5000), MPE_OK);
    const mpe_error error = poll_error();
    ck_assert_int_eq(error.reason, MPE_REASON_APP_MISMATCH);
    ck_assert_int_eq(error.now_us, 5000);
    ck_assert_uint_ne(error.flags & MPE_ERROR_HAS_OFFSET, 0);
    ck_assert_uint_lt(error.offset_bytes, out.len - 1);
    ck_assert_int_eq(feed_rest(5000), MPE_OK);
}
END_TEST

START_TEST(the_address_is_judged_at_the_bind)
{
    put_opening("live/north", "camera");
    ck_assert_int_eq(mpe_channel_allow(north, "198.51.100.0/24"), MPE_OK);
    session = open_session(NULL);
    ck_assert_int_eq(poll_error().code, 0);
    ck_assert_int_eq(feed(1000), MPE_NAMED);
    ck_assert_int_eq(mpe_session_bind(session, north, 1000), MPE_OK);
    ck_assert_int_eq(poll_error().reason, MPE_REASON_ADDRESS_NOT_ALLOWED);
}
END_TEST

START_TEST(nothing_is_done_to_one_that_has_ended)
{
    put_opening("live/north", "camera");
    session = open_session(NULL);
    ck_assert_int_eq(feed(0), MPE_NAMED);
    ck_assert_int_eq(mpe_session_bind(session, south, 0), MPE_OK);
    ck_assert_int_eq(poll_error().code, MPE_RTMP_APPID_AUTH_FAILURE);
    ck_assert_int_eq(mpe_session_state(session), MPE_STATE_REJECTED);
    ck_assert_int_eq(mpe_session_bind(session, north, 0), MPE_OK);
    ck_assert_int_eq(mpe_session_state(session), MPE_STATE_REJECTED);
}
END_TEST

START_TEST(ids_are_those_of_the_bound_channel)
{
    put_opening("live/north", "camera");
    mpe_session *const first = open_session("same");
    session = first;
    ck_assert_int_eq(feed(0), MPE_NAMED);
    ck_assert_int_eq(mpe_session_bind(session, north, 0), MPE_OK);
    session = open_session("same");
    ck_assert_int_eq(feed(0), MPE_NAMED);
    ck_assert_int_eq(poll_error().code, 0);
    ck_assert_int_eq(mpe_session_bind(session, north, 0), MPE_OK);
    ck_assert_int_eq(poll_error().reason, MPE_REASON_DUPLICATE_ENTRY);
    mpe_session_free(session);
    mpe_session_free(first);
    session = open_session("same");
    ck_assert_int_eq(feed(0), MPE_NAMED);
    ck_assert_int_eq(mpe_session_bind(session, north, 0), MPE_OK);
    ck_assert_int_eq(poll_error().code, 0);
}
END_TEST

/* Whoever may publish one stream may not publish all. */
START_TEST(the_next_publish_is_named_again)
{
    struct rtmp_out rtmp = put_opening("live/north", "one");
    rtmp_video(&rtmp, 0, 25);
    rtmp_publish(&rtmp, "two?x=y");
    const size_t second = out.len;
    rtmp_video(&rtmp, 1000, 25);
    ck_assert_int_eq(mpe_channel_set_text(south, MPE_TEXT_APP, NULL), MPE_OK);
    session = open_session("id");
    ck_assert_int_eq(feed(0), MPE_NAMED);
    size_t taken = mpe_session_taken(session);
    ck_assert_int_eq(mpe_session_bind(session, north, 0), MPE_OK);
    ck_assert_int_eq(feed_rest(0), MPE_NAMED);
    taken += mpe_session_taken(session);
    ck_assert_uint_eq(taken, second);
    ck_assert_str_eq(name_of(MPE_NAME_STREAM), "two");
    ck_assert_str_eq(name_of(MPE_NAME_APP), "live/north");
    ck_assert_int_eq(sums_of(north).video_qualities, 1);
    ck_assert_int_eq(mpe_session_bind(session, south, 1000000), MPE_OK);
    ck_assert_int_eq(sums_of(north).video_qualities, 0);
    ck_assert_int_eq(sums_of(north).sessions, 0);
    ck_assert_int_eq(sums_of(south).video_qualities, 1);
    ck_assert_int_eq(mpe_session_feed(session, out.bytes + taken, out.len - taken, 1000000), MPE_OK);
    ck_assert_int_eq(poll_error().code, 0);
    ck_assert_int_eq(mpe_session_state(session), MPE_STATE_ADMITTED);
}
END_TEST

/* What was judged at the bind is judged when it comes again. */
START_TEST(another_connect_of_a_bound_session)
{
    struct rtmp_out rtmp = put_opening("live/north", "one");
    rtmp_connect(&rtmp, "live/south", "rtmp://example.com");
    session = open_session("id");
    ck_assert_int_eq(feed(0), MPE_NAMED);
    ck_assert_int_eq(mpe_session_bind(session, north, 0), MPE_OK);
    ck_assert_int_eq(poll_error().code, 0);
    ck_assert_int_eq(feed_rest(0), MPE_OK);
    const mpe_error error = poll_error();
    ck_assert_int_eq(error.reason, MPE_REASON_APP_MISMATCH);
    ck_assert_uint_eq(error.offset_bytes, out.len - 1);
    ck_assert_str_eq(name_of(MPE_NAME_APP), "live/south");
}
END_TEST

/* Bound again to its own channel, it has the limits of now, and is no second session there. */
START_TEST(bound_again_to_the_same_channel)
{
    struct rtmp_out rtmp = put_opening("live/north", "one");
    rtmp_video(&rtmp, 0, 25);
    rtmp_publish(&rtmp, "two");
    rtmp_video(&rtmp, 1000, 25);
    session = open_session("id");
    ck_assert_int_eq(feed(0), MPE_NAMED);
    size_t taken = mpe_session_taken(session);
    ck_assert_int_eq(mpe_session_bind(session, north, 0), MPE_OK);
    ck_assert_int_eq(feed_rest(0), MPE_NAMED);
    taken += mpe_session_taken(session);
    ck_assert_int_eq(mpe_channel_set(north, MPE_PARAM_MAX_WIDTH_PX, 640), MPE_OK);
    ck_assert_int_eq(mpe_session_bind(session, north, 0), MPE_OK);
    ck_assert_int_eq(sums_of(north).sessions, 1);
    ck_assert_int_eq(poll_error().code, 0);
    ck_assert_int_eq(mpe_session_feed(session, out.bytes + taken, out.len - taken, 0), MPE_OK);
    ck_assert_int_eq(poll_error().code, 0); /* the header is the one that it had */
}
END_TEST

/* The tracks that it brings may be too many there. */
START_TEST(tracks_are_judged_by_the_other_channel)
{
    struct rtmp_out rtmp = put_opening("live/north", "one");
    rtmp_video(&rtmp, 0, 25);
    rtmp_command(&rtmp, 2, "publish", "two", 5);
    rtmp_message(&rtmp, 0, 6, 1000, TAG_VIDEO, 2, avc_1440p.bytes, avc_1440p.len);
    rtmp_command(&rtmp, 3, "publish", "three", 6);
    mpe_channel *wide;
    ck_assert_int_eq(mpe_channel_new(&wide, MPE_OPEN, &lobby_allocator), MPE_OK);
    ck_assert_int_eq(mpe_channel_set_text(south, MPE_TEXT_APP, NULL), MPE_OK);
    session = open_session("id");
    ck_assert_int_eq(feed(0), MPE_NAMED);
    for (size_t at = mpe_session_taken(session), i = 0; i < 2; i++) {
        ck_assert_int_eq(mpe_session_bind(session, wide, 0), MPE_OK);
        ck_assert_int_eq(mpe_session_feed(session, out.bytes + at, out.len - at, 0), MPE_NAMED);
        at += mpe_session_taken(session);
    }
    ck_assert_int_eq(poll_error().code, 0);
    ck_assert_int_eq(sums_of(wide).video_qualities, 2);
    ck_assert_int_eq(mpe_session_bind(session, south, 0), MPE_OK);
    ck_assert_int_eq(poll_error().reason, MPE_REASON_VIDEO_QUALITIES);
    ck_assert_int_eq(sums_of(wide).video_qualities, 0);
    mpe_channel_free(wide);
}
END_TEST

START_TEST(flv_is_bound_at_once)
{
    struct out body = {0};
    flv_begin(&out);
    amf_metadata(&body, 100, 0);
    flv_tag(&out, TAG_DATA, 0, body.bytes, body.len);
    flv_tag(&out, TAG_VIDEO, 0, avc_1440p.bytes, avc_1440p.len);
    out_free(&body);
    session = open_session(NULL);
    ck_assert_int_eq(mpe_session_bind(session, north, 0), MPE_OK);
    ck_assert_int_eq(feed(0), MPE_OK);
    ck_assert_int_eq(poll_error().code, MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED);
    mpe_session_free(session);
    session = open_session(NULL);
    ck_assert_int_eq(mpe_session_feed(session, out.bytes, 13, 0), MPE_OK);
    ck_assert_int_eq(mpe_session_bind(session, north, 0), MPE_BAD_STATE);
}
END_TEST

START_TEST(channels_may_be_freed_before)
{
    struct rtmp_out rtmp = put_opening("live/north", "camera");
    rtmp_video(&rtmp, 0, 25);
    session = open_session("id");
    mpe_channel_free(lobby);
    lobby = NULL;
    ck_assert_int_eq(feed(0), MPE_NAMED);
    ck_assert_int_eq(mpe_session_bind(session, north, 0), MPE_OK);
    mpe_channel_free(north);
    north = NULL;
    ck_assert_int_eq(feed_rest(0), MPE_OK);
    ck_assert_int_eq(mpe_session_state(session), MPE_STATE_ADMITTED);
}
END_TEST

/* Bytes that were not taken do not count twice. */
START_TEST(what_is_not_taken_has_not_come)
{
    struct rtmp_out rtmp = put_opening("live/north", "camera");
    rtmp_video(&rtmp, 0, 25);
    ck_assert_int_eq(mpe_channel_set(lobby, MPE_PARAM_MAX_BITRATE_BPS, 1000), MPE_OK);
    ck_assert_int_eq(mpe_channel_set(north, MPE_PARAM_MAX_BITRATE_BPS, 1000), MPE_OK);
    rtmp_publish(&rtmp, "camera");
    for (int i = 0; i < 20; i++)
        rtmp_publish(&rtmp, "camera");
    session = open_session(NULL);
    size_t at = 0;
    while (at < out.len && mpe_session_feed(session, out.bytes + at, out.len - at, 0) == MPE_NAMED) {
        at += mpe_session_taken(session);
        ck_assert_int_eq(mpe_session_bind(session, north, 0), MPE_OK);
    }
    const mpe_error error = poll_error();
    ck_assert_int_eq(error.reason, MPE_REASON_BYTES_AHEAD);
    ck_assert_uint_eq(error.offset_bytes, 5000);
}
END_TEST

/* ---- the host's own no ---- */

START_TEST(a_host_refuses)
{
    static const int32_t codes[] = {MPE_RTMP_APPID_AUTH_FAILURE, MPE_INGEST_ENCODER_CONNECTION_DENIED,
                                    MPI_REST_API_CHANNEL_RESET, MPI_REST_API_CHANNEL_STOP, MPI_SYSTEM_MAINTENANCE};
    const int32_t code = codes[_i];
    uint8_t reply[MPE_REPLY_RTMP_MAX_BYTES];
    char json[4096];
    size_t needed;
    put_opening("live/unknown", "s3cret-name");
    session = open_session("id");
    ck_assert_int_eq(feed(0), MPE_NAMED);
    ck_assert_int_eq(mpe_session_refuse(session, code, 9000), MPE_OK);
    const mpe_error error = poll_error();
    ck_assert_int_eq(error.code, code);
    ck_assert_int_eq(error.reason, MPE_REASON_HOST_REFUSED);
    ck_assert_int_eq(error.event, MPE_EVENT_CONNECTION_REJECTED);
    ck_assert_int_eq(error.now_us, 9000);
    ck_assert_int_eq(mpe_session_state(session), MPE_STATE_REJECTED);
    ck_assert_int_eq(mpe_error_json(session, &error, MPE_SCHEMA_EVENT_GRID, 0, json, sizeof(json), NULL), MPE_OK);
    ck_assert_ptr_null(strstr(json, "s3cret-name"));
    ck_assert_ptr_nonnull(strstr(json, mpe_code_name(code)));
    ck_assert_int_eq(mpe_reply_rtmp(session, &error, MPE_ANSWERED_UNKNOWN, 0, reply, sizeof(reply), &needed), MPE_OK);
    ck_assert_int_eq(mpe_session_refuse(session, code, 9000), MPE_OK);
    ck_assert_int_eq(mpe_session_bind(session, north, 9000), MPE_OK);
    ck_assert_int_eq(poll_error().code, 0);
    ck_assert_int_eq(feed_rest(0), MPE_OK);
    ck_assert_int_eq(mpe_session_finish(session, 0, 9000), MPE_OK);
    ck_assert_int_eq(mpe_session_state(session), MPE_STATE_REJECTED);
}
END_TEST

START_TEST(a_host_refuses_a_session_that_is_no_lobbys)
{
    ck_assert_int_eq(mpe_session_new(&session, north, MPE_PROTOCOL_RTMP, NULL, NULL, 0), MPE_OK);
    ck_assert_int_eq(mpe_session_refuse(session, MPI_REST_API_CHANNEL_STOP, 0), MPE_OK);
    ck_assert_int_eq(poll_error().code, MPI_REST_API_CHANNEL_STOP);
}
END_TEST

/* ---- memory ---- */

/* A host's run of a session, allocation n failing. false: it had no report. */
static bool reports_no_memory(long n)
{
    bool is_reported = false;
    mpe_session *opened;
    allocations_left = n;
    const mpe_status status = mpe_session_new(&opened, lobby, MPE_PROTOCOL_AUTO, NULL, "id", 0);
    session = opened;
    if (status == MPE_NO_MEMORY)
        return true;
    size_t at = 0;
    while (at < out.len && mpe_session_feed(session, out.bytes + at, out.len - at, 0) == MPE_NAMED) {
        at += mpe_session_taken(session);
        mpe_status bound = mpe_session_bind(session, north, 0);
        if (bound == MPE_NO_MEMORY) {
            is_reported = true;
            ck_assert_int_eq(mpe_session_feed(session, out.bytes + at, 1, 0), MPE_BAD_STATE);
            allocations_left = -1;
            bound = mpe_session_bind(session, north, 0);
        }
        ck_assert_int_eq(bound, MPE_OK);
    }
    is_reported = is_reported || poll_error().reason == MPE_REASON_OUT_OF_MEMORY;
    return is_reported;
}

START_TEST(every_allocation_fails_once)
{
    struct rtmp_out rtmp = put_opening("live/north", "camera?x=y");
    rtmp_video(&rtmp, 0, 25);
    rtmp_publish(&rtmp, "another");
    long n = 0;
    for (; n < 200 && reports_no_memory(n); n++) {
        allocations_left = -1;
        mpe_session_free(session);
    }
    ck_assert_int_gt(n, 12);
    ck_assert_int_lt(n, 200);
    ck_assert_int_eq(poll_error().code, 0);
    ck_assert_int_eq(mpe_session_state(session), MPE_STATE_ADMITTED);
}
END_TEST

START_TEST(a_url_without_memory)
{
    session = open_session(NULL);
    allocations_left = 0;
    ck_assert_int_eq(mpe_session_url(session, "/a/b.isml"), MPE_NO_MEMORY);
    allocations_left = -1;
    ck_assert_int_eq(mpe_session_feed(session, "x", 1, 0), MPE_OK);
}
END_TEST

/* ---- wrong calls ---- */

START_TEST(wrong_arguments)
{
    char text[8];
    size_t needed = 0;
    put_opening("live/north", "camera");
    session = open_session(NULL);
    ck_assert_int_eq(feed(0), MPE_NAMED);
    ck_assert_int_eq(mpe_session_bind(NULL, north, 0), MPE_BAD_SESSION);
    ck_assert_int_eq(mpe_session_bind(session, NULL, 0), MPE_BAD_CHANNEL);
    ck_assert_int_eq(mpe_session_name(NULL, MPE_NAME_APP, text, sizeof(text), NULL), MPE_BAD_SESSION);
    ck_assert_int_eq(mpe_session_name(session, 0, text, sizeof(text), NULL), MPE_BAD_PARAM);
    ck_assert_int_eq(mpe_session_name(session, 5, text, sizeof(text), NULL), MPE_BAD_PARAM);
    ck_assert_int_eq(mpe_session_name(session, MPE_NAME_APP, NULL, 1, NULL), MPE_BAD_OUTPUT);
    ck_assert_int_eq(mpe_session_name(session, MPE_NAME_APP, text, sizeof(text), &needed), MPE_BUFFER_TOO_SMALL);
    ck_assert_uint_eq(needed, sizeof("live/north"));
    ck_assert_str_eq(text, "");
    ck_assert_int_eq(mpe_session_name(session, MPE_NAME_APP, NULL, 0, &needed), MPE_BUFFER_TOO_SMALL);
    ck_assert_uint_eq(mpe_session_taken(NULL), 0);
    ck_assert_int_eq(mpe_session_refuse(NULL, MPI_SYSTEM_MAINTENANCE, 0), MPE_BAD_SESSION);
    ck_assert_int_eq(mpe_session_refuse(session, MPE_CLIENT_DISCONNECTED, 0), MPE_BAD_CODE);
    ck_assert_int_eq(mpe_session_refuse(session, 0, 0), MPE_BAD_CODE);
    ck_assert_int_eq(mpe_session_finish(session, 0, 0), MPE_OK);
    ck_assert_int_eq(mpe_session_refuse(session, MPI_SYSTEM_MAINTENANCE, 0), MPE_BAD_STATE);
    ck_assert_int_eq(mpe_session_bind(session, north, 0), MPE_BAD_STATE);
    ck_assert_str_ne(mpe_status_text(MPE_NAMED), mpe_status_text(12345));
}
END_TEST

START_TEST(sessions_of_other_channels_have_no_names)
{
    put_opening("live/north", "camera");
    ck_assert_int_eq(mpe_session_new(&session, north, MPE_PROTOCOL_RTMP, NULL, NULL, 0), MPE_OK);
    ck_assert_int_eq(feed(0), MPE_OK);
    ck_assert_uint_eq(mpe_session_taken(session), out.len);
    ck_assert_int_eq(mpe_session_bind(session, south, 0), MPE_BAD_STATE);
    ck_assert_int_eq(mpe_session_name(session, MPE_NAME_APP, NULL, 0, NULL), MPE_BAD_STATE);
}
END_TEST

/* Until a channel is bound, the lobby's time counts: from the opening. */
START_TEST(a_session_that_waits_grows_old)
{
    put_opening("live/north", "camera");
    session = open_session(NULL);
    ck_assert_int_eq(feed(1000), MPE_NAMED);
    ck_assert_int_eq(mpe_session_deadline(session), 20000000);
    ck_assert_int_eq(mpe_session_tick(session, 20000000), MPE_OK);
    ck_assert_int_eq(poll_error().reason, MPE_REASON_NOT_PUBLISHED);
    ck_assert_int_eq(mpe_session_bind(session, north, 20000000), MPE_OK);
    ck_assert_int_eq(sums_of(north).sessions, 0);
}
END_TEST

/* What passed already counts for the channel, too: no deadline lies in the past. */
START_TEST(the_next_channel_may_wait_less)
{
    struct rtmp_out rtmp = put_opening("live/north", "one");
    rtmp_publish(&rtmp, "two");
    session = open_session(NULL);
    ck_assert_int_eq(mpe_channel_set_text(south, MPE_TEXT_APP, NULL), MPE_OK);
    ck_assert_int_eq(mpe_channel_set(south, MPE_PARAM_RTMP_IDLE_TIMEOUT_US, 1000000), MPE_OK);
    ck_assert_int_eq(feed(0), MPE_NAMED);
    ck_assert_int_eq(mpe_session_bind(session, north, 0), MPE_OK);
    ck_assert_int_eq(feed_rest(2000000), MPE_NAMED);
    ck_assert_int_eq(mpe_session_bind(session, south, 2000000), MPE_OK);
    const mpe_error error = poll_error();
    ck_assert_int_eq(error.code, MPE_RTMP_SESSION_IDLE_TIMEOUT);
    ck_assert_int_eq(error.value, 2000000);
    ck_assert_int_eq(mpe_session_deadline(session), INT64_MAX);
}
END_TEST

START_TEST(the_next_channel_wants_no_heartbeats)
{
    struct rtmp_out rtmp = put_opening("live/north", "one");
    rtmp_publish(&rtmp, "two");
    session = open_session(NULL);
    ck_assert_int_eq(mpe_channel_set_text(south, MPE_TEXT_APP, NULL), MPE_OK);
    ck_assert_int_eq(mpe_channel_set(north, MPE_PARAM_NOTICES, 1), MPE_OK);
    ck_assert_int_eq(mpe_channel_set(north, MPE_PARAM_HEARTBEAT_US, 5000000), MPE_OK);
    ck_assert_int_eq(feed(0), MPE_NAMED);
    ck_assert_int_eq(mpe_session_bind(session, north, 0), MPE_OK);
    ck_assert_int_eq(feed_rest(1000000), MPE_NAMED);
    ck_assert_int_eq(mpe_session_tick(session, 1000000), MPE_OK);
    ck_assert_int_eq(mpe_session_bind(session, south, 1000000), MPE_OK);
    ck_assert_int_gt(mpe_session_deadline(session), 5000000);
    ck_assert_int_eq(mpe_session_tick(session, 6000000), MPE_OK);
    ck_assert_int_gt(mpe_session_deadline(session), 6000000);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("bind");
    TCase *const tests = tcase_create("bind");
    tcase_add_checked_fixture(tests, lobby_setup, lobby_teardown);
    tcase_add_test(tests, publish_names_the_session);
    tcase_add_test(tests, names_of_an_app_with_the_query);
    tcase_add_test(tests, a_name_with_a_nul_is_none);
    tcase_add_test(tests, a_url_names_the_session);
    tcase_add_test(tests, the_app_is_judged_at_the_bind);
    tcase_add_test(tests, the_address_is_judged_at_the_bind);
    tcase_add_test(tests, nothing_is_done_to_one_that_has_ended);
    tcase_add_test(tests, ids_are_those_of_the_bound_channel);
    tcase_add_test(tests, the_next_publish_is_named_again);
    tcase_add_test(tests, another_connect_of_a_bound_session);
    tcase_add_test(tests, bound_again_to_the_same_channel);
    tcase_add_test(tests, tracks_are_judged_by_the_other_channel);
    tcase_add_test(tests, flv_is_bound_at_once);
    tcase_add_test(tests, channels_may_be_freed_before);
    tcase_add_test(tests, what_is_not_taken_has_not_come);
    tcase_add_loop_test(tests, a_host_refuses, 0, 5);
    tcase_add_test(tests, a_host_refuses_a_session_that_is_no_lobbys);
    tcase_add_test(tests, every_allocation_fails_once);
    tcase_add_test(tests, a_url_without_memory);
    tcase_add_test(tests, wrong_arguments);
    tcase_add_test(tests, sessions_of_other_channels_have_no_names);
    tcase_add_test(tests, a_session_that_waits_grows_old);
    tcase_add_test(tests, the_next_channel_may_wait_less);
    tcase_add_test(tests, the_next_channel_wants_no_heartbeats);
    suite_add_tcase(suite, tests);
    return suite;
}
