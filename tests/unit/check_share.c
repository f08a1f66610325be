/* One channel on several edges: what they share, and what each makes of it. */
#include <check.h>
#include <string.h>

#include "fleet_edges.h"

Suite *mpe_suite(void);

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

START_TEST(a_session_that_was_silent_comes_back_as_the_last_one)
{
    begin_fleet(MPE_ENCODING);
    hold(0, 0, 1280, 0);
    tell(0, 1, 0);
    hold(1, 0, 1280, 0);
    rate(1, 0, 11000000, 0);
    tell(1, 0, 0);
    mpe_channel_part_out(channels[0], &parts[0][0]);
    hold(0, 0, 1280, SECOND_US);
    rate(0, 0, 11000000, SECOND_US);
    ck_assert_uint_eq(signals(0, 0) & MPE_PART_LAST, MPE_PART_LAST);
    tell(0, 1, SECOND_US);
    ck_assert_uint_eq(signals(1, 0) & MPE_PART_LAST, 0);
    end_fleet();
}
END_TEST

START_TEST(an_earlier_session_that_is_heard_of_late_stays_the_earlier_one)
{
    static uint8_t other[MPE_SHARE_MAX_BYTES];
    struct mpe_compared compared[2];
    struct mpe_compare_news news;
    struct mpe_shown shown = {.width_px = 1280};
    size_t other_len;
    memset(compared, 0, sizeof(compared));
    begin_fleet(MPE_ENCODING);
    name(0, 0, "cam");
    name(1, 0, "cam");
    hold(0, 0, 1280, 0);
    rate(0, 0, 11000000, 0);
    mpe_channel_show(channels[0], &compared[0], &parts[0][0], &shown, 0, &news);
    share_at(0, 0);
    hold(1, 0, 1280, 1);
    rate(1, 0, 22000000, 1);
    shown.width_px = 1920;
    mpe_channel_show(channels[1], &compared[1], &parts[1][0], &shown, 1, &news);
    ck_assert_int_eq(mpe_channel_share(channels[1], 1, FLEET_US + 1, other, sizeof(other), &other_len), MPE_OK);
    ck_assert_int_eq(take_at(1, 2), MPE_OK);
    /* the sum is the larger one of two redundant pushes, and the one that came last makes it too high */
    ck_assert_int_eq(sums(1).measured_bps, 22000000);
    ck_assert_uint_eq(signals(1, 0) & MPE_PART_LAST, MPE_PART_LAST);
    rate(1, 0, 5000000, 2);
    ck_assert_uint_eq(signals(1, 0) & MPE_PART_LAST, 0);
    ck_assert_int_eq(mpe_channel_set(channels[1], MPE_PARAM_SUM_REDUNDANT, 1), MPE_OK);
    rate(1, 0, 11000000, 2);
    ck_assert_uint_eq(signals(1, 0) & MPE_PART_LAST, MPE_PART_LAST);
    /* of two equal pushes the second adds nothing */
    ck_assert_int_eq(mpe_channel_set(channels[1], MPE_PARAM_SUM_REDUNDANT, 0), MPE_OK);
    ck_assert_int_eq(mpe_channel_set(channels[1], MPE_PARAM_MAX_BITRATE_BPS, 5000000), MPE_OK);
    ck_assert_uint_eq(signals(1, 0) & MPE_PART_LAST, 0);
    mpe_channel_show(channels[1], &compared[1], &parts[1][0], &shown, 2, &news);
    ck_assert_uint_eq(news.differs, MPE_DIFFERS_SIZE);
    mpe_channel_hide(channels[0], &compared[0]);
    mpe_channel_hide(channels[1], &compared[1]);
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
    ck_assert(!hold(0, 0, 1280, SECOND_US + 600000));
    ck_assert_uint_eq(signals(0, 0), MPE_PART_CONTESTED);
    tell(0, 1, SECOND_US + 600000);
    ck_assert_uint_eq(signals(1, 0), 0);
    end_fleet();
}
END_TEST

/* Its edge died without a word. Under its stream name an encoder that comes back waits, and under another is refused.
 */
START_TEST(a_session_of_a_dead_edge_is_waited_for_until_its_lease_is_over)
{
    begin_fleet(MPE_ENCODING);
    name(0, 0, "cam");
    name(1, 0, "cam");
    name(1, 1, "other");
    hold(0, 0, 1280, 0);
    tell(0, 1, 0);
    ck_assert(!hold(1, 0, 640, 2 * SECOND_US));
    for (int64_t now_us = 2 * SECOND_US; now_us < LEASE_US; now_us += SECOND_US / 10) {
        mpe_part_hear(&parts[1][0], now_us);
        ck_assert_int_eq(mpe_channel_pass_time(channels[1], &parts[1][0], now_us, &totals), MPE_MEDIA_NONE);
        ck_assert_uint_eq(signals(1, 0), MPE_PART_CONTESTED);
    }
    ck_assert(hold(1, 1, 320, LEASE_US - 1));
    mpe_channel_part_leave(channels[1], &parts[1][1]);
    ck_assert_int_eq(mpe_channel_pass_time(channels[1], &parts[1][0], LEASE_US, &totals), MPE_MEDIA_NONE);
    ck_assert_uint_eq(signals(1, 0), 0);
    ck_assert_int_eq(totals.video_qualities, 1);
    end_fleet();
}
END_TEST

