/* Allow lists, names, limits and texts of a channel. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "channel/address.h"
#include "channel/channel.h"
#include "channel/codecs.h"
#include "channel/name.h"
#include "channel/url.h"
#include "codes/codec.h"
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

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
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

    mpe_address_text(&peer.address, mask, text, sizeof(text));
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

    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
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

static mpe_channel *new_channel(int32_t kind)
{
    mpe_channel *channel = NULL;

    ck_assert_int_eq(mpe_channel_new(&channel, kind, NULL), MPE_OK);
    return channel;
}

START_TEST(an_http_app_may_lack_the_live_of_rtmp)
{
    mpe_channel *channel = new_channel(MPE_ENCODING);
    struct mpe_span token = {(const uint8_t *)"/secret/", 8}, wrong = {(const uint8_t *)"/secre/", 7};
    const struct mpe_policy *before = mpe_channel_hold_policy(channel);

    ck_assert_int_eq(mpe_channel_set_text(channel, MPE_TEXT_APP, "live/secret"), MPE_OK);
    const struct mpe_policy *after = mpe_channel_hold_policy(channel);
    ck_assert_int_eq(mpe_policy_match_http_app(before, wrong), MPE_MATCH_NOT_CHECKED);
    ck_assert_int_eq(mpe_policy_match_http_app(after, token), MPE_MATCH_YES);
    ck_assert_int_eq(mpe_policy_match_http_app(after, wrong), MPE_MATCH_NO);
    mpe_channel_release_policy(channel, before);
    mpe_channel_release_policy(channel, after);
    mpe_channel_free(channel);
}
END_TEST

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

START_TEST(limits_and_texts_change_at_any_time)
{
    mpe_channel *channel = new_channel(MPE_ENCODING);
    const struct mpe_policy *before = mpe_channel_hold_policy(channel);

    ck_assert_int_eq(mpe_channel_set(channel, MPE_PARAM_MAX_WIDTH_PX, 1280), MPE_OK);
    ck_assert_int_eq(mpe_channel_set_text(channel, MPE_TEXT_APP, "live"), MPE_OK);
    const struct mpe_policy *after = mpe_channel_hold_policy(channel);
    ck_assert_int_eq(before->limits.max_width_px, 1920);
    ck_assert_ptr_null(mpe_policy_text(before, MPE_TEXT_APP));
    ck_assert_int_eq(after->limits.max_width_px, 1280);
    ck_assert_str_eq(mpe_policy_text(after, MPE_TEXT_APP), "live");
    ck_assert_ptr_eq(mpe_policy_of(&after->limits), after);
    mpe_channel_release_policy(channel, before);
    mpe_channel_release_policy(channel, after);
    mpe_channel_free(channel);
}
END_TEST

static enum mpe_match match(mpe_channel *channel, const char *peer_text)
{
    const struct mpe_peer peer = mpe_peer_parse(peer_text);

    return mpe_channel_match_peer(channel, &peer);
}

START_TEST(entries_of_the_allow_list_can_be_removed)
{
    mpe_channel *channel = new_channel(MPE_ENCODING);

    ck_assert_int_eq(mpe_channel_allow(channel, "10.0.0.1/22"), MPE_OK);
    ck_assert_int_eq(mpe_channel_allow(channel, "192.0.2.1"), MPE_OK);
    ck_assert_int_eq(mpe_channel_disallow(channel, "10.0.0.0/23"), MPE_BAD_INDEX);
    ck_assert_int_eq(mpe_channel_disallow(channel, "10.0.0.0/99"), MPE_BAD_ADDRESS);
    ck_assert_int_eq(mpe_channel_disallow(NULL, "10.0.0.0/8"), MPE_BAD_CHANNEL);
    ck_assert_int_eq(match(channel, "10.0.3.7"), MPE_MATCH_YES);
    ck_assert_int_eq(mpe_channel_disallow(channel, "10.0.3.255(255.255.252.0)"), MPE_OK);
    ck_assert_int_eq(match(channel, "10.0.3.7"), MPE_MATCH_NO);
    ck_assert_int_eq(match(channel, "192.0.2.1"), MPE_MATCH_YES);
    ck_assert_int_eq(mpe_channel_disallow(channel, "192.0.2.1"), MPE_OK);
    ck_assert_int_eq(match(channel, "192.0.2.1"), MPE_MATCH_NO);
    ck_assert_int_eq(mpe_channel_disallow(channel, NULL), MPE_OK);
    ck_assert_int_eq(match(channel, "192.0.2.1"), MPE_MATCH_NOT_CHECKED);
    mpe_channel_free(channel);
}
END_TEST

enum { AVC = 1 << MPE_CODEC_AVC, HEVC = 1 << MPE_CODEC_HEVC, AV1 = 1 << MPE_CODEC_AV1 };

START_TEST(texts_name_codecs)
{
    static const char *const wrong[] = {"avc1 x264", "mp4a", "avc1 avc", "fmp4:", "srt:avc1", " ", "**", "avc1,,vid0"};
    struct mpe_limits limits = {0};

    ck_assert(mpe_codecs_parse(&limits, false, "hev1, av01\tfmp4:avc3"));
    ck_assert_uint_eq(limits.codecs[MPE_PROTOCOL_RTMP], HEVC | AV1);
    ck_assert_uint_eq(limits.codecs[MPE_PROTOCOL_FLV], HEVC | AV1);
    ck_assert_uint_eq(limits.codecs[MPE_PROTOCOL_FMP4], HEVC | AV1 | AVC);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        ck_assert_msg(!mpe_codecs_parse(&limits, false, wrong[i]), "%s", wrong[i]);
    ck_assert_uint_eq(limits.codecs[MPE_PROTOCOL_RTMP], HEVC | AV1);
    ck_assert(mpe_codecs_parse(&limits, true, "mp4a rtmp:Opus"));
    ck_assert_uint_eq(limits.codecs[MPE_PROTOCOL_RTMP], HEVC | AV1 | 1 << MPE_CODEC_AAC | 1 << MPE_CODEC_OPUS);
    ck_assert_uint_eq(limits.codecs[MPE_PROTOCOL_FLV], HEVC | AV1 | 1 << MPE_CODEC_AAC);
    ck_assert(mpe_codecs_parse(&limits, false, "*"));
    ck_assert_uint_eq(limits.codecs[MPE_PROTOCOL_RTMP] & (1 << MPE_CODEC_OTHER | 1 << MPE_CODEC_MP3), 0);
    ck_assert_uint_ne(limits.codecs[MPE_PROTOCOL_RTMP] & 1 << MPE_CODEC_SORENSON_H263, 0);
}
END_TEST

START_TEST(codecs_of_a_channel_are_those_of_its_kind_or_its_texts)
{
    mpe_channel *channel = new_channel(MPE_PASS_THROUGH_BASIC);
    const struct mpe_policy *policy = mpe_channel_hold_policy(channel);

    ck_assert_uint_eq(policy->limits.codecs[MPE_PROTOCOL_FMP4], AVC | HEVC | 1 << MPE_CODEC_AAC);
    ck_assert_uint_eq(policy->limits.codecs[MPE_PROTOCOL_RTMP], AVC | 1 << MPE_CODEC_AAC);
    mpe_channel_release_policy(channel, policy);
    ck_assert_int_eq(mpe_channel_set_text(channel, MPE_TEXT_VIDEO_CODECS, "av01"), MPE_OK);
    ck_assert_int_eq(mpe_channel_set_text(channel, MPE_TEXT_VIDEO_CODECS, "av02"), MPE_BAD_TEXT);
    policy = mpe_channel_hold_policy(channel);
    ck_assert_uint_eq(policy->limits.codecs[MPE_PROTOCOL_RTMP], AV1 | 1 << MPE_CODEC_AAC);
    ck_assert_str_eq(mpe_policy_text(policy, MPE_TEXT_VIDEO_CODECS), "av01");
    mpe_channel_release_policy(channel, policy);
    ck_assert_int_eq(mpe_channel_set_text(channel, MPE_TEXT_VIDEO_CODECS, NULL), MPE_OK);
    policy = mpe_channel_hold_policy(channel);
    ck_assert_uint_eq(policy->limits.codecs[MPE_PROTOCOL_RTMP], AVC | 1 << MPE_CODEC_AAC);
    mpe_channel_release_policy(channel, policy);
    mpe_channel_free(channel);
}
END_TEST

static mpe_status set_bitrates(mpe_channel *channel, const char *text)
{
    return mpe_channel_set_text(channel, MPE_TEXT_MIN_VIDEO_BITRATES, text);
}

START_TEST(texts_name_the_lowest_bitrates)
{
    static const char *const wrong[] = {"x",
                                        "1080p",
                                        "1080p60",
                                        "p:1",
                                        "0p:1",
                                        "1080p0:1",
                                        "70000p:1",
                                        "1080p60:",
                                        "1080p60:0",
                                        "1080p60:4M",
                                        "720p:1 x",
                                        "720p1001:1",
                                        "720p:1000000000001",
                                        "99999999999999999999999p:1"};
    static const char most[] = "1p:1 2p:1 3p:1 4p:1 5p:1 6p:1 7p:1 8p:1 9p:1 1p:1 2p:1 3p:1 4p:1 5p:1 6p:1 7p:1 8p:1";
    mpe_channel *channel = new_channel(MPE_OPEN);

    ck_assert_int_eq(set_bitrates(channel, " 1080p60:4000000,\t720p:2000000 "), MPE_OK);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        ck_assert_msg(set_bitrates(channel, wrong[i]) == MPE_BAD_TEXT, "%s", wrong[i]);
    ck_assert_int_eq(set_bitrates(channel, most), MPE_BAD_TEXT);
    const struct mpe_policy *policy = mpe_channel_hold_policy(channel);
    const struct mpe_least_bitrate *const rows = policy->limits.least_bitrates;
    ck_assert_uint_eq(rows[0].lines, 1080);
    ck_assert_uint_eq(rows[0].fps, 60);
    ck_assert_int_eq(rows[0].bps, 4000000);
    ck_assert_uint_eq(rows[1].lines, 720);
    ck_assert_uint_eq(rows[1].fps, 0);
    ck_assert_int_eq(rows[2].bps, 0);
    mpe_channel_release_policy(channel, policy);
    ck_assert_int_eq(set_bitrates(channel, most + 5), MPE_OK);
    ck_assert_int_eq(set_bitrates(channel, NULL), MPE_OK);
    policy = mpe_channel_hold_policy(channel);
    ck_assert_int_eq(policy->limits.least_bitrates[0].bps, 0);
    mpe_channel_release_policy(channel, policy);
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
    ck_assert_int_eq(mpe_channel_set_action(channel, MPE_CAPACITY_LIMIT_REACHED, MPE_ACTION_REFUSE), MPE_OK);
    ck_assert_int_eq(action_of(channel, MPE_CAPACITY_LIMIT_REACHED), MPE_ACTION_REFUSE);
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
    tcase_add_test(tests, limits_and_texts_change_at_any_time);
    tcase_add_test(tests, entries_of_the_allow_list_can_be_removed);
    tcase_add_test(tests, texts_name_codecs);
    tcase_add_test(tests, codecs_of_a_channel_are_those_of_its_kind_or_its_texts);
    tcase_add_test(tests, texts_name_the_lowest_bitrates);
    suite_add_tcase(suite, tests);
    return suite;
}
