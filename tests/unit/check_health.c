/*
 * Conditions of simulated streams, by seed: none of severity error of healthy ones; a slow link is found, a short stall
 * is not; nonsense flaps nothing. What they cost: memory, and when it is taken.
 *
 * MPE_TEST_STREAMS=N: N healthy streams, 60 where it is not set.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "health.h"
#include "session/health.h"
#include "stream_sim.h"

Suite *mpe_suite(void);

#define SECONDS  100
#define AUDIO_MS (1024 / 48.0)

/* ---- streams ---- */

struct encoder {
    double fps, gop_s, jitter_ms, stall_ms, clock; /* clock: how fast the caller's runs against it */
    double speed;                                  /* of the link, from slow_ms on */
    double slow_ms;
    bool has_audio;
};

struct player {
    struct sim sim;
    struct dice dice;
    double audio_ms, arrival_ms;
    double next_stall_ms, stall_end_ms;
};

static double arrival_of(struct player *player, const struct encoder *encoder, double ms)
{
    const double late_ms = fmax(0, ms - encoder->slow_ms);
    double arrival_ms = (ms - late_ms + late_ms / encoder->speed) * encoder->clock;
    arrival_ms += roll(&player->dice, 0, encoder->jitter_ms);
    if (encoder->stall_ms > 0 && ms > player->next_stall_ms) {
        player->stall_end_ms = ms + roll(&player->dice, 0, encoder->stall_ms);
        player->next_stall_ms = ms + roll(&player->dice, 1000, 20000);
    }
    player->arrival_ms = fmax(player->arrival_ms, fmax(arrival_ms, player->stall_end_ms));
    return player->arrival_ms;
}

static void send_frame(struct player *player, const struct encoder *encoder, int number)
{
    const double ms = number * 1000 / encoder->fps;
    const double arrival_ms = arrival_of(player, encoder, ms);
    const int gop = (int)(encoder->gop_s * encoder->fps);
    const struct sim_frame frame = {
        .dts_ms = ms, .arrival_ms = arrival_ms, .size_bytes = 200, .is_key = number % (gop > 0 ? gop : 1) == 0};
    for (; encoder->has_audio && player->audio_ms < ms; player->audio_ms += AUDIO_MS) {
        const struct sim_frame sound = {
            .dts_ms = player->audio_ms, .arrival_ms = arrival_ms, .size_bytes = 100, .is_audio = true};
        sim_send(&player->sim, &sound);
    }
    sim_send(&player->sim, &frame);
}

static bool poll(struct player *player, mpe_notice *notice)
{
    notice->struct_size = sizeof(*notice);
    return mpe_session_poll_notice(player->sim.session, notice) == MPE_EVENT;
}

static struct player begin(enum sim_carrier carrier, bool has_audio, uint64_t seed)
{
    return (struct player){
        .sim = sim_begin_watched(carrier, has_audio, NULL), .dice = {.state = seed * 7919 + 1}, .next_stall_ms = 3000};
}

/* ---- healthy ones ---- */

static struct encoder healthy(struct dice *dice, enum sim_carrier carrier)
{
    return (struct encoder){.fps = floor(roll(dice, 10, 61)),
                            .gop_s = roll(dice, 1, 4),
                            .jitter_ms = carrier == SIM_FMP4 ? 150 : roll(dice, 0, 30),
                            .stall_ms = 300,
                            .clock = 1 + roll(dice, -500, 500) / 1e6,
                            .speed = 1,
                            .has_audio = carrier != SIM_FMP4 && roll(dice, 0, 1) < 0.7};
}

START_TEST(healthy_streams_have_no_errors)
{
    const char *const wanted = getenv("MPE_TEST_STREAMS");
    const int count = wanted != NULL ? atoi(wanted) : 60;
    for (int seed = 0; seed < count; seed++) {
        struct dice dice = {.state = (uint64_t)seed * 104729 + 1};
        const enum sim_carrier carrier = (enum sim_carrier)(seed % SIM_CARRIERS);
        const struct encoder encoder = healthy(&dice, carrier);
        struct player player = begin(carrier, encoder.has_audio, (uint64_t)seed);
        mpe_notice notice;
        player.sim.length_ms = seed % 2 == 0 ? 2000 : 6000;
        for (int i = 0; i < SECONDS * encoder.fps; i++) {
            send_frame(&player, &encoder, i);
            while (poll(&player, &notice))
                ck_assert_msg(notice.severity < MPE_SEVERITY_ERROR || notice.state == MPE_NOTICE_HAPPENED,
                              "seed %d at %g s: %s", seed, (double)notice.now_us / 1e6, notice.message);
        }
        sim_end(&player.sim);
    }
}
END_TEST

