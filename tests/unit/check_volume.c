/* Bytes against the clock: what may come, at any cut, at any time. */
#include <check.h>

#include "mpe.h"
#include "observe/volume.h"

Suite *mpe_suite(void);

static struct mpe_limits limits;

static void set_up(void)
{
    ck_assert(mpe_limits_of_kind(&limits, MPE_ENCODING));
    limits.max_bitrate_bps = 8000000; /* 1 MB/s; 40 MB deep, 1.25 MB/s wear off */
}

START_TEST(the_depth_at_once)
{
    struct mpe_volume volume = {0};
    ck_assert_uint_eq(mpe_volume_take(&volume, &limits, 39999999, 0), 39999999);
    ck_assert_uint_eq(mpe_volume_take(&volume, &limits, 1, 0), 1);
    ck_assert_uint_eq(mpe_volume_take(&volume, &limits, 1, 0), 0);
    ck_assert_uint_eq(mpe_volume_take(&volume, &limits, SIZE_MAX, 0), 0);
}
END_TEST

/* 1.2 times the limit is below for a day; 1.3 times is found in 40 MB / 0.05 MB/s = 800 s, or a grant before. */
static int64_t seconds_until_full(size_t bytes_per_10_ms)
{
    struct mpe_volume volume = {0};
    for (int64_t i = 1; i < 8640000; i++) {
        if (mpe_volume_take(&volume, &limits, bytes_per_10_ms, i * 10000) < bytes_per_10_ms)
            return i / 100;
    }
    return 0;
}

START_TEST(rates_over_time)
{
    ck_assert_int_eq(seconds_until_full(12000), 0);
    const int64_t found_s = seconds_until_full(13000);
    ck_assert_msg(found_s >= 750 && found_s <= 850, "%d s", (int)found_s);
}
END_TEST

START_TEST(the_cut_does_not_matter)
{
    struct mpe_volume whole = {0}, cut = {0};
    for (int64_t now_us = 0; now_us < 3000000; now_us += 700001) {
        const size_t taken = mpe_volume_take(&whole, &limits, 30000000, now_us);
        size_t again = 0;
        for (int i = 0; i < 30; i++)
            again += mpe_volume_take(&cut, &limits, 1000000, now_us);
        ck_assert_uint_eq(taken, again);
        ck_assert_int_eq(whole.level, cut.level);
        ck_assert_uint_eq(whole.granted, cut.granted);
    }
}
END_TEST

/* As much as it takes, in parts that a size_t holds. */
static uint64_t take_most(struct mpe_volume *volume, int64_t now_us)
{
    uint64_t taken = 0;
    size_t part;
    do {
        part = mpe_volume_take(volume, &limits, SIZE_MAX, now_us);
        taken += part;
    } while (part == SIZE_MAX);
    return taken;
}

START_TEST(the_bounds_of_all_numbers)
{
    const int64_t most_us = (int64_t)1 << 60;
    struct mpe_volume volume = {.now_us = -most_us};
    limits.max_bitrate_bps = 1000000000000;
    limits.max_lead_us = 86400000000;
    for (int i = 0; i < 3; i++)
        ck_assert_uint_le(take_most(&volume, -most_us), 4000000000000u);
    ck_assert_uint_eq(mpe_volume_take(&volume, &limits, 1, -most_us), 0);
    ck_assert_uint_eq(mpe_volume_take(&volume, &limits, 1, most_us), 1);
    ck_assert_int_eq(volume.level, 250000000001 * INT64_C(1000000));
    struct mpe_volume least = {.now_us = most_us};
    limits.max_bitrate_bps = 1;
    limits.max_lead_us = 1;
    ck_assert_uint_eq(mpe_volume_take(&least, &limits, 100, most_us), 0);
}
END_TEST

START_TEST(where_nothing_limits)
{
    struct mpe_volume volume = {0};
    limits.max_bitrate_bps = 0;
    ck_assert_uint_eq(take_most(&volume, 0), 5000000000u); /* 1 Gbit/s */
    limits.max_input_bps = 0;
    ck_assert_uint_eq(mpe_volume_take(&volume, &limits, UINT32_MAX, 0), UINT32_MAX);
    ck_assert(mpe_limits_of_kind(&limits, MPE_ENCODING));
    limits.media_clock = 1;
    ck_assert_uint_eq(mpe_volume_take(&volume, &limits, UINT32_MAX, 0), UINT32_MAX);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *suite = suite_create("volume");
    TCase *tests = tcase_create("volume");

    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, the_depth_at_once);
    tcase_add_test(tests, rates_over_time);
    tcase_add_test(tests, the_cut_does_not_matter);
    tcase_add_test(tests, the_bounds_of_all_numbers);
    tcase_add_test(tests, where_nothing_limits);
    suite_add_tcase(suite, tests);
    return suite;
}
