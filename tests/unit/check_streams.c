/*
 * Random streams of ten minutes on an encoding channel, by seed: healthy ones of which nothing is said, whatever their
 * stalls, clocks, key frames and buffers are; and unhealthy ones that are found in time.
 *
 * MPE_TEST_STREAMS=N: N healthy streams and 3 N / 10 others, 60 where it is not set.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "stream_sim.h"

Suite *mpe_suite(void);

#define LIMIT_BPS 20000000.0
#define STREAM_MS 600000.0
/* Of the limit, the most that a healthy encoder is set to. */
#define MOST_SHARE 1.0
#define AUDIO_MS   (1024 / 48.0)
#define AUDIO_SIZE 340

/* What an encoder is set to. */
struct encoder {
    double fps;
    double bps;   /* of video, what its buffer is filled with */
    double vbv_s; /* so much of it may leave at once */
    double gop_s;
    double key_size; /* times a frame */
    double jitter_ms;
    bool has_audio;
    bool has_b_frames;
    bool has_stalls;
    bool stamps_arrival; /* what stalls is stamped when it leaves, not when it was made */
    double set_back_ms;  /* of its clock, at times; 0: never */
};

struct state {
    struct dice dice;
    double credit_bits, scene, scene_end_ms, key_ms;
    double stall_ms, stall_end_ms; /* the one to come or under way */
    double back_ms, next_back_ms;  /* its clock was set back by so much */
    double last_dts_ms, audio_ms, last_arrival_ms;
};

static struct encoder healthy(struct dice *dice)
{
    static const double fps[] = {24, 25, 30000 / 1001.0, 30};
    struct encoder encoder = {
        .fps = fps[(int)roll(dice, 0, 4)], .vbv_s = roll(dice, 0.5, 2), .gop_s = roll(dice, 1, 10)};
    encoder.has_audio = roll(dice, 0, 1) < 0.5;
    encoder.bps = LIMIT_BPS * roll(dice, 0.1, MOST_SHARE) - 140000;
    encoder.key_size = roll(dice, 5, 20);
    encoder.jitter_ms = roll(dice, 0, 1) < 0.5 ? 0 : roll(dice, 0, 10);
    encoder.has_b_frames = roll(dice, 0, 1) < 0.5;
    encoder.has_stalls = roll(dice, 0, 1) < 0.7;
    encoder.stamps_arrival = roll(dice, 0, 1) < 0.5;
    encoder.set_back_ms = roll(dice, 0, 1) < 0.5 ? 0 : floor(roll(dice, 50, 990));
    return encoder;
}

/* What a scene wants, as far as the buffer of the rate control allows it. */
static uint32_t size_of(const struct encoder *encoder, struct state *state, double ms, bool is_key)
{
    const double even_bits = encoder->bps / encoder->fps;
    if (ms >= state->scene_end_ms) {
        state->scene = roll(&state->dice, 0.2, 3);
        state->scene_end_ms = ms + roll(&state->dice, 500, 12000);
    }
    state->credit_bits = fmin(state->credit_bits + even_bits, encoder->bps * encoder->vbv_s);
    const double bits = fmin(even_bits * state->scene * (is_key ? encoder->key_size : 1), state->credit_bits);
    state->credit_bits -= bits;
    return (uint32_t)(bits / 8);
}

static double next_stall(const struct encoder *encoder, struct state *state, double ms)
{
    return encoder->has_stalls ? ms + roll(&state->dice, 3000, 60000) : 1e12;
}

/* When what was made at a time leaves, and how it is stamped then. */
static double leaves_ms(const struct encoder *encoder, struct state *state, double ms, double *stamp_ms)
{
    *stamp_ms = ms;
    if (ms >= state->stall_end_ms) {
        state->stall_ms = next_stall(encoder, state, ms);
        state->stall_end_ms = state->stall_ms + roll(&state->dice, 100, 8000);
    }
    if (ms < state->stall_ms)
        return ms;
    if (encoder->stamps_arrival)
        *stamp_ms = fmax(state->last_dts_ms + 1, state->stall_end_ms - (state->stall_end_ms - ms) / 20);
    return state->stall_end_ms;
}

static void set_clock_back(const struct encoder *encoder, struct state *state, double ms)
{
    if (encoder->set_back_ms == 0 || ms < state->next_back_ms)
        return;
    if (state->next_back_ms > 0)
        state->back_ms += encoder->set_back_ms;
    state->next_back_ms = ms + roll(&state->dice, 10000, 60000);
}

