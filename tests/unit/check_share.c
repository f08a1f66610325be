/* One channel on several edges: what they share, and what each makes of it. */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "channel/channel.h"
#include "channel/compare.h"
#include "mpe.h"
#include "share.h"

Suite *mpe_suite(void);

enum { SECOND_US = 1000000, LEASE_US = 10 * SECOND_US, EDGES = 3 };

/* The fleet's clock is this far ahead of the caller's. */
static const int64_t FLEET_US = INT64_C(1700000000000000);

static const uint8_t key[MPE_FLEET_KEY_BYTES] = "0123456789abcdef0123456789abcde";
static mpe_channel *channels[EDGES];
static struct mpe_part parts[EDGES][3];
static struct mpe_totals totals;
static uint8_t bytes[MPE_SHARE_MAX_BYTES];
static size_t len;

static void begin_fleet(int32_t kind)
{
    memset(parts, 0, sizeof(parts));
    for (uint64_t i = 0; i < EDGES; i++) {
        ck_assert_int_eq(mpe_channel_new(&channels[i], kind, NULL), MPE_OK);
        ck_assert_int_eq(mpe_channel_fleet(channels[i], key, sizeof(key), "studio", i + 1), MPE_OK);
    }
}

static void end_fleet(void)
{
    for (int i = 0; i < EDGES; i++) {
        for (int k = 0; k < 3; k++)
            mpe_channel_part_leave(channels[i], &parts[i][k]);
        mpe_channel_free(channels[i]);
    }
}

static void share_at(int edge, int64_t now_us)
{
    ck_assert_int_eq(mpe_channel_share(channels[edge], now_us, FLEET_US + now_us, bytes, sizeof(bytes), &len), MPE_OK);
}

static mpe_status take_at(int edge, int64_t now_us)
{
    return mpe_channel_remote(channels[edge], bytes, len, FLEET_US + now_us, LEASE_US, now_us);
}

/* One edge tells one other. */
static void tell(int from, int to, int64_t now_us)
{
    share_at(from, now_us);
    ck_assert_int_eq(take_at(to, now_us), MPE_OK);
}

static bool hold(int edge, int part, int32_t width_px, int64_t now_us)
{
    struct mpe_quality_key quality;
    bool is_new;
    memset(&quality, 0, sizeof(quality));
    quality.media = MPE_MEDIA_VIDEO;
    quality.width_px = width_px;
    ck_assert(mpe_channel_hold(channels[edge], &parts[edge][part], 0, &quality, now_us, &is_new, &totals));
    return is_new;
}

static void rate(int edge, int part, int64_t bps, int64_t now_us)
{
    const struct mpe_entry rates = {.measured_bps = bps, .declared_bps = bps / 2};
    ck_assert(mpe_channel_rates(channels[edge], &parts[edge][part], 0, &rates, now_us, &totals));
}

static void name(int edge, int part, const char *text)
{
    ck_assert(
        mpe_channel_name(channels[edge], &parts[edge][part], (struct mpe_span){(const uint8_t *)text, strlen(text)}));
}

static unsigned signals(int edge, int part)
{
    return mpe_part_signals(&parts[edge][part]);
}

static mpe_channel_sums sums(int edge)
{
    mpe_channel_sums sums = {.struct_size = sizeof(sums)};
    ck_assert_int_eq(mpe_channel_totals(channels[edge], &sums), MPE_OK);
    return sums;
}

