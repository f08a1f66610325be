/*
 * Frame rate of one video track, measured against a limit from every start of an age (observe/starts.h): between 5 and
 * 10 s for what is above the limit and its tolerance, between 1 and 6 s for what is certainly above it.
 */
#ifndef MPE_OBSERVE_FRAME_RATE_H
#define MPE_OBSERVE_FRAME_RATE_H

#include <stdint.h>

#include "limits/limits.h"
#include "observe/starts.h"

#define MPE_FRAME_RATE_STARTS        20
#define MPE_FRAME_RATE_BUCKET_US     500000
#define MPE_FRAME_RATE_MIN_INTERVALS 30

/* Zeroed: before the first frame. */
struct mpe_frame_rate {
    uint32_t tolerated_mfps;  /* what is not above the limit; 0: there is none */
    uint32_t certain_mfps;    /* what is certainly not */
    struct mpe_starts starts; /* of frames */
    uint8_t long_best;        /* index of the start 5 to 10 s old that has the highest D; MPE_FRAME_RATE_STARTS: none */
    uint8_t certain_best;     /* the same of those 1 to 6 s old */
    struct mpe_start kept[MPE_FRAME_RATE_STARTS];
    int32_t measured_mfps; /* over the last seconds, as last known; 0: not yet */
    int32_t declared_mfps; /* by metadata; 0: not */
};

/* Time begins, with a frame: what came before it counts for nothing. */
void mpe_frame_rate_begin(struct mpe_frame_rate *rate, uint32_t at_us, const struct mpe_limits *limits);

/* Before a pause of so long after at_us. */
void mpe_frame_rate_pause(struct mpe_frame_rate *rate, uint32_t at_us, uint32_t pause_us);

/*
 * A frame comes at a running time, modulo 2^32, that aged the starts by aged_us, one bucket at most. Gives the rate in
 * frames per 1000 s over the shortest stretch that is above the limit, 0: none is.
 */
int64_t mpe_frame_rate_add(struct mpe_frame_rate *rate, uint32_t at_us, uint32_t aged_us);

#endif
