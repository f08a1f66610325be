/* Timelines, leads and declared rates: the arithmetic below the rules; for rates see check_rates.c. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "limits/limits.h"
#include "mpe.h"
#include "observe/observe.h"
#include "observe/timeline.h"

Suite *mpe_suite(void);

#define rtmp_clock MPE_CLOCK_RTMP

static const struct mpe_clock ts_clock = {
    .ticks_per_s = 90000, .us = 100, .ticks = 9, .near_bits = 53, .wrap_bits = 33};

static struct mpe_unit frame_at(struct mpe_clock clock, int64_t dts, uint32_t nano)
{
    struct mpe_unit unit;

    memset(&unit, 0, sizeof(unit));
    unit.kind = MPE_UNIT_FRAME;
    unit.media = MPE_MEDIA_VIDEO;
    unit.dts = dts;
    unit.dts_nano = nano;
    unit.clock = clock;
    return unit;
}

/* How far a second frame is behind a first, in microseconds. */
static int64_t distance_us(struct mpe_clock clock, int64_t from, int64_t to)
{
    struct mpe_timeline timeline = {0};
    const struct mpe_unit first = frame_at(clock, from, 0), second = frame_at(clock, to, 0);
    const int64_t from_us = mpe_timeline_first_us(&timeline, &first);

    return mpe_timeline_next_us(&timeline, &second) - from_us;
}

START_TEST(distance_over_wraps)
{
    ck_assert_int_eq(distance_us(rtmp_clock, 0, 33), 33000);
    ck_assert_int_eq(distance_us(rtmp_clock, 33, 0), -33000);
    ck_assert_int_eq(distance_us(rtmp_clock, 100, 100), 0);
    /* 31-bit wrap of clients that mask the top bit */
    ck_assert_int_eq(distance_us(rtmp_clock, 0x7FFFFFF0, 5), 21000);
    /* no wrap for clients that count 32 bits */
    ck_assert_int_eq(distance_us(rtmp_clock, 0x7FFFFFF0, 0x80000005), 21000);
    ck_assert_int_eq(distance_us(rtmp_clock, 0xFFFFFFF0, 5), 21000);
    ck_assert_int_eq(distance_us(rtmp_clock, 5, 0xFFFFFFF0), -21000);
    /* the 24-bit field of RTMP saturates here; the time just goes on */
    ck_assert_int_eq(distance_us(rtmp_clock, 0xFFFFFE, 0x1000001), 3000);
}
END_TEST

START_TEST(timeline_starts_below_zero)
{
    struct mpe_timeline timeline = {0};
    const struct mpe_unit first = frame_at(rtmp_clock, 0x7FFFFFDF, 0), second = frame_at(rtmp_clock, 0, 0);

    ck_assert_int_eq(mpe_timeline_first_us(&timeline, &first), -33000);
    ck_assert_int_eq(mpe_timeline_next_us(&timeline, &second), 0);
}
END_TEST

START_TEST(timeline_starts_anywhere)
{
    struct mpe_timeline timeline = {0};
    const struct mpe_unit first = frame_at(rtmp_clock, 0x7F000000, 0);

    ck_assert_int_eq(mpe_timeline_first_us(&timeline, &first), 0x7F000000LL * 1000);
}
END_TEST

START_TEST(timeline_counts_nanoseconds)
{
    struct mpe_timeline timeline = {0};
    const struct mpe_unit frames[] = {frame_at(rtmp_clock, 10, 0), frame_at(rtmp_clock, 26, 666667),
                                      frame_at(rtmp_clock, 43, 333333)};

    ck_assert_int_eq(mpe_timeline_first_us(&timeline, &frames[0]), 10000);
    ck_assert_int_eq(mpe_timeline_next_us(&timeline, &frames[1]), 26666);
    ck_assert_int_eq(mpe_timeline_next_us(&timeline, &frames[2]), 43333);
}
END_TEST

/* 33 bits of 90 kHz wrap after 26.5 hours; three times, in steps of 3003 ticks, not a microsecond is lost. */
START_TEST(a_33_bit_clock_wraps)
{
    const int64_t wrap = INT64_C(1) << 33;
    struct mpe_timeline timeline = {0};
    struct mpe_unit unit = frame_at(ts_clock, wrap - 9000, 0);

    ck_assert_int_eq(mpe_timeline_first_us(&timeline, &unit), -100000);
    int64_t wrong = 0;
    for (int64_t ticks = 0; ticks < 3 * wrap; ticks += 3003) {
        unit.dts = ticks % wrap;
        wrong += mpe_timeline_next_us(&timeline, &unit) != ticks * 100 / 9;
    }
    ck_assert_int_eq(wrong, 0);
    ck_assert_int_eq(distance_us(ts_clock, 9, wrap - 9), -200);
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
    return frame_at(rtmp_clock, timestamp_ms, 0);
}