/* Its edge hung, and another took the place: it comes back as the last, whoever hears of the other first. */
START_TEST(a_session_of_an_edge_that_hung_comes_back_as_the_last)
{
    const int64_t back_us = LEASE_US + 4 * SECOND_US;
    for (int hears_first = 0; hears_first < 2; hears_first++) {
        begin_fleet(MPE_ENCODING);
        hold(0, 0, 1280, 0);
        tell(0, 1, 0);
        hold(1, 0, 640, LEASE_US);
        ck_assert_int_eq(totals.video_qualities, 1);
        share_at(1, LEASE_US);
        mpe_channel_part_out(channels[0], &parts[0][0]);
        if (hears_first)
            take_at(0, back_us);
        ck_assert(hold(0, 0, 1280, back_us));
        ck_assert_int_eq(totals.video_qualities, 1 + hears_first);
        tell(0, 1, back_us);
        tell(1, 0, back_us + 1);
        if (!hears_first)
            ck_assert_int_eq(mpe_channel_pass_time(channels[0], &parts[0][0], back_us + 2, &totals), MPE_MEDIA_VIDEO);
        ck_assert_int_eq(mpe_channel_pass_time(channels[1], &parts[1][0], back_us + 2, &totals), MPE_MEDIA_NONE);
        end_fleet();
    }
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

/* As many of one name as a channel has, each second, would be all against all. */
START_TEST(a_session_is_compared_with_the_first_four_of_its_name)
{
    enum { SESSIONS = 6, OTHER = 4 };
    mpe_channel *channel = NULL;
    struct mpe_part pushes[SESSIONS];
    struct mpe_compared compared[SESSIONS];
    struct mpe_compare_news news;
    struct mpe_totals sum;
    bool is_new;
    memset(pushes, 0, sizeof(pushes));
    memset(compared, 0, sizeof(compared));
    ck_assert_int_eq(mpe_channel_new(&channel, MPE_ENCODING, NULL), MPE_OK);
    for (int i = 0; i < SESSIONS; i++) {
        const struct mpe_shown shown = {.key_dts_us = {MPE_TIME_NONE, MPE_TIME_NONE},
                                        .width_px = i == OTHER ? 640 : 1280};
        const struct mpe_quality_key key = {.media = MPE_MEDIA_VIDEO, .width_px = shown.width_px};
        ck_assert(mpe_channel_name(channel, &pushes[i], (struct mpe_span){(const uint8_t *)"cam", 3}));
        ck_assert(mpe_channel_hold(channel, &pushes[i], 0, &key, 0, &is_new, &sum));
        mpe_channel_show(channel, &compared[i], &pushes[i], &shown, 0, &news);
        ck_assert_int_eq(news.takes_over, i > 0);
        ck_assert_uint_eq(news.differs, i == OTHER ? MPE_DIFFERS_SIZE : 0);
    }
    for (int i = 0; i < SESSIONS; i++) {
        mpe_channel_hide(channel, &compared[i]);
        mpe_channel_part_leave(channel, &pushes[i]);
    }
    mpe_channel_free(channel);
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

Suite *mpe_suite(void)
{
    Suite *suite = suite_create("share");
    TCase *tcase = tcase_create("share");
    tcase_add_test(tcase, sums_are_those_of_all_edges);
    tcase_add_test(tcase, a_lease_ends_at_its_time);
    tcase_add_test(tcase, the_quality_too_many_is_refused_where_it_comes);
    tcase_add_test(tcase, of_two_that_pass_together_one_goes);
    tcase_add_test(tcase, of_a_sum_too_high_the_one_that_came_last_goes);
    tcase_add_test(tcase, an_earlier_session_that_is_heard_of_late_stays_the_earlier_one);
    tcase_add_test(tcase, a_session_that_was_silent_comes_back_as_the_last_one);
    tcase_add_test(tcase, redundant_pushes_count_once);
    tcase_add_test(tcase, a_silent_session_is_taken_over_from_another_edge);
    tcase_add_test(tcase, a_session_of_a_dead_edge_is_waited_for_until_its_lease_is_over);
    tcase_add_test(tcase, a_session_of_an_edge_that_hung_comes_back_as_the_last);
    tcase_add_test(tcase, a_session_that_is_heard_is_not_taken_over);
    tcase_add_test(tcase, session_ids_are_unique_in_the_fleet);
    tcase_add_test(tcase, a_change_that_matters_is_another_revision);
    tcase_add_test(tcase, backup_and_primary_are_compared);
    tcase_add_test(tcase, a_session_is_compared_with_the_first_four_of_its_name);
    tcase_add_test(tcase, edges_can_be_looked_at);
    suite_add_tcase(suite, tcase);
    return suite;
}
