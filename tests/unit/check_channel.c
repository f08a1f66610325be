/* Allow lists, names, limits and the sums of a channel. */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "channel/address.h"
#include "channel/channel.h"
#include "channel/name.h"
#include "channel/url.h"
#include "mpe.h"

Suite *mpe_suite(void);

static bool holds(const char *entry, const char *peer_text)
{
    struct mpe_network network;
    struct mpe_peer peer = mpe_peer_parse(peer_text);

    ck_assert_msg(mpe_network_parse(&network, entry), "%s", entry);
    ck_assert_msg(peer.known, "%s", peer_text);
    return mpe_network_holds(&network, &peer.address);
}

START_TEST(entries_hold_their_addresses)
{
    ck_assert(holds("10.0.0.1", "10.0.0.1:1935"));
    ck_assert(!holds("10.0.0.1", "10.0.0.2"));
    ck_assert(holds("10.0.0.1/22", "10.0.3.255"));
    ck_assert(!holds("10.0.0.1/22", "10.0.4.0"));
    ck_assert(holds("10.0.0.1(255.255.252.0)", "10.0.3.255"));
    ck_assert(!holds("10.0.0.1(255.255.252.0)", "10.0.4.0"));
    ck_assert(holds("0.0.0.0/0", "203.0.113.7"));
    ck_assert(holds("2001:db8::/32", "[2001:db8:1::5]:1935"));
    ck_assert(!holds("2001:db8::/32", "2001:db9::5"));
    ck_assert(holds("fe80::1", "fe80::1%eth0"));
}
END_TEST

START_TEST(mapped_addresses_are_ipv4)
{
    ck_assert(holds("10.0.0.0/8", "::ffff:10.1.2.3"));
    ck_assert(holds("::ffff:10.0.0.0/104", "10.1.2.3"));
    ck_assert(!holds("::/0", "10.1.2.3"));
    ck_assert(!holds("0.0.0.0/0", "2001:db8::1"));
}
END_TEST

START_TEST(nonsense_is_no_entry)
{
    static const char *const texts[] = {"",
                                        "10.0.0",
                                        "10.0.0.0/33",
                                        "10.0.0.0/",
                                        "10.0.0.0/8x",
                                        "10.0.0.0/-1",
                                        "10.0.0.0(255.0.0.0",
                                        "10.0.0.0(255.0.0)",
                                        "::/129",
                                        "2001:db8::(255.0.0.0)",
                                        "host",
                                        "10.0.0.0/99999999999999999999"};
    struct mpe_network network;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        ck_assert_msg(!mpe_network_parse(&network, texts[i]), "%s", texts[i]);
    ck_assert(!mpe_network_parse(&network, NULL));
    ck_assert(!mpe_peer_parse("host:1").known);
    ck_assert(!mpe_peer_parse("10.0.0.1:70000").known);
    ck_assert(!mpe_peer_parse(NULL).known);
}
END_TEST

static void check_text(const char *peer_text, bool mask, const char *expected)
{
    struct mpe_peer peer = mpe_peer_parse(peer_text);
    char text[MPE_ADDRESS_TEXT_BYTES];

    mpe_address_text(&peer.address, mask, text, sizeof text);
    ck_assert_str_eq(text, expected);
}

START_TEST(addresses_are_masked)
{
    check_text("203.0.113.7:1", true, "203.0.113.xxx");
    check_text("203.0.113.7:1", false, "203.0.113.7");
    check_text("2001:db8::17", true, "2001:db8::xxx");
}
END_TEST

static bool equal(const char *a, const char *b)
{
    struct mpe_span a_span = {(const uint8_t *)a, strlen(a)};
    struct mpe_span b_span = {(const uint8_t *)b, strlen(b)};
    struct mpe_name a_name, b_name;

    return mpe_name_normalise(&a_name, a_span) && mpe_name_normalise(&b_name, b_span) &&
           mpe_name_equal(&a_name, &b_name);
}

START_TEST(names_that_are_the_same)
{
    const char *expected = "live/cb5540b1-0a56-4621-8c13-28be95050c59";

    ck_assert(equal(expected, "live/cb5540b10a5646218c1328be95050c59"));
    ck_assert(equal(expected, "live/CB5540B1-0A56-4621-8C13-28BE95050C59/"));
    ck_assert(equal(expected, "live/cb5540b10a5646218c1328be95050c59?k=v/w"));
    ck_assert(equal(expected, "/live//cb5540b10a5646218c1328be95050c59/_definst_"));
    ck_assert(equal("live", "live/_definst_"));
    ck_assert(equal("live", "live?a=b"));
}
END_TEST