/* ---- slow ones ---- */

/* When STARVED is set, in seconds; -1: it is not. */
static double starved_s(const struct encoder *encoder, enum sim_carrier carrier, double fragment_ms)
{
    struct player player = begin(carrier, encoder->has_audio, 1);
    double set_s = -1;
    player.sim.length_ms = fragment_ms;
    for (int i = 0; i < 60 * encoder->fps && set_s < 0; i++) {
        mpe_notice notice;
        send_frame(&player, encoder, i);
        while (poll(&player, &notice)) {
            if (notice.kind == MPE_CONDITION_STARVED)
                set_s = (double)notice.now_us / 1e6;
        }
    }
    sim_end(&player.sim);
    return set_s;
}

START_TEST(a_link_of_80_percent_starves_within_30_seconds)
{
    const struct encoder encoder = {.fps = 30, .gop_s = 2, .clock = 1, .speed = 0.8, .has_audio = true};
    ck_assert_double_gt(starved_s(&encoder, SIM_FLV, 0), 10);
    ck_assert_double_lt(starved_s(&encoder, SIM_FLV, 0), 30);
    ck_assert_double_lt(starved_s(&encoder, SIM_RTMP, 0), 30);
    ck_assert_double_gt(starved_s(&encoder, SIM_FMP4, 2000), 10);
    ck_assert_double_le(starved_s(&encoder, SIM_FMP4, 2000), 30);
    ck_assert_double_gt(starved_s(&encoder, SIM_FMP4, 6000), 10);
    ck_assert_double_le(starved_s(&encoder, SIM_FMP4, 6000), 30);
}
END_TEST

/* Also after half a minute in which the encoder was well. */
START_TEST(it_starves_in_mid_stream_too)
{
    const struct encoder encoder = {.fps = 25, .gop_s = 2, .clock = 1.0004, .speed = 0.8, .slow_ms = 30000};
    ck_assert_double_gt(starved_s(&encoder, SIM_RTMP, 0), 40);
    ck_assert_double_lt(starved_s(&encoder, SIM_RTMP, 0), 60);
}
END_TEST

START_TEST(a_stall_of_2_seconds_does_not)
{
    const struct encoder encoder = {.fps = 30, .gop_s = 2, .clock = 1, .speed = 1, .stall_ms = 2000};
    for (int carrier = 0; carrier < SIM_CARRIERS; carrier++)
        ck_assert_double_lt(starved_s(&encoder, (enum sim_carrier)carrier, 2000), 0);
    ck_assert_double_lt(starved_s(&encoder, SIM_FMP4, 6000), 0);
}
END_TEST

/* ---- nonsense ---- */

/* Times that jump anywhere, clocks that stand still, key frames at random: each changes at most once in 10 s. */
START_TEST(nothing_flaps)
{
    struct player player = begin((enum sim_carrier)(_i % SIM_CARRIERS), true, (uint64_t)_i + 99);
    int64_t changed_us[1000];
    double dts_ms = 0, now_ms = 0;
    for (int i = 0; i < 1000; i++)
        changed_us[i] = -10000000;
    for (int i = 0; i < 20000; i++) {
        mpe_notice notice;
        dts_ms = fabs(
            dts_ms + (roll(&player.dice, 0, 1) < 0.02 ? roll(&player.dice, -3000, 4000) : roll(&player.dice, -20, 60)));
        now_ms += roll(&player.dice, 0, 1) < 0.01 ? roll(&player.dice, 0, 9000) : roll(&player.dice, 0, 30);
        const struct sim_frame frame = {.dts_ms = dts_ms,
                                        .arrival_ms = now_ms,
                                        .size_bytes = (uint32_t)roll(&player.dice, 1, 5000),
                                        .is_audio = roll(&player.dice, 0, 1) < 0.4,
                                        .is_key = roll(&player.dice, 0, 1) < 0.1};
        sim_send(&player.sim, &frame);
        while (poll(&player, &notice)) {
            if (notice.state == MPE_NOTICE_HAPPENED)
                continue;
            const int place = notice.kind - MPE_CONDITION_BASE + 100 * (notice.track + 1);
            ck_assert_msg(notice.now_us - changed_us[place] >= 10000000, "%s of track %d after %g s", notice.message,
                          (int)notice.track, (double)(notice.now_us - changed_us[place]) / 1e6);
            changed_us[place] = notice.now_us;
        }
    }
    sim_end(&player.sim);
}
END_TEST

/* ---- cost ---- */

static size_t allocations;

static void *count_allocation(void *user, size_t size)
{
    (void)user;
    allocations++;
    return malloc(size);
}

static void release(void *user, void *block)
{
    (void)user;
    free(block);
}