/* A frame comes at a time; what the step brought. */
static struct mpe_step frame_step(struct mpe_track_state *track, const struct mpe_unit *unit, int64_t now_us)
{
    static struct mpe_limits limits;
    struct mpe_step step;

    if (limits.max_width_px == 0)
        ck_assert(mpe_limits_of_kind(&limits, MPE_ENCODING));
    mpe_step_begin(&step, 0, now_us);
    step.still_us = 0;
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
        unit.dts = (uint32_t)(ms + (ms >= days * 43200000 ? burst_ms : 0)) & 0x7FFFFFFF;
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
    unit.dts = 100000;
    ck_assert_int_eq(frame_step(&track, &unit, 0).forward_us, 99000000);
    ck_assert_int_eq(track.facts.elapsed_us, 0);
    unit.dts = 50000;
    const struct mpe_step back = frame_step(&track, &unit, 0);
    ck_assert_int_eq(back.back_us, 50000000);
    ck_assert_uint_ne(back.changed & MPE_FACT_TIMESTAMP, 0);
    ck_assert_int_eq(track.facts.elapsed_us, 0);
    unit.dts = 50033;
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

/* A burst of frames at the first timestamp, as servers and encoders begin with: time begins after it. */
START_TEST(time_begins_behind_a_run)
{
    struct mpe_track_state track;
    struct mpe_unit unit = video_frame(0);
    struct mpe_step step;

    mpe_track_init(&track, 0, &unit);
    for (int i = 0; i < 50; i++)
        step = frame_step(&track, &unit, 0);
    unit.dts = 75000;
    step = frame_step(&track, &unit, 1000000);
    ck_assert_uint_eq(step.changed, 0);
    ck_assert_int_eq(step.lead_us, 0);
    unit.dts = 75033;
    ck_assert_int_eq(frame_step(&track, &unit, 1000000).lead_us, 33000);
    ck_assert_int_eq(track.facts.first_dts_us, 0);
    unit.dts = 150000;
    ck_assert_uint_ne(frame_step(&track, &unit, 1000000).changed & MPE_FACT_TIMESTAMP, 0);
}
END_TEST

static struct mpe_unit sample(int64_t dts, uint32_t timescale, uint32_t size_bytes)
{
    struct mpe_unit unit = frame_at(mpe_clock_of_fmp4(timescale), dts, 0);

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

static void expect_same_us(uint32_t ticks_per_s, int64_t ticks)
{
    const struct mpe_clock clock = mpe_clock_of(ticks_per_s);

    ck_assert_msg(mpe_clock_us(&clock, ticks) == mpe_ticks_us(ticks, ticks_per_s), "%lld ticks of %u a second",
                  (long long)ticks, ticks_per_s);
}

START_TEST(a_clock_makes_the_same_microseconds)
{
    static const uint32_t scales[] = {1,       2,        3,        7,         30,         600,       1000,  1001,
                                      12288,   15360,    24000,    30000,     44100,      48000,     90000, 999983,
                                      1000000, 1000001,  10000000, 27000000,  65536,      60001,     96000, 192000,
                                      4194303, 16777213, 33554432, 999999937, 2147483648, UINT32_MAX};
    uint64_t random = 1;

    for (size_t i = 0; i < sizeof(scales) / sizeof(scales[0]); i++) {
        const int64_t near = (int64_t)1 << mpe_clock_of(scales[i]).near_bits;
        for (int64_t around = -3; around <= 3; around++) {
            expect_same_us(scales[i], around);
            expect_same_us(scales[i], near + around);
            expect_same_us(scales[i], around - near);
        }
        for (int j = 0; j < 1000; j++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            expect_same_us(scales[i], (int64_t)random >> (j % 63));
        }
    }
    ck_assert_int_eq(mpe_clock_of(10000000).us, 1); /* the times of today in 100 ns take the fast path */
    ck_assert_int_gt(mpe_clock_of(10000000).near_bits, 54);
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
            mpe_track_frame_end(&track, &unit, &limits, &step);
        }
    }
    ck_assert_int_eq(track.facts.elapsed_us, 239 * 1000000LL / 30);
    ck_assert_int_eq(step.lead_us, track.facts.elapsed_us);
    ck_assert_int_le(llabs(mpe_track_rate_bps(&track.facts) - 240000), 500);
}
END_TEST

/* Clocks that differ: what a day at ppm makes of the lead. */
static int64_t lead_after(int64_t days, int64_t ppm)
{
    return largest_lead(days, ppm, 0);
}

