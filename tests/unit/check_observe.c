/* Timelines, frame rates, bit rates and declared rates: the arithmetic below the rules. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "limits/limits.h"
#include "mpe.h"
#include "observe/bit_rate.h"
#include "observe/frame_rate.h"
#include "observe/observe.h"
#include "observe/timeline.h"

Suite *mpe_suite(void);

START_TEST(distance_over_wraps)
{
    ck_assert_int_eq(mpe_timestamp_distance_ms(0, 33), 33);
    ck_assert_int_eq(mpe_timestamp_distance_ms(33, 0), -33);
    ck_assert_int_eq(mpe_timestamp_distance_ms(100, 100), 0);
    /* 31-bit wrap of clients that mask the top bit */
    ck_assert_int_eq(mpe_timestamp_distance_ms(0x7FFFFFF0, 5), 21);
    /* no wrap for clients that count 32 bits */
    ck_assert_int_eq(mpe_timestamp_distance_ms(0x7FFFFFF0, 0x80000005), 21);
    ck_assert_int_eq(mpe_timestamp_distance_ms(0xFFFFFFF0, 5), 21);
    ck_assert_int_eq(mpe_timestamp_distance_ms(5, 0xFFFFFFF0), -21);
    /* the 24-bit field of RTMP saturates here; the time just goes on */
    ck_assert_int_eq(mpe_timestamp_distance_ms(0xFFFFFE, 0x1000001), 3);
}
END_TEST

START_TEST(timeline_starts_below_zero)
{
    struct mpe_timeline timeline = {0};

    mpe_timeline_start(&timeline, 0x7FFFFFDF, 0, 0);
    ck_assert_int_eq(timeline.dts_us, -33000);
    ck_assert_int_eq(mpe_timeline_step(&timeline, 0, 0, 0), 33000);
    ck_assert_int_eq(timeline.dts_us, 0);
}
END_TEST

START_TEST(timeline_starts_anywhere)
{
    struct mpe_timeline timeline = {0};

    mpe_timeline_start(&timeline, 0x7F000000, 0, 0);
    ck_assert_int_eq(timeline.dts_us, 0x7F000000LL * 1000);
}
END_TEST

START_TEST(timeline_counts_nanoseconds)
{
    struct mpe_timeline timeline = {0};

    mpe_timeline_start(&timeline, 10, 0, 0);
    ck_assert_int_eq(mpe_timeline_step(&timeline, 26, 666667, 0), 16666);
    ck_assert_int_eq(mpe_timeline_step(&timeline, 43, 333333, 0), 16667);
}
END_TEST

/* Feeds frames at a rate with millisecond rounding, returns the window's rate when span_us is reached. */
static int64_t rate_of(int64_t numerator, int64_t denominator, int64_t span_us)
{
    struct mpe_frame_rate rate = {0};

    for (int64_t i = 0; mpe_frame_rate_span_us(&rate) < span_us; i++)
        mpe_frame_rate_add(&rate, (i * 1000 * denominator + numerator / 2) / numerator * 1000);
    return mpe_frame_rate_mfps(&rate);
}

START_TEST(frame_rates_are_right_after_a_second)
{
    ck_assert_int_le(rate_of(30, 1, MPE_FRAME_RATE_SHORT_US), 30030);
    ck_assert_int_ge(rate_of(30, 1, MPE_FRAME_RATE_SHORT_US), 29970);
    ck_assert_int_le(rate_of(30000, 1001, MPE_FRAME_RATE_LONG_US), 29980);
    ck_assert_int_ge(rate_of(60, 1, MPE_FRAME_RATE_SHORT_US), 59900);
}
END_TEST

START_TEST(frame_rate_ignores_equal_times)
{
    struct mpe_frame_rate rate = {0};

    for (int i = 0; i < 100; i++)
        mpe_frame_rate_add(&rate, 0);
    ck_assert_int_eq(rate.intervals, 0);
    for (int i = 1; i <= 60; i++) {
        mpe_frame_rate_add(&rate, i * 33000);
        mpe_frame_rate_add(&rate, i * 33000);
        mpe_frame_rate_add(&rate, i * 33000 - 5000);
    }
    ck_assert_int_eq(rate.intervals, 60);
}
END_TEST