START_TEST(nothing_is_allocated_after_admission)
{
    const mpe_allocator allocator = {
        .struct_size = sizeof(allocator), .allocate = count_allocation, .release = release};
    const struct encoder encoder = {.fps = 30, .gop_s = 5, .clock = 1, .speed = 0.8, .has_audio = true};
    struct player player = {.sim = sim_begin_watched(SIM_FLV, true, &allocator), .dice = {.state = 5}};
    size_t admitted = 0;
    for (int i = 0; i < 60 * 30; i++) {
        send_frame(&player, &encoder, i);
        if (i == 90) {
            ck_assert_int_eq(mpe_session_state(player.sim.session), MPE_STATE_ADMITTED);
            admitted = allocations;
        }
    }
    ck_assert_uint_gt(admitted, 0);
    ck_assert_uint_eq(allocations, admitted);
    sim_end(&player.sim);
}
END_TEST

START_TEST(the_oldest_gives_way)
{
    struct mpe_records records = {0};
    struct mpe_record record = {0};
    uint32_t lost = 7;
    ck_assert(!mpe_records_take(&records, &record, &lost));
    for (int16_t i = 0; i < MPE_RECORDS_MAX + 3; i++) {
        record.track = i;
        mpe_records_push(&records, &record);
    }
    for (int16_t i = 3; i < MPE_RECORDS_MAX + 3; i++) {
        ck_assert(mpe_records_take(&records, &record, &lost));
        ck_assert_int_eq(record.track, i);
        ck_assert_uint_eq(lost, i == 3 ? 3 : 0);
    }
    ck_assert(!mpe_records_take(&records, &record, &lost));
}
END_TEST

static struct mpe_record largest_record(int16_t track)
{
    return (struct mpe_record){.kind = INT16_MAX,
                               .track = track,
                               .other_track = INT16_MIN,
                               .state = MPE_NOTICE_HAPPENED,
                               .severity = 15,
                               .flags = 63,
                               .media = 3,
                               .value = INT64_MIN,
                               .limit = INT64_MAX,
                               .media_us = INT64_MIN,
                               .now_us = INT64_MAX,
                               .ticks = INT64_MIN,
                               .other_ticks = INT64_MIN,
                               .duration_ticks = UINT32_MAX,
                               .other_duration_ticks = UINT32_MAX};
}

static void expect_same_record(const struct mpe_record *a, const struct mpe_record *b)
{
    ck_assert_int_eq(a->kind, b->kind);
    ck_assert_int_eq(a->track, b->track);
    ck_assert_int_eq(a->other_track, b->other_track);
    ck_assert_int_eq(a->state, b->state);
    ck_assert_int_eq(a->severity, b->severity);
    ck_assert_int_eq(a->flags, b->flags);
    ck_assert_int_eq(a->media, b->media);
    ck_assert_int_eq(a->value, b->value);
    ck_assert_int_eq(a->limit, b->limit);
    ck_assert_int_eq(a->media_us, b->media_us);
    ck_assert_int_eq(a->now_us, b->now_us);
    ck_assert_int_eq(a->ticks, b->ticks);
    ck_assert_int_eq(a->other_ticks, b->other_ticks);
    ck_assert_uint_eq(a->duration_ticks, b->duration_ticks);
    ck_assert_uint_eq(a->other_duration_ticks, b->other_duration_ticks);
}

/* Of the largest two wait, wherever in the ring they begin; small ones come out as they went in, too. */
START_TEST(records_of_any_size)
{
    struct mpe_records records = {0};
    for (int16_t i = 0; i < 500; i++) {
        const struct mpe_record large = largest_record(INT16_MIN), small = {.kind = -1, .track = i, .now_us = -i};
        struct mpe_record record;
        uint32_t lost;
        for (int j = 0; j < 2; j++)
            mpe_records_push(&records, &large);
        for (int j = 0; j < 2; j++) {
            ck_assert(mpe_records_take(&records, &record, &lost));
            ck_assert_uint_eq(lost, 0);
            expect_same_record(&record, &large);
        }
        mpe_records_push(&records, &small);
        ck_assert(mpe_records_take(&records, &record, &lost));
        expect_same_record(&record, &small);
        ck_assert(!mpe_records_take(&records, &record, &lost));
    }
}
END_TEST

