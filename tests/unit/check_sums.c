/* What a channel adds up over its sessions: qualities and rates, redundant pushes, takeovers, and who came last. */
#include <check.h>
#include <pthread.h>
#include <string.h>

#include "channel/channel.h"
#include "mpe.h"

Suite *mpe_suite(void);

enum { SECOND_US = 1000000 };

/* Sessions as the sums see them. */
static mpe_channel *sums;
static struct mpe_part a, b, c;
static struct mpe_totals totals;

static void begin_sums(int32_t kind)
{
    memset(&a, 0, sizeof(a));
    memset(&b, 0, sizeof(b));
    memset(&c, 0, sizeof(c));
    ck_assert_int_eq(mpe_channel_new(&sums, kind, NULL), MPE_OK);
}

static void end_sums(void)
{
    mpe_channel_part_leave(sums, &a);
    mpe_channel_part_leave(sums, &b);
    mpe_channel_part_leave(sums, &c);
    mpe_channel_part_leave(sums, &c);
    ck_assert_int_eq(mpe_channel_pass_time(sums, &c, 0, &totals), MPE_MEDIA_NONE);
    ck_assert_int_eq(totals.video_qualities, 0);
    ck_assert_int_eq(totals.measured_bps, 0);
    ck_assert_int_eq(totals.declared_bps, 0);
    mpe_channel_free(sums);
}

static void name(struct mpe_part *part, const char *text)
{
    ck_assert(mpe_channel_name(sums, part, (struct mpe_span){(const uint8_t *)text, strlen(text)}));
}

/* Is there one quality more? */
static bool hold_at(struct mpe_part *part, int32_t width_px, int64_t declared_bps, int64_t now_us)
{
    struct mpe_quality_key key;
    bool is_new;

    memset(&key, 0, sizeof(key));
    key.media = MPE_MEDIA_VIDEO;
    key.width_px = width_px;
    key.declared_bps = declared_bps;
    ck_assert(mpe_channel_hold(sums, part, 0, &key, now_us, &is_new, &totals));
    return is_new;
}

static bool hold(struct mpe_part *part, int32_t width_px, int64_t declared_bps)
{
    return hold_at(part, width_px, declared_bps, 0);
}

static void rate_at(struct mpe_part *part, int64_t bps, int64_t now_us)
{
    const struct mpe_entry rates = {.measured_bps = bps, .declared_bps = bps / 2};

    ck_assert(mpe_channel_rates(sums, part, 0, &rates, now_us, &totals));
}

static bool is_last(const struct mpe_part *part)
{
    return (mpe_part_signals(part) & MPE_PART_LAST) != 0;
}

START_TEST(a_redundant_push_is_one_quality)
{
    begin_sums(MPE_ENCODING);
    ck_assert(hold(&a, 1280, 3000000));
    ck_assert(!hold(&b, 1280, 3000000));
    ck_assert_int_eq(totals.video_qualities, 1);
    /* one of the two changes its mind: then there are two; the other leaves: then there is one */
    ck_assert(hold(&b, 640, 0));
    ck_assert_int_eq(totals.video_qualities, 2);
    mpe_channel_drop(sums, &a, 0);
    mpe_channel_drop(sums, &a, 7);
    ck_assert(!hold(&b, 640, 0));
    ck_assert_int_eq(totals.video_qualities, 1);
    end_sums();
}
END_TEST