static void send_audio(struct sim *sim, struct state *state, double until_ms, double arrival_ms)
{
    for (; state->audio_ms < until_ms; state->audio_ms += AUDIO_MS) {
        const struct sim_frame frame = {.dts_ms = state->audio_ms - state->back_ms,
                                        .arrival_ms = arrival_ms,
                                        .size_bytes = AUDIO_SIZE,
                                        .is_audio = true};
        if (frame.dts_ms >= 0)
            sim_send(sim, &frame);
    }
}

static void send_video(struct sim *sim, const struct encoder *encoder, struct state *state, int frame_number)
{
    const double ms = frame_number * 1000 / encoder->fps;
    double stamp_ms;
    const double arrival_ms = leaves_ms(encoder, state, ms, &stamp_ms);
    struct sim_frame frame = {.arrival_ms = arrival_ms, .is_key = ms >= state->key_ms};
    if (frame.is_key)
        state->key_ms = ms + encoder->gop_s * 1000;
    frame.size_bytes = size_of(encoder, state, ms, frame.is_key);
    frame.composition_ms = encoder->has_b_frames ? (int)(frame_number % 3 * 1000 / encoder->fps) : 0;
    const double jitter_ms = arrival_ms > ms ? 0 : roll(&state->dice, 0, encoder->jitter_ms);
    stamp_ms = fmax(stamp_ms + jitter_ms, state->last_dts_ms + 1);
    state->last_dts_ms = stamp_ms;
    set_clock_back(encoder, state, ms);
    frame.dts_ms = fmax(0, stamp_ms - state->back_ms);
    if (encoder->has_audio)
        send_audio(sim, state, ms, arrival_ms);
    sim_send(sim, &frame);
}

static void expect_quiet(uint64_t number)
{
    struct state state = {.dice = {number * 2654435761u + 1}};
    struct encoder encoder = healthy(&state.dice);
    const enum sim_carrier carrier = (enum sim_carrier)(number % SIM_CARRIERS);
    mpe_error error;
    if (carrier == SIM_FMP4) {
        encoder.has_audio = false;
        encoder.set_back_ms = 0;
    }
    state.stall_ms = next_stall(&encoder, &state, 0);
    state.stall_end_ms = state.stall_ms + roll(&state.dice, 100, 8000);
    struct sim sim = sim_begin(carrier, encoder.has_audio);
    for (int i = 0; i * 1000 / encoder.fps < STREAM_MS; i++)
        send_video(&sim, &encoder, &state, i);
    const mpe_status status = sim_finding(&sim, &error);
    ck_assert_msg(
        status == MPE_OK,
        "stream %d, carrier %d, %.2f fps, %.2f Mbit/s, VBV %.2f s, GOP %.1f s, jitter %.1f, stalls %d/%d, "
        "back %.0f: at %.1f s: %s",
        (int)number, (int)carrier, encoder.fps, encoder.bps / 1e6, encoder.vbv_s, encoder.gop_s, encoder.jitter_ms,
        encoder.has_stalls, encoder.stamps_arrival, encoder.set_back_ms, (double)error.media_us / 1e6, error.message);
    ck_assert_int_eq(mpe_session_state(sim.session), MPE_STATE_ADMITTED);
    sim_end(&sim);
}

/* ---------------------------------------------------------------- unhealthy */

enum disguise { PLAIN, JITTER, PAIRS, PRESENTATION_ORDER, DISGUISES };

/* The time that an encoder of too many frames puts on one. */
static double disguised_ms(enum disguise disguise, struct dice *dice, double begin_ms, int frame, double fps)
{
    static const int order[] = {0, 3, 1, 2};
    const double frame_ms = 1000 / fps;
    switch (disguise) {
    case JITTER:
        return begin_ms + frame * frame_ms + roll(dice, 0, frame_ms * 0.4);
    case PAIRS:
        return begin_ms + frame / 2 * 2 * frame_ms + frame % 2;
    case PRESENTATION_ORDER:
        return begin_ms + (frame / 4 * 4 + order[frame % 4]) * frame_ms;
    default:
        return begin_ms + frame * frame_ms;
    }
}

