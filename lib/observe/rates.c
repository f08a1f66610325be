/* The rates of one track: makes time that runs out of the steps of timestamps, and hands it to both measures. */
#include "observe/rates.h"

#include <stddef.h>

#define NEAR_US       12000 /* frames of a backlog are nearer than this */
#define MOST_BACKLOG  150
#define STANDSTILL_US 1000000  /* timestamps that stand so long while bytes come: the caller's time is all there is */
#define USUAL_US      33000    /* what frames are apart, where a clock that was set back does not say */
#define MAX_OWED_US   30000000 /* so much of a pause may be made up for */

/* Three steps back within a second are one more than a clock that is set back makes. */
#define ONE_BACK_MS    400
#define OFTEN_BACK_MS  1000
#define MAX_REORDER_US 540000 /* 16 frames of 30 a second, the most that H.264 holds back */

static void forget_backs(struct mpe_rates *rates, int64_t step_us)
{
    const int64_t step_ms = (step_us + 500) / 1000;
    rates->back_ms = step_ms < rates->back_ms ? (uint16_t)(rates->back_ms - step_ms) : 0;
}

/* How far a frame below the highest time moves it on. */
static int64_t step_back(struct mpe_rates *rates, int64_t below_us)
{
    if (rates->back_ms + ONE_BACK_MS > OFTEN_BACK_MS && below_us < MAX_REORDER_US) {
        rates->behind_us = (uint32_t)below_us;
        rates->back_ms = OFTEN_BACK_MS + ONE_BACK_MS / 2;
        return 0;
    }
    rates->back_ms = (uint16_t)(rates->back_ms + ONE_BACK_MS);
    rates->behind_us = 0;
    return USUAL_US;
}

/* How far a frame moves time on; *is_equal: not at all, it is one with the highest. */
static int64_t running_us(struct mpe_rates *rates, int64_t step_us, bool *is_equal)
{
    const int64_t above_us = step_us - (int64_t)rates->behind_us;
    *is_equal = above_us == 0;
    if (above_us < 0)
        return step_back(rates, -above_us);
    rates->behind_us = 0;
    if (rates->back_ms != 0)
        forget_backs(rates, above_us);
    return above_us;
}

/* Where timestamps stand still the caller's time passes in their place. */
static int64_t standing_us(const struct mpe_rates *rates, const struct mpe_step *step)
{
    const int64_t since_us = (int64_t)((uint32_t)step->now_us - rates->last_now_us);
    if (step->still_us < STANDSTILL_US)
        return 0;
    return step->still_us - since_us < STANDSTILL_US ? step->still_us : since_us;
}

static bool is_backlog(struct mpe_rates *rates, int64_t step_us)
{
    rates->has_begun = step_us >= NEAR_US || rates->backlog >= MOST_BACKLOG;
    if (!rates->has_begun)
        rates->backlog++;
    return !rates->has_begun;
}

static void begin_measures(struct mpe_rates *rates, const struct mpe_limits *limits)
{
    mpe_bit_rate_begin(&rates->bit_rate, rates->at_us, limits->bitrate_window_us);
    if (rates->frame_rate != NULL)
        mpe_frame_rate_begin(rates->frame_rate, rates->at_us, limits);
}

void mpe_rates_begin(struct mpe_rates *rates, int64_t now_us, const struct mpe_limits *limits)
{
    rates->behind_us = 0;
    rates->last_now_us = (uint32_t)now_us;
    rates->back_ms = 0;
    rates->backlog = 0;
    rates->has_begun = false;
    begin_measures(rates, limits);
}

/* A step that is longer than what ages the starts. What of it counts. */
static uint32_t pause(struct mpe_rates *rates, int64_t step_us)
{
    const uint32_t pause_us = step_us < MAX_OWED_US ? (uint32_t)step_us : MAX_OWED_US;
    mpe_bit_rate_pause(&rates->bit_rate, rates->at_us, pause_us);
    if (rates->frame_rate != NULL)
        mpe_frame_rate_pause(rates->frame_rate, rates->at_us, pause_us);
    return pause_us;
}

void mpe_rates_note_bits(struct mpe_rates *rates, struct mpe_track_facts *facts, struct mpe_step *step)
{
    const int64_t bps = mpe_bit_rate_end_bucket(&rates->bit_rate, rates->at_us);
    if (bps == MPE_BIT_RATE_OPEN)
        return;
    facts->measured_bps = bps;
    facts->rate_counts = true;
    step->changed |= MPE_FACT_TOTALS;
}

void mpe_rates_note_frame(struct mpe_rates *rates, uint32_t aged_us, struct mpe_step *step)
{
    const int64_t high_mfps = mpe_frame_rate_add(rates->frame_rate, rates->at_us, aged_us);
    if (high_mfps == 0)
        return;
    step->high_mfps = high_mfps;
    step->changed |= MPE_FACT_FRAME_RATE;
}

void mpe_rates_odd_frame(struct mpe_rates *rates, int64_t step_us, const struct mpe_limits *limits,
                         struct mpe_track_facts *facts, struct mpe_step *step)
{
    bool is_equal;
    int64_t run_us = running_us(rates, step_us, &is_equal);
    if (is_equal)
        run_us = standing_us(rates, step);
    rates->last_now_us = (uint32_t)step->now_us;
    if (!rates->has_begun && is_backlog(rates, run_us)) {
        begin_measures(rates, limits);
        return;
    }
    const uint32_t most_us = rates->bit_rate.most_aged_us;
    const uint32_t counted_us = run_us > most_us ? pause(rates, run_us) : (uint32_t)run_us;
    mpe_rates_pass(rates, counted_us, counted_us < most_us ? counted_us : most_us, !is_equal, facts, step);
}
