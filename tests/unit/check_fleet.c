/*
 * What a fleet guarantees, simulated by seed: how far above a limit for how long, while messages are lost or late,
 * clocks are off, the server is away or there are two of it, and edges die; and what it costs.
 *
 * MPE_TEST_CHANNELS=N: N channels of each kind for each row, 20 where it is not set. The table is printed where it is
 * set: that of mpe_fleet(7).
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "fleet_sim.h"

Suite *mpe_suite(void);

#define S *INT64_C(1000000)

/* Numbers that a row must keep to: those of mpe_fleet(7). */
struct row {
    struct fleet_setting setting;
    int64_t most_qualities_us; /* one too many, */
    int64_t most_rates_us;     /* or a sum too high, for longer than this is too long */
    int64_t most_late_us;      /* of the first, once all is well again for a lease */
    int32_t most_wrong;        /* of 1000 that were refused */
};

#define NEAR .least_delay_us = 1000, .most_delay_us = 20000

static const struct row rows[] = {
    {{.name = "one process", NEAR, .is_one_process = true}, 0, 16 S, 0, 0},
    {{.name = "messages take 1 to 20 ms", NEAR}, 500000, 18 S, 500000, 0},
    {{.name = "and 1 of 20 is lost", NEAR, .loss = 0.05}, 11 S, 32 S, 11 S, 0},
    {{.name = "messages take 0.1 to 2 s", .least_delay_us = 100000, .most_delay_us = 2 S}, 6 S, 40 S, 6 S, 0},
    {{.name = "clocks are off by up to 3 s", NEAR, .skew_us = 3 S}, 500000, 18 S, 500000, 0},
    {{.name = "the server is away for 15 s", NEAR, .away_from_us = 14 S, .away_until_us = 29 S}, 18 S, 28 S, 500000, 0},
    {{.name = "two servers for 15 s", NEAR, .split_from_us = 14 S, .split_until_us = 29 S}, 18 S, 28 S, 500000, 0},
    {{.name = "an edge dies", NEAR, .dies_at_us = 20 S}, 500000, 18 S, 500000, 50},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static int channel_count(void)
{
    const char *const text = getenv("MPE_TEST_CHANNELS");
    return text != NULL ? atoi(text) : 20;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The worst of many, and the sum of what it cost. */
static void add(struct fleet_result *all, const struct fleet_result *one)
{
    all->over_us = larger(all->over_us, one->over_us);
    all->late_over_us = larger(all->late_over_us, one->late_over_us);
    all->peak_bps = larger(all->peak_bps, one->peak_bps);
    all->refused += one->refused;
    all->wrong += one->wrong;
    all->reports += one->reports;
    all->report_bytes += one->report_bytes;
    all->answers += one->answers;
    all->answer_bytes += one->answer_bytes;
    all->edge_us += one->edge_us;
}

static struct fleet_result run(const struct row *row, enum fleet_load load)
{
    struct fleet_result all = {0};
    const int count = channel_count();
    for (int i = 0; i < count; i++) {
        const struct fleet_result one = fleet_sim_run(&row->setting, load, (uint64_t)i + 1);
        const bool has_died = row->setting.dies_at_us != 0;
        if (load == LOAD_QUALITIES)
            ck_assert_msg(one.left == 1 || (has_died && one.left == 0), "%s: channel %d is left with %d qualities",
                          row->setting.name, i + 1, one.left);
        else
            ck_assert_msg(one.left <= 21 && (one.left >= 18 || has_died), "%s: channel %d is left with %d Mbit/s",
                          row->setting.name, i + 1, one.left);
        add(&all, &one);
    }
    return all;
}

static double in_seconds(int64_t time_us)
{
    return (double)time_us / 1e6;
}

static void check_row(const struct row *row)
{
    const struct fleet_result qualities = run(row, LOAD_QUALITIES), rates = run(row, LOAD_RATES);
    const char *const name = row->setting.name;
    if (getenv("MPE_TEST_CHANNELS") != NULL)
        printf("%-28s %6.2f s  %6.2f s %5.1f %%  %d of %d\n", name, in_seconds(qualities.over_us),
               in_seconds(rates.over_us), (double)rates.peak_bps / 2e5 - 100, qualities.wrong + rates.wrong,
               qualities.refused + rates.refused);
    fflush(stdout);
    ck_assert_msg(qualities.over_us <= row->most_qualities_us, "%s: a quality too many for %.2f s", name,
                  in_seconds(qualities.over_us));
    ck_assert_msg(rates.over_us <= row->most_rates_us, "%s: too much for %.2f s", name, in_seconds(rates.over_us));
    ck_assert_msg(qualities.late_over_us <= row->most_late_us, "%s: %.2f s after all is well", name,
                  in_seconds(qualities.late_over_us));
    ck_assert_msg((qualities.wrong + rates.wrong) * 1000 <= row->most_wrong * (qualities.refused + rates.refused),
                  "%s: %d of %d were refused in error", name, qualities.wrong + rates.wrong,
                  qualities.refused + rates.refused);
    ck_assert_int_gt(qualities.refused, 0);
    ck_assert_int_gt(rates.refused, 0);
}

START_TEST(limits_hold)
{
    check_row(&rows[_i]);
}
END_TEST

/* What a fleet of so many edges, each with sessions of 50 channels, costs its server. */
static void print_cost(double reports_per_s, double report_bytes, double answer_bytes_per_s)
{
    static const int edges[] = {10, 200, 1000, 10000};
    const int channels = 50;
    printf("a channel costs an edge %.2f reports/s of %.0f bytes, and %.0f bytes/s of answers\n", reports_per_s,
           report_bytes, answer_bytes_per_s);
    for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
        const double count = (double)edges[i] * channels;
        printf("%5d edges %9.0f reports/s %8.2f MB/s in %8.2f MB/s out\n", edges[i], count * reports_per_s,
               count * reports_per_s * report_bytes / 1e6, count * answer_bytes_per_s / 1e6);
    }
}

START_TEST(the_cost_is_bounded)
{
    const struct fleet_result all = run(&rows[1], LOAD_RATES);
    const double edge_s = in_seconds(all.edge_us);
    const double reports_per_s = (double)all.reports / edge_s;
    const double report_bytes = (double)all.report_bytes / (double)all.reports;
    const double answer_bytes_per_s = (double)all.answer_bytes / edge_s;
    if (getenv("MPE_TEST_CHANNELS") != NULL)
        print_cost(reports_per_s, report_bytes, answer_bytes_per_s);
    ck_assert(reports_per_s < 1);
    ck_assert(report_bytes < 500);
    ck_assert(answer_bytes_per_s < 2000);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *suite = suite_create("fleet");
    TCase *tcase = tcase_create("fleet");
    tcase_set_timeout(tcase, 600);
    tcase_add_loop_test(tcase, limits_hold, 0, ROWS);
    tcase_add_test(tcase, the_cost_is_bounded);
    suite_add_tcase(suite, tcase);
    return suite;
}