START_TEST(sums_are_those_of_all_edges)
{
    begin_fleet(MPE_PASS_THROUGH_STANDARD);
    hold(0, 0, 1280, 0);
    rate(0, 0, 3000000, 0);
    hold(1, 0, 640, 0);
    rate(1, 0, 1000000, 0);
    tell(0, 1, 0);
    tell(1, 0, 0);
    for (int edge = 0; edge < 2; edge++) {
        ck_assert_int_eq(sums(edge).video_qualities, 2);
        ck_assert_int_eq(sums(edge).measured_bps, 4000000);
        ck_assert_int_eq(sums(edge).declared_bps, 2000000);
        ck_assert_int_eq(sums(edge).edges, 1);
        ck_assert_int_eq(sums(edge).active_sessions, 1);
        ck_assert_int_eq(sums(edge).remote_sessions, 1);
        ck_assert_int_eq(sums(edge).oldest_us, 0);
    }
    ck_assert_int_eq(sums(0).remote_measured_bps, 1000000);
    ck_assert_int_eq(sums(1).remote_measured_bps, 3000000);
    /* what changes there changes here; what is gone there is gone here */
    rate(0, 0, 5000000, SECOND_US);
    tell(0, 1, SECOND_US);
    ck_assert_int_eq(sums(1).measured_bps, 6000000);
    mpe_channel_part_leave(channels[0], &parts[0][0]);
    tell(0, 1, 2 * SECOND_US);
    ck_assert_int_eq(sums(1).measured_bps, 1000000);
    ck_assert_int_eq(sums(1).video_qualities, 1);
    ck_assert_int_eq(sums(1).edges, 1);
    ck_assert_int_eq(mpe_channel_remote_gone(channels[1], 1, 2 * SECOND_US), MPE_OK);
    ck_assert_int_eq(mpe_channel_remote_gone(channels[1], 1, 2 * SECOND_US), MPE_BAD_INDEX);
    ck_assert_int_eq(sums(1).edges, 0);
    end_fleet();
}
END_TEST

START_TEST(a_lease_ends_at_its_time)
{
    begin_fleet(MPE_ENCODING);
    hold(0, 0, 1280, 0);
    tell(0, 1, 0);
    ck_assert_uint_ne(mpe_channel_share_revision(channels[1], LEASE_US - 1), 0);
    ck_assert_int_eq(sums(1).video_qualities, 1);
    mpe_channel_share_revision(channels[1], LEASE_US);
    ck_assert_int_eq(sums(1).video_qualities, 0);
    ck_assert_int_eq(sums(1).edges, 0);
    /* the same share again, late: it is over */
    ck_assert_int_eq(take_at(1, LEASE_US), MPE_STALE);
    end_fleet();
}
END_TEST

START_TEST(the_quality_too_many_is_refused_where_it_comes)
{
    begin_fleet(MPE_ENCODING);
    hold(0, 0, 1280, 0);
    tell(0, 1, 0);
    ck_assert(hold(1, 0, 640, SECOND_US));
    ck_assert_int_eq(totals.video_qualities, 2);
    ck_assert_int_eq(totals.remote.video_qualities, 1);
    end_fleet();
}
END_TEST

/* Which of two edges' first sessions are to go. */
static int contested(int64_t now_us)
{
    int found = 0;
    for (int edge = 0; edge < 2; edge++) {
        const bool is_contested = (signals(edge, 0) & MPE_PART_CONTESTED) != 0;
        const uint8_t media = mpe_channel_pass_time(channels[edge], &parts[edge][0], now_us, &totals);
        ck_assert_int_eq(media, is_contested ? MPE_MEDIA_VIDEO : MPE_MEDIA_NONE);
        found |= is_contested << edge;
    }
    return found;
}

START_TEST(of_two_that_pass_together_one_goes)
{
    static uint8_t other[MPE_SHARE_MAX_BYTES];
    size_t other_len;
    begin_fleet(MPE_ENCODING);
    hold(0, 0, 1280, 0);
    hold(1, 0, 640, 0);
    /* at the same moment, by a clock that says so, too */
    share_at(0, 0);
    ck_assert_int_eq(mpe_channel_share(channels[1], 0, FLEET_US, other, sizeof(other), &other_len), MPE_OK);
    ck_assert_int_eq(take_at(1, 0), MPE_OK);
    ck_assert_int_eq(mpe_channel_remote(channels[0], other, other_len, FLEET_US, LEASE_US, 0), MPE_OK);
    ck_assert_int_eq(contested(0), 2);
    end_fleet();
    /* the second's clock is 3 s behind, and it has not shared yet */
    begin_fleet(MPE_ENCODING);
    hold(0, 0, 1280, 0);
    hold(1, 0, 640, 0);
    tell(0, 1, 0);
    ck_assert_int_eq(mpe_channel_share(channels[1], 0, FLEET_US - 3 * SECOND_US, bytes, sizeof(bytes), &len), MPE_OK);
    ck_assert_int_eq(take_at(0, 0), MPE_OK);
    ck_assert_int_eq(contested(0), 2);
    end_fleet();
}
END_TEST