START_TEST(clocks_that_differ_are_no_lead)
{
    ck_assert_int_lt(lead_after(1, 1000), 2000000); /* 29.97 stamped for 30.000 */
    ck_assert_int_lt(lead_after(3, 500), 2000000);
    ck_assert_int_lt(lead_after(30, 1990), 3000000);
    ck_assert_int_gt(lead_after(1, 3000), 30000000);
}
END_TEST

START_TEST(a_jump_is_distinguished_from_speed)
{
    struct mpe_track_state track;
    struct mpe_unit unit = video_frame(0);

    mpe_track_init(&track, 0, &unit);
    frame_step(&track, &unit, 0);
    unit.dts = 33;
    frame_step(&track, &unit, 33000);
    unit.dts = 45033;
    const struct mpe_step jump = frame_step(&track, &unit, 33000);
    ck_assert_uint_ne(jump.changed & MPE_FACT_LEAD, 0);
    ck_assert_int_eq(jump.jump_us, 45000000);
    unit.dts = 45066;
    ck_assert_int_eq(frame_step(&track, &unit, 46000000).jump_us, 0); /* the clock caught up */
}
END_TEST

/* The key flag and the composition time of a frame of a format that knows them at the frame's end. */
START_TEST(what_is_known_late_counts_at_the_end)
{
    struct mpe_track_state track;
    struct mpe_unit unit = video_frame(0);
    struct mpe_limits limits;

    ck_assert(mpe_limits_of_kind(&limits, MPE_ENCODING));
    unit.clock = ts_clock;
    unit.late = MPE_LATE_KEY_FRAME | MPE_LATE_COMPOSITION_OFFSET;
    unit.composition_offset = 90000 * 901;
    unit.key_frame = true;
    mpe_track_init(&track, 0, &unit);
    struct mpe_step step = frame_step(&track, &unit, 0);
    ck_assert_uint_eq(step.changed & MPE_FACT_TIMESTAMP, 0);
    ck_assert_uint_eq(track.facts.key_frames, 0);
    unit.kind = MPE_UNIT_FRAME_END;
    unit.size_bytes = 1000;
    mpe_track_frame_end(&track, &unit, &limits, &step);
    ck_assert_uint_ne(step.changed & MPE_FACT_TIMESTAMP, 0);
    ck_assert_int_eq(step.composition_offset_us, 901000000);
    ck_assert_uint_eq(track.facts.key_frames, 1);
    ck_assert_uint_eq(track.facts.pending_bytes, 0);
}
END_TEST

/* Times at the ends of 64 bits, with no limit to steps: media time ends where a time does, it does not overflow. */
START_TEST(media_time_does_not_overflow)
{
    struct mpe_track_state track;
    struct mpe_unit unit = sample(0, 1, 0);
    struct mpe_limits limits;
    struct mpe_step step;

    ck_assert(mpe_limits_of_kind(&limits, MPE_ENCODING));
    limits.max_step_forward_us = 0;
    mpe_track_init(&track, 0, &unit);
    for (int64_t i = 0; i < 8; i++) {
        unit = sample(i % 2 == 0 ? -(INT64_C(1) << 61) : INT64_C(1) << 61, 1, 0);
        mpe_step_begin(&step, 0, 0);
        step.still_us = 0;
        mpe_track_frame(&track, &unit, &limits, &step);
    }
    ck_assert_int_eq(track.facts.elapsed_us, MPE_MOST_US);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *suite = suite_create("observe");
    TCase *tests = tcase_create("observe");

    tcase_set_timeout(tests, 60); /* days of frames */
    tcase_add_test(tests, distance_over_wraps);
    tcase_add_test(tests, timeline_starts_below_zero);
    tcase_add_test(tests, timeline_starts_anywhere);
    tcase_add_test(tests, timeline_counts_nanoseconds);
    tcase_add_test(tests, a_33_bit_clock_wraps);
    tcase_add_test(tests, rates_in_the_query);
    tcase_add_test(tests, drift_of_weeks_is_no_lead);
    tcase_add_test(tests, steps_out_of_line_count_as_no_media_time);
    tcase_add_test(tests, declared_rates_count_when_they_can_be_true);
    tcase_add_test(tests, time_begins_behind_a_run);
    tcase_add_test(tests, ticks_become_microseconds);
    tcase_add_test(tests, a_clock_makes_the_same_microseconds);
    tcase_add_test(tests, fragments_sent_again_count_once);
    tcase_add_test(tests, clocks_that_differ_are_no_lead);
    tcase_add_test(tests, a_jump_is_distinguished_from_speed);
    tcase_add_test(tests, what_is_known_late_counts_at_the_end);
    tcase_add_test(tests, media_time_does_not_overflow);
    suite_add_tcase(suite, tests);
    return suite;
}
