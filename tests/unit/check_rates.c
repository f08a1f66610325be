/*
 * Rates of a track against an oracle: the same measure in floating point, with starts every 250 ms and a list of the
 * steps back. Random streams, healthy and not, are judged by both.
 */
#include <check.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "mpe.h"
#include "observe/rates.h"

Suite *mpe_suite(void);

/* ------------------------------------------------------------------ random */

static uint64_t seed;

/* xorshift64*: the same streams everywhere. */
static double uniform(double least, double most)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return least + (most - least) * (double)((seed * UINT64_C(2685821657736338717)) >> 11) / 9007199254740992.0;
}

/* ------------------------------------------------------------------ oracle */

#define WINDOW_MS  5000.0
#define SPAN_MS    5000.0
#define CERTAIN_MS 1000.0
#define BUCKET_MS  250.0
#define PAUSE_MS   500.0
#define OWED_MS    30000.0
#define NEAR_MS    12.0
#define MARGIN     0.9

enum { MOST_BACKLOG = 150, MOST_KEPT = 64, MOST_BACKS = 2 };

struct line {
    bool has_begun;
    double high, shift, interval;
    double backs[MOST_BACKS]; /* the latest ones */
};

/* The time that runs; < 0: a frame at the time of the one before. */
static double run_on(struct line *line, double timestamp)
{
    const double t = timestamp + line->shift;
    if (!line->has_begun) {
        *line = (struct line){.has_begun = true, .high = timestamp, .interval = 33, .backs = {-1e9, -1e9}};
        return timestamp;
    }
    if (t == line->high)
        return -1;
    if (t > line->high) {
        if (t - line->high > 5 && t - line->high < 500)
            line->interval += 0.1 * (t - line->high - line->interval);
        return line->high = t;
    }
    const bool is_often = line->high - line->backs[0] < 1000;
    line->backs[0] = line->backs[1];
    line->backs[1] = line->high;
    if (is_often)
        return line->high;
    line->shift += line->high - t + line->interval;
    return line->high += line->interval;
}

struct kept {
    double age[MOST_KEPT], value[MOST_KEPT];
    int count;
};

static bool is_above(const struct kept *kept, double age, double value, double window)
{
    double most = -INFINITY;
    for (int i = 0; i < kept->count; i++)
        if (kept->age[i] >= age - window - SPAN_MS && kept->age[i] <= age - window)
            most = fmax(most, kept->value[i]);
    return most > -INFINITY && value - most >= MARGIN;
}

static void keep_value(struct kept *kept, double age, double value)
{
    double *const last = &kept->value[kept->count - 1];
    if (age - kept->age[kept->count - 1] < BUCKET_MS) {
        *last = fmax(*last, value);
        return;
    }
    if (kept->count == MOST_KEPT) {
        kept->count--;
        memmove(kept->age, kept->age + 1, sizeof(double) * (size_t)kept->count);
        memmove(kept->value, kept->value + 1, sizeof(double) * (size_t)kept->count);
    }
    kept->age[kept->count] = age;
    kept->value[kept->count++] = value;
}

/* Where a rate above the limit is found, in ms of running time; < 0: nowhere. */
static double oracle(const double *timestamps, int count, double limit_fps)
{
    struct line line = {0};
    struct kept lasting = {.count = 1}, certain = {.count = 1};
    double start = 0, last = 0, age = 0;
    int frames = 0, backlog = 0;
    for (int i = 0; i < count; i++) {
        const double t = run_on(&line, timestamps[i]);
        if (t < 0)
            continue;
        if (i == 0 || (frames == 0 && backlog < MOST_BACKLOG && t - last < NEAR_MS)) {
            backlog += i != 0;
            start = last = t;
            continue;
        }
        age += fmin(t - last, PAUSE_MS);
        start += fmax(0, t - last - OWED_MS);
        last = t;
        frames++;
        const double d_lasting = frames - limit_fps * 1.01 * (t - start) / 1000;
        const double d_certain = frames - limit_fps * 1.2 * (t - start) / 1000;
        if (is_above(&lasting, age, d_lasting, WINDOW_MS) ||
            (frames >= 30 && is_above(&certain, age, d_certain, CERTAIN_MS)))
            return t;
        keep_value(&lasting, age, d_lasting);
        keep_value(&certain, age, d_certain);
    }
    return -1;
}

