/*
 * The rates of one track, and the media time that they are measured in: time that runs.
 *
 * A step back once in a while is a clock set back: what follows is new time. Steps back again and again are frames in
 * presentation order: they add none. Equal times are one frame. A backlog at the very start begins nothing.
 */
#ifndef MPE_OBSERVE_RATES_H
#define MPE_OBSERVE_RATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "observe/bit_rate.h"
#include "observe/facts.h"
#include "observe/frame_rate.h"
#include "observe/timeline.h"

/* Zeroed: before the first frame. */
struct mpe_rates {
    struct mpe_frame_rate *frame_rate; /* NULL: of audio, which has none */
    uint32_t at_us;                    /* the time that runs, modulo 2^32 */
    uint32_t behind_us;                /* how far the last frame lies below the highest time */
    uint32_t last_now_us;              /* caller's time of the last frame, modulo 2^32 */
    uint16_t back_ms;                  /* grows with each step back, and falls with time */
    uint8_t backlog;                   /* frames of it */
    bool has_begun;                    /* the backlog, if there is one, is over */
    struct mpe_bit_rate bit_rate;
};

/* A frame is the first, or the first after a jump. */
void mpe_rates_begin(struct mpe_rates *rates, int64_t now_us, const struct mpe_limits *limits);

/* A bucket of the bit rate is over; a frame is to be counted. What is new goes to facts and step, see mpe_rates_frame.
 */
void mpe_rates_note_bits(struct mpe_rates *rates, struct mpe_track_facts *facts, struct mpe_step *step);
void mpe_rates_note_frame(struct mpe_rates *rates, uint32_t aged_us, struct mpe_step *step);

/* So much time runs on, of which the starts age by aged_us; is_new: the frame is not one with the last. */
static inline void mpe_rates_pass(struct mpe_rates *rates, uint32_t counted_us, uint32_t aged_us, bool is_new,
                                  struct mpe_track_facts *facts, struct mpe_step *step)
{
    rates->at_us += counted_us;
    if (mpe_bit_rate_pass(&rates->bit_rate, rates->at_us, aged_us))
        mpe_rates_note_bits(rates, facts, step);
    if (rates->frame_rate != NULL && is_new)
        mpe_rates_note_frame(rates, aged_us, step);
}

/* As mpe_rates_frame, for any step. */
void mpe_rates_odd_frame(struct mpe_rates *rates, int64_t step_us, const struct mpe_limits *limits,
                         struct mpe_track_facts *facts, struct mpe_step *step);

/* Nearly all steps: forward, in line with those before, and short. */
static inline bool mpe_rates_is_usual(const struct mpe_rates *rates, int64_t step_us)
{
    return mpe_step_is_short(step_us, rates->bit_rate.most_aged_us) && rates->has_begun && rates->behind_us == 0 &&
           rates->back_ms == 0;
}

/*
 * A frame follows, its decode time step_us after that of the one before. Notes in facts what is measured again, in step
 * a frame rate that is above the limit.
 */
static inline void mpe_rates_frame(struct mpe_rates *rates, int64_t step_us, const struct mpe_limits *limits,
                                   struct mpe_track_facts *facts, struct mpe_step *step)
{
    if (!mpe_rates_is_usual(rates, step_us)) {
        mpe_rates_odd_frame(rates, step_us, limits, facts, step);
        return;
    }
    rates->last_now_us = (uint32_t)step->now_us;
    mpe_rates_pass(rates, (uint32_t)step_us, (uint32_t)step_us, true, facts, step);
}

#endif