START_TEST(of_a_sum_too_high_the_one_that_came_last_goes)
{
    begin_fleet(MPE_ENCODING);
    hold(0, 0, 1280, 0);
    rate(0, 0, 11000000, 0);
    tell(0, 1, 0);
    hold(1, 0, 1280, 0);
    rate(1, 0, 11000000, 0);
    ck_assert_uint_eq(signals(1, 0) & MPE_PART_LAST, MPE_PART_LAST);
    tell(1, 0, 0);
    ck_assert_uint_eq(signals(0, 0) & MPE_PART_LAST, 0);
    ck_assert_int_eq(mpe_channel_due_us(channels[0], &parts[0][0]), INT64_MAX);
    mpe_channel_pass_time(channels[1], &parts[1][0], SECOND_US, &totals);
    ck_assert(totals.came_last);
    ck_assert_int_eq(totals.measured_bps, 22000000);
    ck_assert_int_eq(totals.remote.measured_bps, 11000000);
    /* it goes, and the sum is well again */
    mpe_channel_part_leave(channels[1], &parts[1][0]);
    tell(1, 0, SECOND_US);
    ck_assert_int_eq(sums(0).measured_bps, 11000000);
    end_fleet();
}
END_TEST

START_TEST(redundant_pushes_count_once)
{
    begin_fleet(MPE_PASS_THROUGH_STANDARD);
    name(0, 0, "cam?key=1");
    name(1, 0, "cam?key=2");
    hold(0, 0, 1280, 0);
    hold(1, 0, 1280, 0);
    rate(0, 0, 3000, 0);
    rate(1, 0, 1000, 0);
    tell(0, 1, 0);
    tell(1, 0, 0);
    ck_assert_int_eq(sums(0).measured_bps, 3000);
    ck_assert_int_eq(sums(1).measured_bps, 3000);
    ck_assert_int_eq(sums(0).video_qualities, 1);
    ck_assert_int_eq(mpe_channel_set(channels[0], MPE_PARAM_SUM_REDUNDANT, 1), MPE_OK);
    ck_assert_int_eq(sums(0).measured_bps, 4000);
    end_fleet();
}
END_TEST

START_TEST(a_silent_session_is_taken_over_from_another_edge)
{
    begin_fleet(MPE_ENCODING);
    name(0, 0, "cam");
    name(1, 0, "cam");
    hold(0, 0, 1280, 0);
    tell(0, 1, 0);
    /* 0.3 s after it was heard last: it is to be seen */
    ck_assert(!hold(1, 0, 640, 300000));
    ck_assert_uint_eq(signals(1, 0), MPE_PART_CONTESTED);
    ck_assert_int_eq(mpe_channel_pass_time(channels[1], &parts[1][0], 900000, &totals), MPE_MEDIA_NONE);
    ck_assert_uint_eq(signals(1, 0), MPE_PART_CONTESTED);
    /* its edge sees the second of silence, and says so */
    const uint64_t before = mpe_channel_share_revision(channels[0], SECOND_US - 100000);
    ck_assert_uint_ne(mpe_channel_share_revision(channels[0], SECOND_US), before);
    tell(0, 1, SECOND_US);
    mpe_part_hear(&parts[1][0], SECOND_US);
    ck_assert_int_eq(mpe_channel_pass_time(channels[1], &parts[1][0], SECOND_US, &totals), MPE_MEDIA_NONE);
    ck_assert_uint_eq(signals(1, 0), 0);
    ck_assert_int_eq(totals.video_qualities, 1);
    /* and again, still silent: it stays out */
    tell(0, 1, SECOND_US + 500000);
    ck_assert_int_eq(sums(1).video_qualities, 1);
    /* there it is out as soon as the new one is known, so that it comes back as one that comes */
    tell(1, 0, SECOND_US + 500000);
    ck_assert_uint_eq(signals(0, 0), MPE_PART_OUT);
    ck_assert_int_eq(sums(0).video_qualities, 1);
    end_fleet();
}
END_TEST