START_TEST(names_that_differ)
{
    ck_assert(!equal("live/cb5540b10a5646218c1328be95050c59", "live/cb5540b10a5646218c1328be95050c58"));
    ck_assert(!equal("live/cb5540b10a5646218c1328be95050c59", "live"));
    ck_assert(!equal("live/token", "live/TOKEN"));
    ck_assert(!equal("live/token", "live/tok-en"));
    ck_assert(!equal("live/token", ""));
    ck_assert(!equal("live", "livelive"));
}
END_TEST

START_TEST(a_name_that_is_too_long_equals_nothing)
{
    char text[MPE_NAME_BYTES + 1];

    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ck_assert(!equal(text, text));
}
END_TEST

static void check_path(const char *url, const char *app, const char *stream_name)
{
    struct mpe_span text = {(const uint8_t *)url, strlen(url)};
    struct mpe_ingest_path path = mpe_ingest_path_parse(text);

    ck_assert_msg(path.app.len == strlen(app) && memcmp(path.app.bytes, app, path.app.len) == 0, "%s", url);
    ck_assert_uint_eq(path.stream_name.len, strlen(stream_name));
    ck_assert(path.stream_name.len == 0 || memcmp(path.stream_name.bytes, stream_name, path.stream_name.len) == 0);
}

START_TEST(paths_of_http_ingest)
{
    check_path("/token/ingest.isml/Streams(video)", "/token/", "video");
    check_path("http://host:80/token/ingest.isml/streams(720p)?a=/b.isml/Streams(x)", "/token/", "720p");
    check_path("/live/token/ingest.isml", "/live/token/", "");
    check_path("/live/token/video.cmfv", "/live/token/", "");
    check_path("/ingest.isml/Streams(a)", "/", "a");
    check_path("http://host", "", "");
    check_path("/", "", "");
    check_path("x", "", "");
    check_path("/a/Streams(", "/a/", "");
}
END_TEST

START_TEST(an_http_app_may_lack_the_live_of_rtmp)
{
    mpe_channel *channel = NULL;
    struct mpe_span token = {(const uint8_t *)"/secret/", 8}, wrong = {(const uint8_t *)"/secre/", 7};

    ck_assert_int_eq(mpe_channel_new(&channel, MPE_ENCODING, NULL), MPE_OK);
    ck_assert_int_eq(mpe_channel_match_http_app(channel, wrong), MPE_MATCH_NOT_CHECKED);
    ck_assert_int_eq(mpe_channel_set_text(channel, MPE_TEXT_APP, "live/secret"), MPE_OK);
    ck_assert_int_eq(mpe_channel_match_http_app(channel, token), MPE_MATCH_YES);
    ck_assert_int_eq(mpe_channel_match_http_app(channel, wrong), MPE_MATCH_NO);
    mpe_channel_free(channel);
}
END_TEST

static mpe_channel *new_channel(int32_t kind)
{
    mpe_channel *channel = NULL;

    ck_assert_int_eq(mpe_channel_new(&channel, kind, NULL), MPE_OK);
    return channel;
}

START_TEST(arguments_are_named)
{
    static const mpe_allocator half = {.struct_size = sizeof(half)};
    mpe_channel *channel;
    int64_t value;

    ck_assert_int_eq(mpe_channel_new(NULL, MPE_ENCODING, NULL), MPE_BAD_OUTPUT);
    ck_assert_int_eq(mpe_channel_new(&channel, 0, NULL), MPE_BAD_KIND);
    ck_assert_ptr_null(channel);
    ck_assert_int_eq(mpe_channel_new(&channel, MPE_ENCODING, &half), MPE_BAD_PARAM);
    channel = new_channel(MPE_ENCODING);
    ck_assert_int_eq(mpe_channel_set(NULL, MPE_PARAM_MAX_WIDTH_PX, 1), MPE_BAD_CHANNEL);
    ck_assert_int_eq(mpe_channel_set(channel, 0, 1), MPE_BAD_PARAM);
    ck_assert_int_eq(mpe_channel_set(channel, MPE_PARAM_MAX_WIDTH_PX, -1), MPE_BAD_VALUE);
    ck_assert_int_eq(mpe_channel_set(channel, MPE_PARAM_MAX_WIDTH_PX, 1280), MPE_OK);
    ck_assert_int_eq(mpe_channel_get(channel, MPE_PARAM_MAX_WIDTH_PX, &value), MPE_OK);
    ck_assert_int_eq(value, 1280);
    ck_assert_int_eq(mpe_channel_get(channel, 9999, &value), MPE_BAD_PARAM);
    ck_assert_int_eq(mpe_channel_get(channel, MPE_PARAM_MAX_WIDTH_PX, NULL), MPE_BAD_OUTPUT);
    ck_assert_int_eq(mpe_channel_set_text(channel, 0, "x"), MPE_BAD_PARAM);
    ck_assert_int_eq(mpe_channel_set_text(NULL, MPE_TEXT_APP, "x"), MPE_BAD_CHANNEL);
    ck_assert_int_eq(mpe_channel_allow(channel, "10.0.0.0/99"), MPE_BAD_ADDRESS);
    ck_assert_int_eq(mpe_channel_allow(NULL, "10.0.0.0/8"), MPE_BAD_CHANNEL);
    mpe_channel_free(channel);
    mpe_channel_free(NULL);
}
END_TEST