START_TEST(a_redundant_push_counts_once_the_larger_one)
{
    begin_sums(MPE_PASS_THROUGH_STANDARD);
    name(&a, "cam");
    name(&b, "cam");
    name(&c, "cam");
    hold(&a, 1280, 0);
    rate_at(&a, 1000, 0);
    hold(&b, 1280, 3000000); /* what does not declare its rate may be any of the same size */
    rate_at(&b, 3000, 0);
    ck_assert_int_eq(totals.measured_bps, 3000);
    ck_assert_int_eq(totals.declared_bps, 1500);
    hold(&c, 1280, 3000000);
    rate_at(&c, 500, 0);
    ck_assert_int_eq(totals.measured_bps, 3500);
    hold(&b, 640, 3000000); /* no redundant push any more: then the third is */
    ck_assert_int_eq(totals.measured_bps, 4000);
    ck_assert_int_eq(mpe_channel_set(sums, MPE_PARAM_SUM_REDUNDANT, 1), MPE_OK);
    rate_at(&a, 1000, 0);
    ck_assert_int_eq(totals.measured_bps, 4500);
    ck_assert_int_eq(mpe_channel_set(sums, MPE_PARAM_SUM_REDUNDANT, 0), MPE_OK);
    name(&c, "other");
    rate_at(&a, 1000, 0);
    ck_assert_int_eq(totals.measured_bps, 4500);
    name(&c, "cam");
    mpe_channel_part_out(sums, &a);
    rate_at(&a, 9000, 0); /* out is out */
    ck_assert_int_eq(totals.measured_bps, 3500);
    ck_assert_uint_eq(mpe_part_signals(&a), MPE_PART_OUT);
    hold(&a, 1280, 3000000);
    rate_at(&a, 700, 0);
    ck_assert_int_eq(totals.measured_bps, 3700);
    ck_assert_uint_eq(mpe_part_signals(&a), 0);
    end_sums();
}
END_TEST

START_TEST(more_sessions_of_a_name_than_are_looked_at_add_up)
{
    static struct mpe_part many[300];

    begin_sums(MPE_PASS_THROUGH_STANDARD);
    for (int i = 0; i < 300; i++) {
        name(&many[i], "cam");
        hold(&many[i], 1280, 1000);
        rate_at(&many[i], 100, 0);
    }
    ck_assert_int_eq(totals.measured_bps, 29900);
    for (int i = 0; i < 300; i++)
        mpe_channel_part_leave(sums, &many[i * 7 % 300]);
    end_sums();
}
END_TEST

START_TEST(the_session_that_came_last_is_signalled)
{
    begin_sums(MPE_PASS_THROUGH_BASIC); /* 5 Mbit/s, and 5 % */
    hold(&a, 1280, 0);
    hold(&b, 640, 0);
    hold(&c, 320, 0);
    rate_at(&b, 2000000, 0);
    rate_at(&a, 3250000, 0);
    ck_assert(!is_last(&a) && !is_last(&b) && !is_last(&c));
    rate_at(&a, 3250001, 0);
    ck_assert(is_last(&b) && !is_last(&c)); /* c sends nothing */
    ck_assert(!totals.came_last);
    rate_at(&c, 1, 0);
    ck_assert(is_last(&c) && !is_last(&b));
    ck_assert(totals.came_last);
    mpe_channel_part_leave(sums, &c);
    ck_assert(is_last(&b));
    rate_at(&a, 1, 0);
    ck_assert(!is_last(&b));
    end_sums();
}
END_TEST

START_TEST(of_a_redundant_push_the_second_is_not_in_the_way)
{
    begin_sums(MPE_PASS_THROUGH_BASIC);
    name(&a, "cam");
    name(&c, "cam");
    hold(&a, 1280, 0);
    hold(&b, 640, 0);
    hold(&c, 1280, 0);
    rate_at(&a, 3000000, 0);
    rate_at(&c, 3000000, 0);
    rate_at(&b, 3000000, 0);
    ck_assert_int_eq(totals.measured_bps, 6000000);
    ck_assert(is_last(&b)); /* without c, which came last, the sum would be the same */
    mpe_channel_part_leave(sums, &b);
    rate_at(&a, 6000000, 0);
    ck_assert(is_last(&a));
    mpe_channel_part_leave(sums, &a);
    ck_assert(!is_last(&c));
    end_sums();
}
END_TEST

START_TEST(what_is_above_the_limit_adds_up_over_time)
{
    begin_sums(MPE_PASS_THROUGH_BASIC);
    hold(&a, 1280, 0);
    rate_at(&a, 5500000, 100 * SECOND_US); /* half a Mbit/s too much: for the window of 5 s already */
    ck_assert_int_eq(totals.excess_bits, 2500000);
    ck_assert_int_eq(mpe_channel_due_us(sums, &a), 115 * SECOND_US + 1);
    rate_at(&a, 5500000, 105 * SECOND_US);
    ck_assert_int_eq(totals.excess_bits, 5000000);
    rate_at(&a, 4500000, 107 * SECOND_US);
    ck_assert_int_eq(totals.excess_bits, 6000000);
    ck_assert_int_eq(mpe_channel_due_us(sums, &a), INT64_MAX);
    rate_at(&a, 5500000, 109 * SECOND_US);
    ck_assert_int_eq(totals.excess_bits, 5000000);
    rate_at(&a, 5200000, 108 * SECOND_US); /* another session, a moment late */
    ck_assert_int_eq(totals.excess_bits, 5000000);
    ck_assert_int_eq(mpe_channel_due_us(sums, &a), INT64_MAX); /* within the tolerance */
    rate_at(&a, 0, 119 * SECOND_US);
    ck_assert_int_eq(totals.excess_bits, 7000000);
    rate_at(&a, 0, 1000 * SECOND_US);
    ck_assert_int_eq(totals.excess_bits, 0);
    end_sums();
}
END_TEST