START_TEST(a_session_that_is_heard_is_not_taken_over)
{
    begin_fleet(MPE_ENCODING);
    name(0, 0, "cam");
    name(1, 0, "cam");
    hold(0, 0, 1280, 0);
    tell(0, 1, 0);
    /* no news for two seconds is no silence */
    ck_assert(!hold(1, 0, 640, 2 * SECOND_US));
    ck_assert_uint_eq(signals(1, 0), MPE_PART_CONTESTED);
    const uint64_t before = mpe_channel_share_revision(channels[0], 2 * SECOND_US);
    mpe_part_hear(&parts[0][0], 2 * SECOND_US + 1);
    tell(1, 0, 2 * SECOND_US + 1);
    ck_assert_uint_ne(mpe_channel_share_revision(channels[0], 2 * SECOND_US + 1), before);
    tell(0, 1, 2 * SECOND_US + 2);
    ck_assert_int_eq(mpe_channel_pass_time(channels[1], &parts[1][0], 2 * SECOND_US + 2, &totals), MPE_MEDIA_VIDEO);
    end_fleet();
}
END_TEST

START_TEST(session_ids_are_unique_in_the_fleet)
{
    bool is_taken;
    begin_fleet(MPE_ENCODING);
    ck_assert(mpe_channel_join(channels[0], "one", &is_taken));
    mpe_channel_own(channels[0], "one", &parts[0][0]);
    ck_assert(mpe_channel_join(channels[1], "one", &is_taken));
    mpe_channel_own(channels[1], "one", &parts[1][0]);
    tell(0, 1, 0);
    tell(1, 0, 0);
    ck_assert_uint_eq(signals(0, 0), 0);
    ck_assert_uint_eq(signals(1, 0), MPE_PART_DUPLICATE);
    tell(0, 2, 1);
    ck_assert(!mpe_channel_join(channels[2], "one", &is_taken));
    ck_assert(is_taken);
    ck_assert(mpe_channel_join(channels[2], "two", &is_taken));
    mpe_channel_leave(channels[0], "one");
    tell(0, 2, 2);
    ck_assert(mpe_channel_join(channels[2], "one", &is_taken));
    mpe_channel_leave(channels[1], "one");
    mpe_channel_leave(channels[2], "one");
    mpe_channel_leave(channels[2], "two");
    end_fleet();
}
END_TEST

START_TEST(what_is_not_authentic_is_refused_whole)
{
    begin_fleet(MPE_ENCODING);
    hold(0, 0, 1280, 0);
    name(0, 0, "cam");
    share_at(0, 0);
    for (size_t i = 0; i < len; i++) {
        for (unsigned bit = 1; bit < 256; bit <<= 1) {
            bytes[i] ^= (uint8_t)bit;
            ck_assert_int_eq(take_at(1, 0), MPE_BAD_SHARE);
            bytes[i] ^= (uint8_t)bit;
        }
    }
    for (size_t cut = 0; cut < len; cut++)
        ck_assert_int_eq(mpe_channel_remote(channels[1], bytes, cut, FLEET_US, LEASE_US, 0), MPE_BAD_SHARE);
    ck_assert_int_eq(mpe_channel_remote(channels[1], bytes, len + 1, FLEET_US, LEASE_US, 0), MPE_BAD_SHARE);
    ck_assert_int_eq(sums(1).edges, 0);
    ck_assert_int_eq(take_at(1, 0), MPE_OK);
    ck_assert_int_eq(take_at(1, 0), MPE_STALE);
    ck_assert_int_eq(take_at(0, 0), MPE_BAD_EDGE);
    end_fleet();
}
END_TEST