START_TEST(limits_are_fixed_by_the_first_session)
{
    mpe_channel *channel = new_channel(MPE_ENCODING);
    mpe_session *session;

    ck_assert_int_eq(mpe_session_new(&session, channel, MPE_PROTOCOL_RTMP, NULL, NULL, 0), MPE_OK);
    ck_assert_int_eq(mpe_channel_set(channel, MPE_PARAM_MAX_WIDTH_PX, 1280), MPE_BAD_STATE);
    ck_assert_int_eq(mpe_channel_set_text(channel, MPE_TEXT_APP, "live"), MPE_BAD_STATE);
    ck_assert_int_eq(mpe_channel_allow(channel, "10.0.0.0/8"), MPE_OK);
    mpe_channel_free(channel);
    mpe_session_free(session);
}
END_TEST

static struct mpe_quality_key video_key(int32_t width_px, int64_t declared_bps)
{
    struct mpe_quality_key key;

    memset(&key, 0, sizeof key);
    key.media = MPE_MEDIA_VIDEO;
    key.width_px = width_px;
    key.declared_bps = declared_bps;
    return key;
}

START_TEST(a_redundant_push_is_one_quality)
{
    mpe_channel *channel = new_channel(MPE_ENCODING);
    struct mpe_quality_key hd = video_key(1280, 3000000), sd = video_key(640, 0);
    struct mpe_quality *primary = NULL, *backup = NULL;
    struct mpe_totals totals;
    bool is_new;

    ck_assert(mpe_channel_hold_quality(channel, &hd, &primary, &totals, &is_new));
    ck_assert(is_new);
    ck_assert(mpe_channel_hold_quality(channel, &hd, &backup, &totals, &is_new));
    ck_assert(!is_new);
    ck_assert_int_eq(totals.video_qualities, 1);
    /* one of the two changes its mind: then there are two; the other leaves: then there is one */
    ck_assert(mpe_channel_hold_quality(channel, &sd, &backup, &totals, &is_new));
    ck_assert_int_eq(totals.video_qualities, 2);
    ck_assert(is_new);
    mpe_channel_release_quality(channel, primary);
    ck_assert(mpe_channel_hold_quality(channel, &sd, &backup, &totals, &is_new));
    ck_assert_int_eq(totals.video_qualities, 1);
    mpe_channel_release_quality(channel, backup);
    mpe_channel_free(channel);
}
END_TEST

enum { THREADS = 4, ROUNDS = 2000 };

static void *use_channel(void *argument)
{
    mpe_channel *channel = argument;
    struct mpe_totals totals;
    bool is_new;

    for (int i = 0; i < ROUNDS; i++) {
        struct mpe_quality_key key = video_key(i % 16, 0);
        struct mpe_quality *held = NULL;
        ck_assert(mpe_channel_hold_quality(channel, &key, &held, &totals, &is_new));
        mpe_channel_add_rates(channel, 10, 1, NULL);
        mpe_channel_allow(channel, i % 100 == 0 ? "10.0.0.0/8" : NULL);
        mpe_channel_add_rates(channel, -10, -1, NULL);
        mpe_channel_release_quality(channel, held);
    }
    return NULL;
}

START_TEST(a_channel_is_used_by_many_threads)
{
    mpe_channel *channel = new_channel(MPE_PASS_THROUGH_STANDARD);
    struct mpe_totals totals;
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, use_channel, channel), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    mpe_channel_add_rates(channel, 0, 0, &totals);
    ck_assert_int_eq(totals.measured_bps, 0);
    ck_assert_int_eq(totals.declared_bps, 0);
    ck_assert_int_eq(totals.video_qualities, 0);
    mpe_channel_free(channel);
}
END_TEST

