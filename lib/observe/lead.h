/*
 * How the media of a session gains and loses against the caller's clock, over the last minute.
 *
 * Its lead is media time minus the caller's time, since the first frame. The largest of each 3 s is kept, in 0.01 s:
 * those of a minute, and those of half a minute in which what came ahead at the very start, and is lost later, counts
 * for nothing.
 */
#ifndef MPE_OBSERVE_LEAD_H
#define MPE_OBSERVE_LEAD_H

#include <stdbool.h>
#include <stdint.h>

#define MPE_LEAD_SLICE_US 3000000
#define MPE_LEAD_SLICES   21 /* a minute, and the one that runs */
#define MPE_LEAD_LOST     11 /* half a minute, and the one that runs */

/* All zero but began_us: nothing came yet. */
struct mpe_lead {
    int64_t began_us;                 /* caller's time at which media time was 0; MPE_TIME_NONE: nothing came */
    int64_t base_us;                  /* lead that is left out of those below, so that they stay small */
    int64_t slice;                    /* number of the slice that runs, from began_us */
    int16_t now_cs;                   /* the lead, beyond base_us */
    int16_t credit_cs;                /* of what came ahead at the start, so much is not lost yet, */
    int16_t forgiven_cs;              /* and so much was */
    int16_t lead_cs[MPE_LEAD_SLICES]; /* by slice modulo their number */
    int16_t kept_cs[MPE_LEAD_LOST];
    uint8_t slices; /* so many there are, the one that runs not counted */
};

void mpe_lead_begin(struct mpe_lead *lead, int64_t media_us, int64_t now_us);

/* fragment_us: the longest fragment so far, which is ahead by nature. */
void mpe_lead_sample(struct mpe_lead *lead, int64_t media_us, int64_t now_us, int64_t fragment_us);

/*
 * What was lost against the clock within so many slices, at most MPE_LEAD_LOST, in us; at least 0. While a fragment is
 * on its way, lead goes down that comes back with it: what counts is how much lower the largest lead is within a
 * fragment than it was before, or how much more than a fragment is lost.
 */
int64_t mpe_lead_lost_us(const struct mpe_lead *lead, int slices, int64_t fragment_us);

/*
 * How much faster than the clock the media came, in 0.1 %: the least over all starts of 30 to 60 s ago; INT64_MIN:
 * there is no such start yet.
 */
int64_t mpe_lead_gain_permille(const struct mpe_lead *lead);

#endif