START_TEST(a_share_of_another_channel_or_fleet_is_none)
{
    static const uint8_t other_key[MPE_FLEET_KEY_BYTES] = "another";
    mpe_channel *other;
    begin_fleet(MPE_ENCODING);
    share_at(0, 0);
    ck_assert_int_eq(mpe_channel_new(&other, MPE_ENCODING, NULL), MPE_OK);
    ck_assert_int_eq(mpe_channel_fleet(other, key, sizeof(key), "studio-b", 9), MPE_OK);
    ck_assert_int_eq(mpe_channel_remote(other, bytes, len, FLEET_US, LEASE_US, 0), MPE_BAD_SHARE);
    mpe_channel_free(other);
    ck_assert_int_eq(mpe_channel_new(&other, MPE_ENCODING, NULL), MPE_OK);
    ck_assert_int_eq(mpe_channel_fleet(other, other_key, sizeof(other_key), "studio", 9), MPE_OK);
    ck_assert_int_eq(mpe_channel_remote(other, bytes, len, FLEET_US, LEASE_US, 0), MPE_BAD_SHARE);
    mpe_channel_free(other);
    end_fleet();
}
END_TEST

START_TEST(an_old_share_of_an_edge_is_no_news)
{
    static uint8_t old[MPE_SHARE_MAX_BYTES];
    begin_fleet(MPE_ENCODING);
    share_at(0, 0);
    const size_t old_len = len;
    memcpy(old, bytes, len);
    hold(0, 0, 1280, 0);
    tell(0, 1, 0);
    ck_assert_int_eq(mpe_channel_remote(channels[1], old, old_len, FLEET_US, LEASE_US, 0), MPE_STALE);
    ck_assert_int_eq(sums(1).video_qualities, 1);
    end_fleet();
}
END_TEST

START_TEST(a_change_that_matters_is_another_revision)
{
    begin_fleet(MPE_ENCODING);
    uint64_t before = mpe_channel_share_revision(channels[0], 0);
    ck_assert_uint_eq(mpe_channel_share_revision(channels[0], 0), before);
    hold(0, 0, 1280, 0);
    ck_assert_uint_ne(mpe_channel_share_revision(channels[0], 0), before);
    rate(0, 0, 1000000, 0);
    share_at(0, 0);
    before = mpe_channel_share_revision(channels[0], 0);
    rate(0, 0, 1300000, 0);
    ck_assert_uint_eq(mpe_channel_share_revision(channels[0], 0), before);
    rate(0, 0, 1320000, 0);
    ck_assert_uint_ne(mpe_channel_share_revision(channels[0], 0), before);
    end_fleet();
}
END_TEST

START_TEST(more_sessions_than_fit_add_up_all_the_same)
{
    enum { MANY = MPE_SHARE_MAX_SESSIONS + 44 };
    static struct mpe_part many[MANY];
    begin_fleet(MPE_OPEN);
    for (int i = 0; i < MANY; i++) {
        const struct mpe_entry rates = {.measured_bps = 1000};
        ck_assert(mpe_channel_rates(channels[0], &many[i], 0, &rates, 0, &totals));
    }
    tell(0, 1, 0);
    ck_assert_int_eq(sums(1).measured_bps, 1000 * MANY);
    ck_assert_int_eq(sums(1).remote_sessions, MPE_SHARE_MAX_SESSIONS + 1);
    for (int i = 0; i < MANY; i++)
        mpe_channel_part_leave(channels[0], &many[i]);
    tell(0, 1, 1);
    ck_assert_int_eq(sums(1).measured_bps, 0);
    end_fleet();
}
END_TEST

START_TEST(backup_and_primary_are_compared)
{
    struct mpe_compared compared[2];
    struct mpe_compare_news news;
    struct mpe_shown shown = {.key_dts_us = {4 * SECOND_US, 2 * SECOND_US}, .width_px = 1280, .height_px = 720};
    memset(compared, 0, sizeof(compared));
    begin_fleet(MPE_ENCODING);
    name(0, 0, "cam");
    name(1, 0, "cam");
    hold(0, 0, 1280, 0);
    mpe_channel_show(channels[0], &compared[0], &parts[0][0], &shown, 0, &news);
    tell(0, 1, 0);
    hold(1, 0, 1280, 0);
    shown.height_px = 1080;
    shown.key_dts_us[1] = 2 * SECOND_US + 300000;
    mpe_channel_show(channels[1], &compared[1], &parts[1][0], &shown, 0, &news);
    ck_assert_uint_eq(news.differs, MPE_DIFFERS_SIZE);
    ck_assert(news.takes_over);
    ck_assert_int_eq(news.apart_us, 300000);
    /* the earlier one is not compared with the later one */
    tell(1, 0, 1);
    mpe_channel_show(channels[0], &compared[0], &parts[0][0], &shown, 1, &news);
    ck_assert_uint_eq(news.differs, 0);
    mpe_channel_hide(channels[0], &compared[0]);
    mpe_channel_hide(channels[1], &compared[1]);
    end_fleet();
}
END_TEST