/* As a profile says at one header that all of it is wrong: eight conditions after a month of media. */
START_TEST(eight_conditions_wait)
{
    const int64_t month_us = INT64_C(30) * 86400 * 1000000;
    struct mpe_records records = {0};
    struct mpe_record record = {.state = MPE_NOTICE_SET,
                                .severity = MPE_SEVERITY_WARNING,
                                .flags = 63,
                                .media = MPE_MEDIA_AUDIO,
                                .value = 60000000,
                                .limit = 51000000,
                                .media_us = month_us,
                                .now_us = 12 * month_us};
    uint32_t lost;
    for (int16_t i = 0; i < MPE_RECORDS_MAX; i++) {
        record.kind = (int16_t)(1000 + i);
        mpe_records_push(&records, &record);
    }
    for (int16_t i = 0; i < MPE_RECORDS_MAX; i++) {
        struct mpe_record taken;
        ck_assert(mpe_records_take(&records, &taken, &lost));
        ck_assert_uint_eq(lost, 0);
        record.kind = (int16_t)(1000 + i);
        expect_same_record(&taken, &record);
    }
}
END_TEST

START_TEST(a_large_record_takes_the_place_of_many)
{
    struct mpe_records records = {0};
    struct mpe_record record = {0};
    uint32_t lost;
    for (int16_t i = 0; i < 11; i++) {
        record = largest_record(i);
        mpe_records_push(&records, &record);
    }
    for (int16_t i = 9; i < 11; i++) {
        ck_assert(mpe_records_take(&records, &record, &lost));
        ck_assert_int_eq(record.track, i);
        ck_assert_uint_eq(lost, i == 9 ? 9 : 0);
    }
    ck_assert(!mpe_records_take(&records, &record, &lost));
}
END_TEST

/* ---- the calls ---- */

START_TEST(wrong_arguments)
{
    struct sim sim = sim_begin(SIM_FLV, false);
    mpe_notice notice = {.struct_size = sizeof(notice)};
    ck_assert_int_eq(mpe_session_poll_notice(NULL, &notice), MPE_BAD_SESSION);
    ck_assert_int_eq(mpe_session_poll_notice(sim.session, NULL), MPE_BAD_OUTPUT);
    ck_assert_int_eq(mpe_session_poll_notice(sim.session, &notice), MPE_OK);
    notice.struct_size--;
    ck_assert_int_eq(mpe_session_poll_notice(sim.session, &notice), MPE_BAD_STRUCT_SIZE);
    sim_end(&sim);
}
END_TEST

START_TEST(the_table)
{
    ck_assert_int_ge(mpe_condition_count(), 29);
    for (int32_t i = 0; i < mpe_condition_count(); i++) {
        const int32_t condition = mpe_condition_at(i);
        ck_assert_int_gt(condition, MPE_CONDITION_BASE);
        ck_assert_int_eq(mpe_condition_by_name(mpe_condition_name(condition)), condition);
        ck_assert_str_ne(mpe_condition_title(condition), "");
        ck_assert_str_ne(mpe_condition_remedy(condition), "");
        ck_assert_int_ge(mpe_condition_severity(condition), MPE_SEVERITY_SUGGESTION);
        ck_assert_int_le(mpe_condition_severity(condition), MPE_SEVERITY_ERROR);
        ck_assert_str_eq(mpe_reason_name(condition), mpe_condition_name(condition));
    }
    ck_assert_int_eq(mpe_condition_at(-1), 0);
    ck_assert_int_eq(mpe_condition_at(mpe_condition_count()), 0);
    ck_assert_int_eq(mpe_condition_by_name("NOTHING"), 0);
    ck_assert_int_eq(mpe_condition_by_name(NULL), 0);
    ck_assert_str_eq(mpe_condition_name(500), "");
    ck_assert_str_eq(mpe_condition_title(500), "");
    ck_assert_str_eq(mpe_condition_remedy(101), "");
    ck_assert_int_eq(mpe_condition_severity(500), 0);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *suite = suite_create("health");
    TCase *streams = tcase_create("streams");
    TCase *calls = tcase_create("calls");
    tcase_set_timeout(streams, 600);
    tcase_add_test(streams, healthy_streams_have_no_errors);
    tcase_add_test(streams, a_link_of_80_percent_starves_within_30_seconds);
    tcase_add_test(streams, it_starves_in_mid_stream_too);
    tcase_add_test(streams, a_stall_of_2_seconds_does_not);
    tcase_add_loop_test(streams, nothing_flaps, 0, 6);
    tcase_add_test(streams, nothing_is_allocated_after_admission);
    tcase_add_test(calls, the_oldest_gives_way);
    tcase_add_test(calls, records_of_any_size);
    tcase_add_test(calls, eight_conditions_wait);
    tcase_add_test(calls, a_large_record_takes_the_place_of_many);
    tcase_add_test(calls, wrong_arguments);
    tcase_add_test(calls, the_table);
    suite_add_tcase(suite, streams);
    suite_add_tcase(suite, calls);
    return suite;
}