static void expect_frame_rate(uint64_t number)
{
    struct dice dice = {number * 2654435761u + 7};
    const enum disguise disguise = (enum disguise)(number % DISGUISES);
    const double fps = number % 3 == 0 ? roll(&dice, 31, 36) : roll(&dice, 36, 120);
    const double begin_ms = roll(&dice, 0, 1) < 0.5 ? 0 : roll(&dice, 5000, 60000);
    struct sim sim = sim_begin((enum sim_carrier)(number / 4 % 2), false);
    mpe_error error = {0};
    mpe_status status = MPE_OK;
    for (int i = 0; i * 40 < begin_ms; i++)
        sim_send(&sim, &(struct sim_frame){.dts_ms = i * 40, .arrival_ms = i * 40, .is_key = i % 50 == 0});
    for (int i = 0; status == MPE_OK && i * 1000 / fps < 15000; i++) {
        const double dts_ms = disguised_ms(disguise, &dice, begin_ms, i, fps);
        sim_send(&sim, &(struct sim_frame){.dts_ms = dts_ms, .arrival_ms = begin_ms + i * 1000 / fps});
        status = sim_finding(&sim, &error);
    }
    const double after_ms = (double)error.now_us / 1000 - begin_ms;
    const double most_ms = begin_ms > 0 || disguise == PRESENTATION_ORDER ? 10500 : fps > 45 ? 3000 : 5500;
    ck_assert_msg(status == MPE_EVENT && error.reason == MPE_REASON_FRAME_RATE && after_ms <= most_ms,
                  "stream %d, %.2f fps from %.0f ms, disguise %d: %s after %.0f ms", (int)number, fps, begin_ms,
                  (int)disguise, status == MPE_EVENT ? error.message : "nothing", after_ms);
    sim_end(&sim);
}

static void expect_bit_rate(uint64_t number)
{
    static const double bps[] = {25e6, 30e6, 40e6}, most_ms[] = {12000, 7000, 7000};
    struct state state = {.dice = {number * 2654435761u + 9}};
    struct encoder encoder = healthy(&state.dice);
    struct sim sim = sim_begin((enum sim_carrier)(number / 3 % SIM_CARRIERS), false);
    mpe_error error = {0};
    mpe_status status = MPE_OK;
    encoder.bps = bps[number % 3];
    encoder.gop_s = roll(&state.dice, 1, 2);
    for (int i = 0; status == MPE_OK && i * 1000 / encoder.fps < 30000; i++) {
        const double ms = i * 1000 / encoder.fps;
        const bool is_key = ms >= state.key_ms;
        const double inter = encoder.bps / encoder.fps / 8 / (1 + (encoder.key_size - 1) / encoder.fps / encoder.gop_s);
        state.key_ms = is_key ? ms + encoder.gop_s * 1000 : state.key_ms;
        sim_send(&sim, &(struct sim_frame){.dts_ms = ms,
                                           .arrival_ms = ms,
                                           .is_key = is_key,
                                           .size_bytes = (uint32_t)(is_key ? inter * encoder.key_size : inter)});
        status = sim_finding(&sim, &error);
    }
    ck_assert_msg(status == MPE_EVENT && error.reason == MPE_REASON_MEASURED_BITRATE &&
                      (double)error.now_us / 1000 <= most_ms[number % 3] + 1100,
                  "stream %d, %.0f Mbit/s: %s after %.0f ms", (int)number, encoder.bps / 1e6,
                  status == MPE_EVENT ? error.message : "nothing", (double)error.now_us / 1000);
    sim_end(&sim);
}

static int streams(void)
{
    const char *const count = getenv("MPE_TEST_STREAMS");
    return count != NULL ? atoi(count) : 60;
}

START_TEST(healthy_streams_are_quiet)
{
    for (int i = 0; i < streams(); i++)
        expect_quiet((uint64_t)i);
}
END_TEST

START_TEST(frame_rates_are_found)
{
    for (int i = 0; i < streams() / 5; i++)
        expect_frame_rate((uint64_t)i);
}
END_TEST

START_TEST(bit_rates_are_found)
{
    for (int i = 0; i < streams() / 10; i++)
        expect_bit_rate((uint64_t)i);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *suite = suite_create("streams");
    TCase *tests = tcase_create("streams");

    tcase_set_timeout(tests, getenv("MPE_TEST_STREAMS") != NULL ? 3600 : 120);
    tcase_add_test(tests, healthy_streams_are_quiet);
    tcase_add_test(tests, frame_rates_are_found);
    tcase_add_test(tests, bit_rates_are_found);
    suite_add_tcase(suite, tests);
    return suite;
}
