/*
 * The rates of one track, and the media time that they are measured in: time that runs.
 *
 * A step back once in a while is a clock set back: what follows is new time. Steps back again and again are frames in
 * presentation order: they add none. Equal times are one frame. A backlog at the very start begins nothing.
 */
#ifndef MPE_OBSERVE_RATES_H
#define MPE_OBSERVE_RATES_H

#include <stdbool.h>
#include <stdint.h>

#include "observe/bit_rate.h"
#include "observe/facts.h"
#include "observe/frame_rate.h"

/* Zeroed: before the first frame. */
struct mpe_rates {
    struct mpe_frame_rate *frame_rate; /* NULL: of audio, which has none */
    struct mpe_bit_rate bit_rate;
    uint32_t at_us;       /* the time that runs, modulo 2^32 */
    uint32_t behind_us;   /* how far the last frame lies below the highest time */
    uint32_t last_now_us; /* caller's time of the last frame, modulo 2^32 */
    uint16_t back_ms;     /* grows with each step back, and falls with time */
    uint8_t backlog;      /* frames of it */
    bool has_begun;       /* the backlog, if there is one, is over */
};

/* A frame is the first, or the first after a jump. */
void mpe_rates_begin(struct mpe_rates *rates, int64_t now_us, const struct mpe_limits *limits);

/*
 * A frame follows, its decode time step_us after that of the one before. Notes in facts what is measured again, in step
 * a frame rate that is above the limit.
 */
void mpe_rates_frame(struct mpe_rates *rates, int64_t step_us, const struct mpe_limits *limits,
                     struct mpe_track_facts *facts, struct mpe_step *step);

#endif
