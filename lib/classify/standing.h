/* Which faults of a track, or of a session, stand: each is said when it is set, and when it is cleared. */
#ifndef MPE_CLASSIFY_STANDING_H
#define MPE_CLASSIFY_STANDING_H

#include <stdbool.h>
#include <stdint.h>

#include "classify/finding.h"

/* A fault is a number from 1 up to this; for rules of findings it is a reason. 0: news each time, nothing is kept. */
#define MPE_MAX_FAULT 63

/* All zero: none stands. */
struct mpe_standing {
    uint64_t faults; /* bit n: fault n */
};

static inline bool mpe_standing_has(const struct mpe_standing *standing, uint8_t fault)
{
    return (standing->faults >> fault & 1) != 0;
}

/* Sets or clears the fault of finding. false: it is no news, it stood, or did not, before. */
static inline bool mpe_standing_apply(struct mpe_standing *standing, const struct mpe_finding *finding)
{
    const uint64_t bit = (uint64_t)1 << finding->fault;
    if (finding->fault == 0)
        return true;
    if (mpe_standing_has(standing, finding->fault) != finding->is_cleared)
        return false;
    standing->faults ^= bit;
    return true;
}

#endif