/* -------------------------------------------------------------------- ours */

static double ours(const double *timestamps, int count, int64_t limit_mfps)
{
    struct mpe_frame_rate frame_rate = {0};
    struct mpe_rates rates = {.frame_rate = &frame_rate};
    struct mpe_limits limits;
    struct mpe_track_facts facts = {0};
    ck_assert(mpe_limits_of_kind(&limits, MPE_ENCODING));
    limits.max_frame_rate_mfps = limit_mfps;
    mpe_rates_begin(&rates, 0, &limits);
    for (int i = 1; i < count; i++) {
        struct mpe_step step = {0};
        mpe_rates_frame(&rates, (int64_t)((timestamps[i] - timestamps[i - 1]) * 1000), &limits, &facts, &step);
        if (step.changed == MPE_FACT_FRAME_RATE)
            return timestamps[i] - timestamps[0];
    }
    return -1;
}

/* ----------------------------------------------------------------- streams */

#define MOST_FRAMES 40000

static double times[MOST_FRAMES];

/* Stalls, each made up for by frames stamped near to each other at its end. */
static int stalled(double fps, double longest_s, int count)
{
    for (int i = 0; i < count; i++)
        times[i] = i * 1000 / fps;
    for (int i = (int)(fps * uniform(0, 8)); i < count - 300;) {
        static const double near_ms[] = {0.5, 1, 3, 8};
        const int frames = (int)(fps * uniform(0.1, longest_s));
        const double apart = near_ms[(int)uniform(0, 4)], end = times[i + frames];
        for (int k = 0; k < frames; k++)
            times[i + k] = fmax(end - (frames - k) * apart, i > 0 ? times[i - 1] : 0);
        i += frames + (int)(fps * uniform(3, 20));
    }
    for (int i = 0; i < count; i++)
        times[i] = floor(times[i]);
    return count;
}

static int set_back(double fps, double by_ms, int count)
{
    for (int i = 0; i < count; i++)
        times[i] = floor(i * 1000 / fps) - by_ms * floor(i / fps / 10);
    return count;
}

/* A frame every so often, then 30 a second: the time of no start comes round again in its 16 bits. */
START_TEST(pauses_of_many_lengths_are_quiet)
{
    for (int pause_ms = 600; pause_ms < 40000; pause_ms += 700) {
        int count = 0;
        double t = 0;
        for (int i = 0; i < 40; i++, t += pause_ms)
            times[count++] = t;
        for (int i = 0; i < 900; i++)
            times[count++] = t + i * 100 / 3;
        ck_assert_msg(ours(times, count, 30000) < 0, "%d ms: %.0f", pause_ms, ours(times, count, 30000) - t);
    }
}
END_TEST

enum { STREAMS = 200 };

START_TEST(healthy_streams_are_quiet)
{
    static const double fps[] = {24, 25, 29.97, 30};
    for (int i = 0; i < STREAMS; i++) {
        seed = 1 + (uint64_t)i;
        const double rate = fps[i % 4];
        const int count = i % 3 == 0 ? set_back(rate, floor(uniform(50, 990)), (int)(rate * 120))
                                     : stalled(rate, uniform(0.5, 8), (int)(rate * 120));
        ck_assert_msg(oracle(times, count, 30) < 0, "oracle, stream %d", i);
        ck_assert_msg(ours(times, count, 30000) < 0, "stream %d: %.0f ms", i, ours(times, count, 30000));
    }
}
END_TEST

/* A healthy stream that turns into a fast one. */
START_TEST(fast_streams_are_found_where_the_oracle_finds_them)
{
    for (int i = 0; i < STREAMS; i++) {
        seed = 1000 + (uint64_t)i;
        const double before_ms = i % 2 == 0 ? 0 : floor(uniform(1000, 30000));
        const double slow = uniform(24, 30), fast = i % 4 < 2 ? uniform(31, 36) : uniform(37, 120);
        const double jitter = uniform(0, 300 / fast);
        int count = 0;
        double t = 0;
        for (; t < before_ms; t += 1000 / slow)
            times[count++] = floor(t);
        for (const double end = t + 20000; t < end; t += 1000 / fast)
            times[count++] = floor(t + uniform(0, jitter));
        const double expected = oracle(times, count, 30), found = ours(times, count, 30000);
        ck_assert_msg(expected > 0 && found > 0, "stream %d: %.0f ms, %.0f ms by the oracle", i, found, expected);
        ck_assert_msg(fabs(found - expected) <= 1100, "stream %d: %.0f ms, %.0f ms by the oracle", i, found, expected);
    }
}
END_TEST