START_TEST(a_limit_of_a_sum_counts_at_once)
{
    begin_sums(MPE_OPEN);
    hold(&a, 1280, 0);
    hold(&b, 640, 0);
    rate_at(&a, 5000000, SECOND_US);
    rate_at(&b, 5000000, SECOND_US);
    ck_assert(!is_last(&b));
    ck_assert_int_eq(mpe_channel_set(sums, MPE_PARAM_MAX_BITRATE_BPS, 5000000), MPE_OK);
    ck_assert(is_last(&b));
    ck_assert_int_eq(mpe_channel_due_us(sums, &b), SECOND_US);
    ck_assert_int_eq(mpe_channel_set(sums, MPE_PARAM_MAX_BITRATE_BPS, 0), MPE_OK);
    ck_assert(!is_last(&b));
    ck_assert_int_eq(mpe_channel_set(sums, MPE_PARAM_MAX_BITRATE_BPS, 4000000), MPE_OK);
    ck_assert_int_eq(mpe_channel_set(sums, MPE_PARAM_TRUST_DECLARED_BITRATE, 1), MPE_OK);
    rate_at(&a, 0, SECOND_US);
    rate_at(&b, 1000000, SECOND_US);
    ck_assert(!is_last(&b));
    ck_assert_int_eq(mpe_channel_set(sums, MPE_PARAM_MAX_BITRATE_BPS, 400000), MPE_OK);
    ck_assert(is_last(&b));
    end_sums();
}
END_TEST

START_TEST(a_silent_session_of_the_name_is_taken_over)
{
    begin_sums(MPE_ENCODING);
    name(&a, "cam");
    name(&b, "cam");
    ck_assert(hold_at(&a, 1280, 0, 0));
    mpe_part_hear(&a, SECOND_US);
    ck_assert(hold_at(&b, 640, 0, 2 * SECOND_US));
    ck_assert_int_eq(totals.video_qualities, 1);
    ck_assert_uint_eq(mpe_part_signals(&a), MPE_PART_OUT);
    /* it speaks again: one of the two is silent, or it is one too many */
    ck_assert(!hold_at(&a, 1280, 0, 2 * SECOND_US));
    ck_assert_uint_eq(mpe_part_signals(&a), MPE_PART_CONTESTED);
    ck_assert_int_eq(mpe_channel_due_us(sums, &a), 3 * SECOND_US);
    ck_assert_int_eq(mpe_channel_pass_time(sums, &a, 3 * SECOND_US - 1, &totals), MPE_MEDIA_NONE);
    ck_assert_uint_eq(mpe_part_signals(&a), MPE_PART_CONTESTED);
    mpe_part_hear(&b, 3 * SECOND_US - 1);
    ck_assert_int_eq(mpe_channel_pass_time(sums, &a, 3 * SECOND_US, &totals), MPE_MEDIA_VIDEO);
    ck_assert_uint_eq(mpe_part_signals(&a), 0);
    mpe_channel_part_leave(sums, &a);
    end_sums();
}
END_TEST

START_TEST(another_name_takes_nothing_over)
{
    begin_sums(MPE_ENCODING);
    name(&a, "cam");
    name(&b, "camera");
    ck_assert(hold_at(&a, 1280, 0, 0));
    ck_assert(hold_at(&b, 640, 0, 4 * SECOND_US));
    ck_assert_int_eq(totals.video_qualities, 2);
    name(&c, ""); /* no name is no name */
    ck_assert(hold_at(&c, 320, 0, 4 * SECOND_US));
    ck_assert_int_eq(totals.video_qualities, 3);
    end_sums();
}
END_TEST