/* What encoders with B-frames send that take presentation times for decode times. */
static int64_t rate_out_of_order(int64_t frames_a_second)
{
    static const int64_t order[] = {0, 3, 1, 2};
    struct mpe_frame_rate rate = {0};
    for (int64_t i = 0; i % 4 != 0 || mpe_frame_rate_span_us(&rate) < 4900000; i++) {
        const int64_t frame = i / 4 * 4 + order[i % 4];
        mpe_frame_rate_add(&rate, frame * 1000 / frames_a_second * 1000);
    }
    return mpe_frame_rate_mfps(&rate);
}

START_TEST(frame_rates_out_of_order)
{
    ck_assert_int_le(llabs(rate_out_of_order(25) - 25000), 250);
    ck_assert_int_le(llabs(rate_out_of_order(30) - 30000), 300);
    ck_assert_int_le(llabs(rate_out_of_order(60) - 60000), 600);
}
END_TEST

START_TEST(frame_rate_begins_behind_what_was_buffered)
{
    struct mpe_frame_rate rate = {0};
    for (int64_t i = 0; i < 20; i++)
        mpe_frame_rate_add(&rate, i * 2000);
    for (int64_t i = 1; i <= 60; i++)
        mpe_frame_rate_add(&rate, 38000 + i * 1000000 / 30);
    ck_assert_int_le(llabs(mpe_frame_rate_mfps(&rate) - 30000), 300);
}
END_TEST

START_TEST(a_frame_rate_beyond_any_camera_is_one)
{
    struct mpe_frame_rate rate = {0};
    for (int64_t i = 0; i < 1300; i++)
        mpe_frame_rate_add(&rate, i * 1000);
    ck_assert(mpe_frame_rate_is_measured(&rate));
    ck_assert_int_eq(mpe_frame_rate_mfps(&rate), 1000000);
}
END_TEST

START_TEST(frame_rate_window_starts_anew)
{
    struct mpe_frame_rate rate = {0};

    for (int i = 0; i <= 151; i++)
        mpe_frame_rate_add(&rate, i * 33334);
    ck_assert_int_eq(rate.intervals, 1);
    ck_assert_int_eq(mpe_frame_rate_measured_mfps(&rate), rate.closed_mfps);
    ck_assert_int_eq(rate.closed_mfps, 29999);
}
END_TEST

/* A frame of a bit rate, with a window and 5 % of tolerance. */
static int64_t bit_rate_of(struct mpe_bit_rate *rate, int64_t dts_us, int64_t now_us, bool may_end, int64_t window_us)
{
    const struct mpe_limits limits = {.bitrate_window_us = window_us, .bitrate_tolerance_percent = 5};
    const struct mpe_rate_frame frame = {dts_us, now_us, now_us, may_end};

    return mpe_bit_rate_frame(rate, &frame, &limits);
}

START_TEST(bit_rate_over_media_time)
{
    struct mpe_bit_rate rate = {0};

    for (int i = 0; i < 150; i++) {
        ck_assert_int_eq(bit_rate_of(&rate, i * 33334, 0, false, 5000000), MPE_BIT_RATE_OPEN);
        mpe_bit_rate_add(&rate, 10000);
    }
    ck_assert_int_eq(bit_rate_of(&rate, 150 * 33334, 0, false, 5000000), 150LL * 10000 * 8000000 / (150 * 33334));
}
END_TEST

START_TEST(bit_rate_takes_the_clock_where_time_stands_still)
{
    struct mpe_bit_rate rate = {0};

    ck_assert_int_eq(bit_rate_of(&rate, 7000, 0, true, 5000000), MPE_BIT_RATE_OPEN);
    mpe_bit_rate_add(&rate, 1000000);
    ck_assert_int_eq(bit_rate_of(&rate, 7000, 4999999, true, 5000000), MPE_BIT_RATE_OPEN);
    ck_assert_int_eq(bit_rate_of(&rate, 7000, 5000000, true, 5000000), 1600000);
}
END_TEST