START_TEST(edges_can_be_looked_at)
{
    mpe_edge_sums edge = {.struct_size = sizeof(edge)};
    begin_fleet(MPE_ENCODING);
    ck_assert_int_eq(mpe_channel_edge(channels[1], 0, &edge), MPE_BAD_INDEX);
    hold(0, 0, 1280, 0);
    rate(0, 0, 3000, 0);
    tell(0, 1, 5);
    ck_assert_int_eq(mpe_channel_edge(channels[1], -1, &edge), MPE_BAD_INDEX);
    ck_assert_int_eq(mpe_channel_edge(channels[1], 1, &edge), MPE_BAD_INDEX);
    ck_assert_int_eq(mpe_channel_edge(channels[1], 0, &edge), MPE_OK);
    ck_assert_uint_eq(edge.edge, 1);
    ck_assert_int_eq(edge.active_sessions, 1);
    ck_assert_int_eq(edge.video_tracks, 1);
    ck_assert_int_eq(edge.measured_bps, 3000);
    ck_assert_int_eq(edge.written_us, 5);
    ck_assert_int_eq(edge.expires_us, 5 + LEASE_US);
    edge.struct_size = 1;
    ck_assert_int_eq(mpe_channel_edge(channels[1], 0, &edge), MPE_BAD_STRUCT_SIZE);
    ck_assert_int_eq(mpe_channel_edge(channels[1], 0, NULL), MPE_BAD_OUTPUT);
    ck_assert_int_eq(mpe_channel_edge(NULL, 0, &edge), MPE_BAD_CHANNEL);
    end_fleet();
}
END_TEST

START_TEST(wrong_arguments_are_said)
{
    mpe_channel *alone;
    mpe_session *session;
    ck_assert_int_eq(mpe_channel_new(&alone, MPE_ENCODING, NULL), MPE_OK);
    ck_assert_int_eq(mpe_channel_fleet(NULL, key, sizeof(key), "a", 1), MPE_BAD_CHANNEL);
    ck_assert_int_eq(mpe_channel_fleet(alone, NULL, sizeof(key), "a", 1), MPE_BAD_KEY);
    ck_assert_int_eq(mpe_channel_fleet(alone, key, 31, "a", 1), MPE_BAD_KEY);
    ck_assert_int_eq(mpe_channel_fleet(alone, key, sizeof(key), "", 1), MPE_BAD_TEXT);
    ck_assert_int_eq(mpe_channel_fleet(alone, key, sizeof(key), NULL, 1), MPE_BAD_TEXT);
    ck_assert_int_eq(mpe_channel_fleet(alone, key, sizeof(key), "a", 0), MPE_BAD_EDGE);
    ck_assert_int_eq(mpe_channel_share(alone, 0, 0, bytes, sizeof(bytes), &len), MPE_BAD_STATE);
    ck_assert_int_eq(mpe_channel_remote(alone, bytes, 1, 0, LEASE_US, 0), MPE_BAD_STATE);
    ck_assert_int_eq(mpe_channel_remote_gone(alone, 1, 0), MPE_BAD_STATE);
    ck_assert_uint_eq(mpe_channel_share_revision(alone, 0), 0);
    ck_assert_uint_eq(mpe_channel_share_revision(NULL, 0), 0);
    ck_assert_int_eq(mpe_channel_share(NULL, 0, 0, bytes, sizeof(bytes), &len), MPE_BAD_CHANNEL);
    ck_assert_int_eq(mpe_channel_share(alone, 0, 0, bytes, sizeof(bytes), NULL), MPE_BAD_OUTPUT);
    ck_assert_int_eq(mpe_channel_share(alone, 0, 0, NULL, 1, &len), MPE_BAD_OUTPUT);
    ck_assert_int_eq(mpe_channel_remote(NULL, bytes, 1, 0, LEASE_US, 0), MPE_BAD_CHANNEL);
    ck_assert_int_eq(mpe_channel_remote(alone, NULL, 1, 0, LEASE_US, 0), MPE_BAD_DATA);
    ck_assert_int_eq(mpe_channel_remote(alone, bytes, 1, 0, 0, 0), MPE_BAD_VALUE);
    ck_assert_int_eq(mpe_channel_remote_gone(NULL, 1, 0), MPE_BAD_CHANNEL);
    ck_assert_int_eq(mpe_session_new(&session, alone, MPE_PROTOCOL_FLV, NULL, NULL, 0), MPE_OK);
    mpe_session_free(session);
    ck_assert_int_eq(mpe_channel_fleet(alone, key, sizeof(key), "a", 1), MPE_BAD_STATE);
    mpe_channel_free(alone);
}
END_TEST

