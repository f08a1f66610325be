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

#define NEAR .least_delay_us = 1000, .most_delay_us = 20000

static const struct fleet_setting rows[] = {
    {.name = "one process", NEAR, .is_one_process = true},
    {.name = "messages take 1 to 20 ms", NEAR},
    {.name = "and 1 of 20 is lost", NEAR, .loss = 0.05},
    {.name = "messages take 0.1 to 2 s", .least_delay_us = 100000, .most_delay_us = 2 S},
    {.name = "clocks are off by up to 3 s", NEAR, .skew_us = 3 S},
    {.name = "the server is away for 15 s", NEAR, .away_from_us = 14 S, .away_until_us = 29 S},
    {.name = "two servers for 15 s", NEAR, .split_from_us = 14 S, .split_until_us = 29 S},
    {.name = "an edge dies", NEAR, .dies_at_us = 20 S},
    {.name = "an edge hangs for 15 s", NEAR, .hangs_from_us = 35 S, .hangs_until_us = 50 S},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* ---- the bounds: promises of mpe_fleet(7), and the rule of rates ---- */

/*
 * Each edge knows what another has after two messages. That edge may have reported just before, and this one, and its
 * session, look each at their own steps.
 */
static int64_t heard_us(const struct fleet_setting *setting)
{
    if (setting->is_one_process)
        return 0;
    return FLEET_COALESCE_US + 2 * setting->most_delay_us + FLEET_SESSION_STEP_US + 3 * FLEET_STEP_US;
}

/* As long as the sessions are there while nobody hears of the others, and a refresh. */
static int64_t apart_us(const struct fleet_setting *setting)
{
    const int64_t until_us = larger(setting->away_until_us, setting->split_until_us);
    return until_us != 0 ? until_us - FLEET_BEGIN_US + FLEET_REFRESH_US : 0;
}

/* All know the same order: all that are too many go at once. A word that is lost may have been the last of an edge. */
static int64_t most_qualities_us(const struct fleet_setting *setting)
{
    const int64_t lost_us = setting->loss > 0 ? FLEET_LEASE_US : 0;
    return setting->is_one_process ? 0 : apart_us(setting) + heard_us(setting) + lost_us;
}

/*
 * A sum is too high for a session to go when it was above its limit by 2 s of it, and counts as having been there for a
 * window from its beginning: how long that takes, one going after the other until the sum is tolerated.
 */
static int64_t shed_us(int64_t for_each_us)
{
    int64_t time_us = 0;
    for (int64_t count = FLEET_SESSIONS; count * FLEET_SESSION_BPS > FLEET_HIGHEST_BPS; count--) {
        const int64_t above_bps = count * FLEET_SESSION_BPS - FLEET_LIMIT_BPS;
        const int64_t wait_us = 2 * FLEET_LIMIT_BPS * INT64_C(1000000) / above_bps - FLEET_WINDOW_US;
        time_us += larger(wait_us, 0) + for_each_us;
    }
    return time_us;
}

/*
 * After each that goes the others have to hear of it, at the next refresh where the word is lost. That one may be on an
 * edge that hangs, and its lease over first.
 */
static int64_t most_rates_us(const struct fleet_setting *setting)
{
    const int64_t lost_us = setting->loss > 0 ? FLEET_REFRESH_US : 0;
    const int64_t all_gone_us = shed_us(FLEET_SESSION_STEP_US + FLEET_STEP_US + heard_us(setting) + lost_us);
    const int64_t known_us = larger(FLEET_SPREAD_US + FLEET_WINDOW_US, apart_us(setting));
    return known_us + all_gone_us + (setting->hangs_until_us != 0 ? FLEET_LEASE_US : 0);
}

/* ---- the rows ---- */

static int channel_count(void)
{
    const char *const text = getenv("MPE_TEST_CHANNELS");
    return text != NULL ? atoi(text) : 20;
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

static struct fleet_result run(const struct fleet_setting *setting, enum fleet_load load)
{
    struct fleet_result all = {0};
    const int count = channel_count();
    for (int i = 0; i < count; i++) {
        const struct fleet_result one = fleet_sim_run(setting, load, (uint64_t)i + 1);
        const bool has_died = setting->dies_at_us != 0;
        if (load == LOAD_QUALITIES)
            ck_assert_msg(one.left == 1 || (has_died && one.left == 0), "%s: channel %d is left with %d qualities",
                          setting->name, i + 1, one.left);
        else
            ck_assert_msg(one.left <= 21 && (one.left >= 18 || has_died), "%s: channel %d is left with %d Mbit/s",
                          setting->name, i + 1, one.left);
        add(&all, &one);
    }
    return all;
}

static double in_seconds(int64_t time_us)
{
    return (double)time_us / 1e6;
}

static void check_row(const struct fleet_setting *setting)
{
    const struct fleet_result qualities = run(setting, LOAD_QUALITIES), rates = run(setting, LOAD_RATES);
    const char *const name = setting->name;
    if (getenv("MPE_TEST_CHANNELS") != NULL)
        printf("%-28s %6.2f s  %6.2f s %5.1f %%  %d of %d\n", name, in_seconds(qualities.over_us),
               in_seconds(rates.over_us), (double)rates.peak_bps / 2e5 - 100, qualities.wrong + rates.wrong,
               qualities.refused + rates.refused);
    fflush(stdout);
    ck_assert_msg(qualities.over_us <= most_qualities_us(setting), "%s: a quality too many for %.2f s", name,
                  in_seconds(qualities.over_us));
    ck_assert_msg(rates.over_us <= most_rates_us(setting), "%s: too much for %.2f s", name, in_seconds(rates.over_us));
    ck_assert_msg(qualities.late_over_us <= most_qualities_us(setting) - apart_us(setting),
                  "%s: %.2f s after all is well", name, in_seconds(qualities.late_over_us));
    ck_assert_msg(qualities.wrong + rates.wrong == 0, "%s: %d of %d were refused in error", name,
                  qualities.wrong + rates.wrong, qualities.refused + rates.refused);
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