/* A disguise: so many ms after the frame before, by turns. */
struct disguise {
    const char *name;
    int steps_ms[8];
    int count;
    double most_ms; /* until it is found */
};

static const struct disguise disguises[] = {
    {"16, 17, 17", {16, 17, 17}, 3, 1100},
    {"pairs 1 ms apart", {1, 32}, 2, 1500},
    {"pairs 5 ms apart", {5, 28}, 2, 1500},
    {"fours 2 ms apart", {2, 2, 2, 60}, 4, 1500},
    {"presentation order, two B-frames", {50, -33, 17}, 3, 5000},
    {"presentation order, a pyramid", {67, -34, -16, 33}, 4, 5000},
    {"a clock set back", {16, 17, 17, 16, 17, 17, 16, 17}, 8, 1100},
};

START_TEST(sixty_frames_in_disguise_are_found)
{
    const struct disguise *const disguise = &disguises[_i];
    double t = 1000;
    for (int i = 0; i < 900; i++) {
        times[i] = t;
        t += disguise->steps_ms[i % disguise->count];
    }
    const double found = ours(times, 900, 30000);
    ck_assert_msg(found > 0 && found <= disguise->most_ms, "%s: %.0f ms", disguise->name, found);
}
END_TEST

/* ---------------------------------------------------------------- bit rates */

/* The least average that is known after frames of sizes at 30 fps. */
static int64_t rate_of(int seconds, uint32_t (*size_of)(int frame), int64_t window_us)
{
    struct mpe_bit_rate rate = {0};
    uint32_t at_us = 0;
    int64_t known = MPE_BIT_RATE_OPEN;
    mpe_bit_rate_begin(&rate, 0, window_us);
    for (int i = 0; i < seconds * 30; i++) {
        mpe_bit_rate_add(&rate, size_of(i));
        at_us += 33333 + (i % 3 == 0);
        const int64_t bps =
            mpe_bit_rate_pass(&rate, at_us, 33333) ? mpe_bit_rate_end_bucket(&rate, at_us) : MPE_BIT_RATE_OPEN;
        known = bps != MPE_BIT_RATE_OPEN ? bps : known;
    }
    return known;
}

static uint32_t even(int frame)
{
    (void)frame;
    return 10000;
}

static uint32_t huge(int frame)
{
    (void)frame;
    return 500000000;
}

static uint32_t gone(int frame)
{
    return frame < 300 ? 50000000 : 100;
}

static uint32_t with_key_frames(int frame)
{
    return frame % 120 == 0 ? 240000 : 1500;
}

START_TEST(bit_rates_are_right)
{
    ck_assert_int_eq(rate_of(4, even, 5000000), MPE_BIT_RATE_OPEN);
    ck_assert_int_le(llabs(rate_of(6, even, 5000000) - 2400000), 2000);
    ck_assert_int_le(llabs(rate_of(30, even, 5000000) - 2400000), 2000);
    ck_assert_int_le(llabs(rate_of(200, even, 60000000) - 2400000), 2000);
    ck_assert_int_le(llabs(rate_of(30, even, 1000000) - 2400000), 8000);
    ck_assert_int_le(llabs(rate_of(30, huge, 5000000) - INT64_C(120000000000)), 100000000);
    ck_assert_int_le(llabs(rate_of(60, gone, 5000000) - 24000), 200);
    ck_assert_int_le(rate_of(40, with_key_frames, 5000000), 840000);
    ck_assert_int_ge(rate_of(40, with_key_frames, 5000000), 360000);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *suite = suite_create("rates");
    TCase *tests = tcase_create("rates");

    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, healthy_streams_are_quiet);
    tcase_add_test(tests, pauses_of_many_lengths_are_quiet);
    tcase_add_test(tests, fast_streams_are_found_where_the_oracle_finds_them);
    tcase_add_loop_test(tests, sixty_frames_in_disguise_are_found, 0, sizeof(disguises) / sizeof(disguises[0]));
    tcase_add_test(tests, bit_rates_are_right);
    suite_add_tcase(suite, tests);
    return suite;
}
