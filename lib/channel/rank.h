/* Who came first, of sessions on any edge of a fleet. */
#ifndef MPE_CHANNEL_RANK_H
#define MPE_CHANNEL_RANK_H

#include <stdbool.h>
#include <stdint.h>

/* Later than all that other edges know of: it stands in no share yet. */
#define MPE_RANK_NOT_SHARED INT64_MAX

struct mpe_rank {
    int64_t came_us; /* on the fleet's clock, when it stood in a share first; MPE_RANK_NOT_SHARED: not yet */
    uint64_t edge;   /* of two that came at the same time, */
    uint64_t serial; /* also from the same edge */
};

static inline bool mpe_rank_is_later(const struct mpe_rank *a, const struct mpe_rank *b)
{
    if (a->came_us != b->came_us)
        return a->came_us > b->came_us;
    return a->edge != b->edge ? a->edge > b->edge : a->serial > b->serial;
}

#endif