/* One frame a second, each fifth a key frame of 40000 bytes, the others of 10000: 16 kB a second. */
START_TEST(a_bit_rate_is_not_of_one_key_frame_too_many)
{
    struct mpe_bit_rate rate = {0};

    for (int64_t i = 0; i <= 10; i++) {
        const int64_t bps = bit_rate_of(&rate, i * 1000000, 0, i % 5 == 0, 6000000);
        if (i == 6) /* two key frames in six seconds: one is left out */
            ck_assert_int_eq(bps, 80000 * 8 / 6);
        else if (i == 10)
            ck_assert_int_eq(bps, 16000 * 8);
        else
            ck_assert_int_eq(bps, MPE_BIT_RATE_OPEN);
        mpe_bit_rate_add(&rate, i % 5 == 0 ? 40000 : 10000);
    }
}
END_TEST

START_TEST(a_window_does_not_wait_for_ever)
{
    struct mpe_bit_rate rate = {0};

    ck_assert_int_eq(bit_rate_of(&rate, 0, 0, true, 1000000), MPE_BIT_RATE_OPEN);
    mpe_bit_rate_add(&rate, 4000);
    ck_assert_int_eq(bit_rate_of(&rate, 1000000, 0, false, 1000000), 0);
    ck_assert_int_eq(bit_rate_of(&rate, 3999999, 0, false, 1000000), MPE_BIT_RATE_OPEN);
    ck_assert_int_eq(bit_rate_of(&rate, 4000000, 0, false, 1000000), 8000);
}
END_TEST

static struct mpe_span span(const char *text)
{
    struct mpe_span result = {(const uint8_t *)text, strlen(text)};
    return result;
}

START_TEST(rates_in_the_query)
{
    struct mpe_declared declared = {0};

    ck_assert(mpe_declared_by_query(span("key?videodatarate=5000&audiodatarate=192"), &declared));
    ck_assert_int_eq(declared.video_bps, 5000000);
    ck_assert_int_eq(declared.audio_bps, 192000);
    ck_assert(!mpe_declared_by_query(span("videodatarate=5000"), &declared));
    ck_assert(!mpe_declared_by_query(span("key?sig=abc&xvideodatarate=5"), &declared));
    ck_assert(!mpe_declared_by_query(span("key?videodatarate="), &declared));
    ck_assert(!mpe_declared_by_query(span(""), &declared));
    ck_assert(mpe_declared_by_query(span("k?a&&audiodatarate=64x"), &declared));
    ck_assert_int_eq(declared.audio_bps, 64000);
}
END_TEST

static struct mpe_unit video_frame(uint32_t timestamp_ms)
{
    struct mpe_unit unit;

    memset(&unit, 0, sizeof unit);
    unit.kind = MPE_UNIT_FRAME;
    unit.media = MPE_MEDIA_VIDEO;
    unit.timestamp_ms = timestamp_ms;
    return unit;
}

/* A frame comes at a time; what the step brought. */
static struct mpe_step frame_step(struct mpe_track_state *track, const struct mpe_unit *unit, int64_t now_us)
{
    struct mpe_limits limits;
    struct mpe_step step;

    ck_assert(mpe_limits_of_kind(&limits, MPE_ENCODING));
    mpe_step_begin(&step, 0, now_us);
    mpe_track_frame(track, unit, &limits, &step);
    return step;
}