/* ---- actions ---- */

static int32_t action_of(const mpe_channel *channel, int32_t code)
{
    int32_t action = 0;
    ck_assert_int_eq(mpe_channel_get_action(channel, code, &action), MPE_OK);
    return action;
}

START_TEST(actions)
{
    mpe_channel *channel;
    int32_t action;
    ck_assert_int_eq(mpe_channel_new(&channel, MPE_ENCODING, NULL), MPE_OK);
    ck_assert_int_eq(action_of(channel, MPE_INGEST_CODEC_NOT_SUPPORTED), MPE_ACTION_REFUSE);
    ck_assert_int_eq(mpe_channel_set_action(channel, MPE_INGEST_CODEC_NOT_SUPPORTED, MPE_ACTION_IGNORE), MPE_OK);
    ck_assert_int_eq(mpe_channel_set_action(channel, MPE_UNKNOWN_ERROR, MPE_ACTION_REPORT), MPE_OK);
    ck_assert_int_eq(action_of(channel, MPE_INGEST_CODEC_NOT_SUPPORTED), MPE_ACTION_IGNORE);
    ck_assert_int_eq(mpe_channel_set(channel, MPE_PARAM_REPORT_ALL, 1), MPE_OK);
    ck_assert_int_eq(action_of(channel, MPE_INGEST_CODEC_NOT_SUPPORTED), MPE_ACTION_IGNORE);
    ck_assert_int_eq(action_of(channel, MPE_CAPACITY_LIMIT_REACHED), MPE_ACTION_REPORT);

    ck_assert_int_eq(mpe_channel_set_action(NULL, MPE_UNKNOWN_ERROR, MPE_ACTION_REPORT), MPE_BAD_CHANNEL);
    ck_assert_int_eq(mpe_channel_set_action(channel, 0, MPE_ACTION_REPORT), MPE_BAD_CODE);
    ck_assert_int_eq(mpe_channel_set_action(channel, MPE_S_OK, MPE_ACTION_REPORT), MPE_BAD_CODE);
    ck_assert_int_eq(mpe_channel_set_action(channel, MPE_UNKNOWN_ERROR, MPE_ACTION_IGNORE), MPE_BAD_VALUE);
    ck_assert_int_eq(mpe_channel_set_action(channel, MPE_CAPACITY_LIMIT_REACHED, 0), MPE_BAD_VALUE);
    ck_assert_int_eq(mpe_channel_set_action(channel, MPE_CAPACITY_LIMIT_REACHED, 4), MPE_BAD_VALUE);
    ck_assert_int_eq(mpe_channel_get_action(NULL, MPE_UNKNOWN_ERROR, &action), MPE_BAD_CHANNEL);
    ck_assert_int_eq(mpe_channel_get_action(channel, MPI_SYSTEM_MAINTENANCE, &action), MPE_BAD_CODE);
    ck_assert_int_eq(mpe_channel_get_action(channel, MPE_UNKNOWN_ERROR, NULL), MPE_BAD_OUTPUT);

    mpe_session *session;
    ck_assert_int_eq(mpe_session_new(&session, channel, MPE_PROTOCOL_AUTO, NULL, NULL, 0), MPE_OK);
    ck_assert_int_eq(mpe_channel_set_action(channel, MPE_CAPACITY_LIMIT_REACHED, MPE_ACTION_REPORT), MPE_BAD_STATE);
    mpe_session_free(session);
    mpe_channel_free(channel);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *suite = suite_create("channel");
    TCase *tests = tcase_create("channel");

    tcase_add_test(tests, entries_hold_their_addresses);
    tcase_add_test(tests, actions);
    tcase_add_test(tests, mapped_addresses_are_ipv4);
    tcase_add_test(tests, nonsense_is_no_entry);
    tcase_add_test(tests, addresses_are_masked);
    tcase_add_test(tests, names_that_are_the_same);
    tcase_add_test(tests, names_that_differ);
    tcase_add_test(tests, a_name_that_is_too_long_equals_nothing);
    tcase_add_test(tests, paths_of_http_ingest);
    tcase_add_test(tests, an_http_app_may_lack_the_live_of_rtmp);
    tcase_add_test(tests, arguments_are_named);
    tcase_add_test(tests, limits_are_fixed_by_the_first_session);
    tcase_add_test(tests, a_redundant_push_is_one_quality);
    tcase_add_test(tests, a_channel_is_used_by_many_threads);
    suite_add_tcase(suite, tests);
    return suite;
}