START_TEST(totals_are_reported)
{
    mpe_channel_sums reported = {.struct_size = sizeof(reported) - 1};
    mpe_session *session;

    begin_sums(MPE_PASS_THROUGH_BASIC);
    ck_assert_int_eq(mpe_channel_totals(NULL, &reported), MPE_BAD_CHANNEL);
    ck_assert_int_eq(mpe_channel_totals(sums, NULL), MPE_BAD_OUTPUT);
    ck_assert_int_eq(mpe_channel_totals(sums, &reported), MPE_BAD_STRUCT_SIZE);
    reported.struct_size = sizeof(reported);
    ck_assert_int_eq(mpe_session_new(&session, sums, MPE_PROTOCOL_RTMP, NULL, NULL, 0), MPE_OK);
    hold(&a, 1280, 0);
    rate_at(&a, 4000, 0);
    ck_assert_int_eq(mpe_channel_totals(sums, &reported), MPE_OK);
    ck_assert_int_eq(reported.kind, MPE_PASS_THROUGH_BASIC);
    ck_assert_int_eq(reported.sessions, 1);
    ck_assert_int_eq(reported.active_sessions, 1);
    ck_assert_int_eq(reported.video_qualities, 1);
    ck_assert_int_eq(reported.audio_qualities, 0);
    ck_assert_int_eq(reported.max_video_qualities, 12);
    ck_assert_int_eq(reported.max_audio_qualities, 0);
    ck_assert_int_eq(reported.measured_bps, 4000);
    ck_assert_int_eq(reported.declared_bps, 2000);
    ck_assert_int_eq(reported.max_bitrate_bps, 5000000);
    ck_assert_int_eq(reported.excess_bits, 0);
    mpe_session_free(session);
    ck_assert_int_eq(mpe_channel_totals(sums, &reported), MPE_OK);
    ck_assert_int_eq(reported.sessions, 0);
    end_sums();
}
END_TEST

enum { THREADS = 4, ROUNDS = 2000 };

static void *use_channel(void *channel)
{
    struct mpe_part part = {0};
    struct mpe_totals seen;
    bool is_new;

    for (int i = 0; i < ROUNDS; i++) {
        const struct mpe_quality_key key = {.media = MPE_MEDIA_VIDEO, .width_px = i % 16};
        const struct mpe_entry rates = {.measured_bps = 10, .declared_bps = 1};
        ck_assert(mpe_channel_name(channel, &part, (struct mpe_span){(const uint8_t *)"camera", (size_t)(i % 7)}));
        ck_assert(mpe_channel_hold(channel, &part, 0, &key, i, &is_new, &seen));
        ck_assert(mpe_channel_rates(channel, &part, 0, &rates, i, &seen));
        mpe_channel_allow(channel, i % 100 == 0 ? "10.0.0.0/8" : NULL);
        mpe_part_hear(&part, i);
        mpe_channel_drop(channel, &part, 0);
    }
    mpe_channel_part_leave(channel, &part);
    return NULL;
}

START_TEST(a_channel_is_used_by_many_threads)
{
    pthread_t threads[THREADS];

    begin_sums(MPE_PASS_THROUGH_STANDARD);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, use_channel, sums), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    end_sums();
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *suite = suite_create("sums");
    TCase *tests = tcase_create("sums");

    tcase_add_test(tests, a_redundant_push_is_one_quality);
    tcase_add_test(tests, a_redundant_push_counts_once_the_larger_one);
    tcase_add_test(tests, more_sessions_of_a_name_than_are_looked_at_add_up);
    tcase_add_test(tests, the_session_that_came_last_is_signalled);
    tcase_add_test(tests, of_a_redundant_push_the_second_is_not_in_the_way);
    tcase_add_test(tests, what_is_above_the_limit_adds_up_over_time);
    tcase_add_test(tests, a_limit_of_a_sum_counts_at_once);
    tcase_add_test(tests, a_silent_session_of_the_name_is_taken_over);
    tcase_add_test(tests, another_name_takes_nothing_over);
    tcase_add_test(tests, totals_are_reported);
    tcase_add_test(tests, a_channel_is_used_by_many_threads);
    suite_add_tcase(suite, tests);
    return suite;
}