/* Frames at 30 fps for days, with a clock that drifts by ppm; returns the largest lead; INT64_MAX: a step back. */
static int64_t largest_lead(int64_t days, int64_t ppm, int64_t burst_ms)
{
    struct mpe_track_state track;
    struct mpe_unit unit = video_frame(0);
    int64_t largest = INT64_MIN;

    mpe_track_init(&track, 0, &unit);
    for (int64_t ms = 0; ms < days * 86400000; ms += 1000) {
        int64_t now_us = ms * 1000 - ms * ppm / 1000;
        unit.timestamp_ms = (uint32_t)(ms + (ms >= days * 43200000 ? burst_ms : 0)) & 0x7FFFFFFF;
        const struct mpe_step step = frame_step(&track, &unit, now_us);
        if ((step.changed & MPE_FACT_TIMESTAMP) != 0)
            return INT64_MAX;
        if (step.lead_us > largest)
            largest = step.lead_us;
    }
    return largest;
}

START_TEST(drift_of_weeks_is_no_lead)
{
    ck_assert_int_lt(largest_lead(30, 100, 0), 1000000);
    ck_assert_int_gt(largest_lead(30, 100, 31000), 30000000);
    ck_assert_int_lt(largest_lead(30, 100, 31000), 32000000);
}
END_TEST

START_TEST(steps_out_of_line_count_as_no_media_time)
{
    struct mpe_track_state track;
    struct mpe_unit unit = video_frame(1000);

    mpe_track_init(&track, 0, &unit);
    ck_assert_uint_eq(frame_step(&track, &unit, 0).changed & MPE_FACT_TIMESTAMP, 0);
    unit.timestamp_ms = 100000;
    ck_assert_int_eq(frame_step(&track, &unit, 0).forward_us, 99000000);
    ck_assert_int_eq(track.facts.elapsed_us, 0);
    unit.timestamp_ms = 50000;
    const struct mpe_step back = frame_step(&track, &unit, 0);
    ck_assert_int_eq(back.back_us, 50000000);
    ck_assert_uint_ne(back.changed & MPE_FACT_TIMESTAMP, 0);
    ck_assert_int_eq(track.facts.elapsed_us, 0);
    unit.timestamp_ms = 50033;
    ck_assert_uint_eq(frame_step(&track, &unit, 0).changed & MPE_FACT_TIMESTAMP, 0);
    ck_assert_int_eq(track.facts.elapsed_us, 33000);
}
END_TEST

START_TEST(declared_rates_count_when_they_can_be_true)
{
    struct mpe_track_facts facts = {.declared_bps = 2500000};

    ck_assert_int_eq(mpe_track_declared_bps(&facts), 0); /* its header did not come */
    facts.header_seen = true;
    ck_assert_int_eq(mpe_track_declared_bps(&facts), 2500000);
    facts.declared_bps = 2500000000;
    ck_assert_int_eq(mpe_track_declared_bps(&facts), 0); /* too much to be true: wait for the measured rate */
    facts.measured_bps = 2400000;
    ck_assert_int_eq(mpe_track_declared_bps(&facts), 2500000000);
}
END_TEST

/* A burst of frames at the first timestamp, as servers and encoders begin with: time begins behind it. */
START_TEST(time_begins_behind_a_run)
{
    struct mpe_track_state track;
    struct mpe_unit unit = video_frame(0);
    struct mpe_step step;

    mpe_track_init(&track, 0, &unit);
    for (int i = 0; i < 50; i++)
        step = frame_step(&track, &unit, 0);
    unit.timestamp_ms = 75000;
    step = frame_step(&track, &unit, 1000000);
    ck_assert_uint_eq(step.changed, 0);
    ck_assert_int_eq(step.lead_us, 0);
    unit.timestamp_ms = 75033;
    ck_assert_int_eq(frame_step(&track, &unit, 1000000).lead_us, 33000);
    ck_assert_int_eq(track.facts.first_dts_us, 0);
    unit.timestamp_ms = 150000;
    ck_assert_uint_ne(frame_step(&track, &unit, 1000000).changed & MPE_FACT_TIMESTAMP, 0);
}
END_TEST

static struct mpe_unit sample(int64_t dts, uint32_t timescale, uint32_t size_bytes)
{
    struct mpe_unit unit = video_frame(0);

    unit.sample.dts = dts;
    unit.sample.timescale = timescale;
    unit.size_bytes = size_bytes;
    return unit;
}