START_TEST(what_does_not_fit_is_not_written)
{
    size_t needed = 0;
    begin_fleet(MPE_ENCODING);
    hold(0, 0, 1280, 0);
    ck_assert_int_eq(mpe_channel_share(channels[0], 0, FLEET_US, NULL, 0, &needed), MPE_BUFFER_TOO_SMALL);
    ck_assert_int_eq(mpe_channel_share(channels[0], 0, FLEET_US, bytes, needed - 1, &len), MPE_BUFFER_TOO_SMALL);
    ck_assert_int_eq(mpe_channel_share(channels[0], 0, FLEET_US, bytes, needed, &len), MPE_OK);
    ck_assert_uint_eq(len, needed);
    ck_assert_int_eq(take_at(1, 0), MPE_OK);
    end_fleet();
}
END_TEST

/* ---- threads ---- */

/* A session of an edge comes, is heard, and goes, over and over. */
static void *push(void *of)
{
    const int edge = of == channels[0] ? 0 : 1;
    for (int64_t i = 0; i < 300; i++) {
        struct mpe_totals seen;
        struct mpe_quality_key quality;
        const struct mpe_entry rates = {.measured_bps = 100000 * (i % 200)};
        bool is_new;
        memset(&quality, 0, sizeof(quality));
        quality.media = MPE_MEDIA_VIDEO;
        quality.width_px = (int32_t)(i % 3);
        mpe_channel_name(channels[edge], &parts[edge][0], (struct mpe_span){(const uint8_t *)"cam", 3});
        mpe_channel_hold(channels[edge], &parts[edge][0], 0, &quality, i, &is_new, &seen);
        mpe_part_hear(&parts[edge][0], i);
        mpe_channel_rates(channels[edge], &parts[edge][0], 0, &rates, i, &seen);
        if (mpe_part_signals(&parts[edge][0]) != 0)
            mpe_channel_pass_time(channels[edge], &parts[edge][0], i, &seen);
        if (i % 7 == 0)
            mpe_channel_part_leave(channels[edge], &parts[edge][0]);
    }
    return NULL;
}

START_TEST(sessions_and_shares_on_threads_of_their_own)
{
    pthread_t threads[2];
    begin_fleet(MPE_ENCODING);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, push, channels[i]), 0);
    for (int64_t i = 0; i < 300; i++) {
        tell(0, 1, i);
        tell(1, 0, i);
        mpe_channel_share_revision(channels[0], i);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    end_fleet();
}
END_TEST

/* ---- no memory ---- */

static int64_t allocations_left;
static int64_t blocks;

static void *allocate(void *user, size_t size)
{
    (void)user;
    if (allocations_left-- <= 0)
        return NULL;
    blocks++;
    return malloc(size);
}

static void release(void *user, void *block)
{
    (void)user;
    blocks -= block != NULL;
    free(block);
}

