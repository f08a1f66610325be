/* How regular the intervals between the frames of a track are: how many of them differ from their median. */
#ifndef MPE_OBSERVE_REGULAR_H
#define MPE_OBSERVE_REGULAR_H

#include <stdbool.h>
#include <stdint.h>

/* The median is that of the first few intervals. */
#define MPE_REGULAR_SAMPLES 9

/* All zero: no interval yet. */
struct mpe_regular {
    uint32_t counted;   /* of this window: intervals, */
    uint32_t odd;       /* of which so many differ */
    uint32_t median_us; /* 0: not known yet */
    uint32_t least_us;  /* an interval from here on, */
    uint32_t span_us;   /* and no longer than that by more than this, does not differ */
    uint8_t sample_count;
    bool is_doubtful;                      /* the last window says nothing */
    uint16_t odd_permille;                 /* of the last window */
    uint16_t samples[MPE_REGULAR_SAMPLES]; /* in 0.1 ms */
};

/* An interval that is not 0. ticks_per_s: of the clock, whose tick is the least that two times can differ by. */
void mpe_regular_sample(struct mpe_regular *regular, int64_t interval_us, uint32_t ticks_per_s);

static inline bool mpe_regular_differs(const struct mpe_regular *regular, int64_t interval_us)
{
    return (uint64_t)(interval_us - regular->least_us) > regular->span_us;
}

/* The median is known. */
static inline bool mpe_regular_is_known(const struct mpe_regular *regular)
{
    return regular->sample_count == MPE_REGULAR_SAMPLES;
}

static inline void mpe_regular_count(struct mpe_regular *regular, int64_t interval_us)
{
    regular->counted++;
    regular->odd += mpe_regular_differs(regular, interval_us);
}

static inline void mpe_regular_add(struct mpe_regular *regular, int64_t interval_us, uint32_t ticks_per_s)
{
    if (mpe_regular_is_known(regular))
        mpe_regular_count(regular, interval_us);
    else
        mpe_regular_sample(regular, interval_us, ticks_per_s);
}

/* A window ends: the next one has a median of its own. */
void mpe_regular_turn(struct mpe_regular *regular);

/* What was counted so far is dropped: it was no whole window. */
void mpe_regular_drop(struct mpe_regular *regular);

#endif