START_TEST(ticks_become_microseconds)
{
    ck_assert_int_eq(mpe_ticks_us(-213333, 10000000), -21333);
    ck_assert_int_eq(mpe_ticks_us(15336831655032322, 10000000), 1533683165503232);
    ck_assert_int_eq(mpe_ticks_us(90000, 90000), 1000000);
    ck_assert_int_eq(mpe_ticks_us(INT64_MAX, 1), 2000000000000000000);
    ck_assert_int_eq(mpe_ticks_us(INT64_MIN, 1), -2000000000000000000);
}
END_TEST

START_TEST(fragments_sent_again_count_once)
{
    struct mpe_track_state track;
    struct mpe_unit unit = sample(0, 30, 1000);
    struct mpe_limits limits;
    struct mpe_step step;

    ck_assert(mpe_limits_of_kind(&limits, MPE_ENCODING));
    mpe_track_init(&track, 0, &unit);
    for (int64_t round = 0; round < 4; round++) {
        int64_t from = round == 0 ? 0 : round * 60 - 50; /* the last frames of the round before come again */
        for (int64_t i = from; i < round * 60 + 60; i++) {
            unit = sample(i, 30, 1000);
            step = frame_step(&track, &unit, 0);
            ck_assert_uint_eq(step.changed & MPE_FACT_TIMESTAMP, 0);
            mpe_track_frame_end(&track, unit.size_bytes, &limits, &step);
        }
    }
    ck_assert_int_eq(track.facts.elapsed_us, 239 * 1000000LL / 30);
    ck_assert_int_eq(step.lead_us, track.facts.elapsed_us);
    ck_assert_int_eq(track.facts.measured_bps, 240000);
    ck_assert_int_eq(mpe_frame_rate_measured_mfps(&track.facts.frame_rate), 30000);
}
END_TEST

START_TEST(a_pause_says_nothing_about_the_frame_rate)
{
    struct mpe_frame_rate rate = {0};

    for (int i = 0; i <= 60; i++)
        mpe_frame_rate_add(&rate, i * 16667);
    mpe_frame_rate_add(&rate, 60 * 16667 + MPE_FRAME_RATE_LONG_US + 1);
    ck_assert_int_eq(rate.intervals, 0);
    ck_assert_int_eq(mpe_frame_rate_span_us(&rate), 0);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *suite = suite_create("observe");
    TCase *tests = tcase_create("observe");

    tcase_add_test(tests, distance_over_wraps);
    tcase_add_test(tests, timeline_starts_below_zero);
    tcase_add_test(tests, timeline_starts_anywhere);
    tcase_add_test(tests, timeline_counts_nanoseconds);
    tcase_add_test(tests, frame_rates_are_right_after_a_second);
    tcase_add_test(tests, frame_rate_ignores_equal_times);
    tcase_add_test(tests, frame_rates_out_of_order);
    tcase_add_test(tests, frame_rate_begins_behind_what_was_buffered);
    tcase_add_test(tests, a_frame_rate_beyond_any_camera_is_one);
    tcase_add_test(tests, frame_rate_window_starts_anew);
    tcase_add_test(tests, a_pause_says_nothing_about_the_frame_rate);
    tcase_add_test(tests, bit_rate_over_media_time);
    tcase_add_test(tests, a_bit_rate_is_not_of_one_key_frame_too_many);
    tcase_add_test(tests, a_window_does_not_wait_for_ever);
    tcase_add_test(tests, bit_rate_takes_the_clock_where_time_stands_still);
    tcase_add_test(tests, rates_in_the_query);
    tcase_add_test(tests, drift_of_weeks_is_no_lead);
    tcase_add_test(tests, steps_out_of_line_count_as_no_media_time);
    tcase_add_test(tests, declared_rates_count_when_they_can_be_true);
    tcase_add_test(tests, time_begins_behind_a_run);
    tcase_add_test(tests, ticks_become_microseconds);
    tcase_add_test(tests, fragments_sent_again_count_once);
    suite_add_tcase(suite, tests);
    return suite;
}