/* Another edge tells of 3 sessions, and then of 2, with every allocation failing in turn. */
static mpe_status take_without(int64_t allocations, uint8_t shares[2][4096], const size_t lens[2])
{
    const mpe_allocator allocator = {.struct_size = sizeof(allocator), .allocate = allocate, .release = release};
    mpe_channel *channel;
    mpe_status status;
    allocations_left = INT64_MAX;
    ck_assert_int_eq(mpe_channel_new(&channel, MPE_ENCODING, &allocator), MPE_OK);
    allocations_left = allocations;
    status = mpe_channel_fleet(channel, key, sizeof(key), "studio", 7);
    for (int i = 0; i < 2 && status == MPE_OK; i++) {
        mpe_channel_sums sums = {.struct_size = sizeof(sums)};
        status = mpe_channel_remote(channel, shares[i], lens[i], FLEET_US, LEASE_US, 0);
        mpe_channel_totals(channel, &sums);
        ck_assert_int_eq(sums.edges, status == MPE_OK ? 1 : 0);
        ck_assert_int_eq(sums.measured_bps, status == MPE_OK ? sums.remote_measured_bps : 0);
    }
    mpe_channel_free(channel);
    ck_assert_int_eq(blocks, 0);
    return status;
}

START_TEST(without_memory_an_edge_counts_for_nothing)
{
    static uint8_t shares[2][4096];
    size_t lens[2];
    bool is_taken;
    int64_t allocations = 0;
    begin_fleet(MPE_ENCODING);
    ck_assert(mpe_channel_join(channels[0], "one", &is_taken));
    for (int i = 0; i < 3; i++) {
        name(0, i, i == 0 ? "a" : "b");
        hold(0, i, 1280 + i, 0);
        rate(0, i, 1000, 0);
    }
    ck_assert_int_eq(mpe_channel_share(channels[0], 0, FLEET_US, shares[0], 4096, &lens[0]), MPE_OK);
    mpe_channel_leave(channels[0], "one");
    mpe_channel_part_leave(channels[0], &parts[0][1]);
    hold(0, 2, 640, 0);
    ck_assert_int_eq(mpe_channel_share(channels[0], 0, FLEET_US, shares[1], 4096, &lens[1]), MPE_OK);
    end_fleet();
    while (take_without(allocations, shares, lens) == MPE_NO_MEMORY)
        allocations++;
    ck_assert_int_gt(allocations, 10);
    ck_assert_int_eq(take_without(allocations, shares, lens), MPE_OK);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *suite = suite_create("share");
    TCase *tcase = tcase_create("share");
    tcase_add_test(tcase, sums_are_those_of_all_edges);
    tcase_add_test(tcase, a_lease_ends_at_its_time);
    tcase_add_test(tcase, the_quality_too_many_is_refused_where_it_comes);
    tcase_add_test(tcase, of_two_that_pass_together_one_goes);
    tcase_add_test(tcase, of_a_sum_too_high_the_one_that_came_last_goes);
    tcase_add_test(tcase, redundant_pushes_count_once);
    tcase_add_test(tcase, a_silent_session_is_taken_over_from_another_edge);
    tcase_add_test(tcase, a_session_that_is_heard_is_not_taken_over);
    tcase_add_test(tcase, session_ids_are_unique_in_the_fleet);
    tcase_add_test(tcase, what_is_not_authentic_is_refused_whole);
    tcase_add_test(tcase, a_share_of_another_channel_or_fleet_is_none);
    tcase_add_test(tcase, an_old_share_of_an_edge_is_no_news);
    tcase_add_test(tcase, a_change_that_matters_is_another_revision);
    tcase_add_test(tcase, more_sessions_than_fit_add_up_all_the_same);
    tcase_add_test(tcase, backup_and_primary_are_compared);
    tcase_add_test(tcase, edges_can_be_looked_at);
    tcase_add_test(tcase, wrong_arguments_are_said);
    tcase_add_test(tcase, what_does_not_fit_is_not_written);
    tcase_add_test(tcase, sessions_and_shares_on_threads_of_their_own);
    tcase_add_test(tcase, without_memory_an_edge_counts_for_nothing);
    suite_add_tcase(suite, tcase);
    return suite;
}
