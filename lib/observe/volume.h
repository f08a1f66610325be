/* Bytes of every kind against the clock: media or not, before anything was published and after. */
#ifndef MPE_OBSERVE_VOLUME_H
#define MPE_OBSERVE_VOLUME_H

#include <stddef.h>
#include <stdint.h>

#include "limits/limits.h"
#include "observe/facts.h"

/*
 * What came and is not yet worn off by the time. It wears off at 1.25 times the channel's bitrate limit, and may be
 * what that limit gives in max_lead_us and 10 s more: a stream at the limit and 5 %, in small chunks, with all the lead
 * it may have, never has as much.
 */
struct mpe_volume {
    uint64_t granted; /* bytes that may come before the next look; they are in level already */
    int64_t level;    /* in millionths of a byte: what wears off in a microsecond is a whole number of them */
    int64_t now_us;   /* caller's time of that */
};

/* As mpe_volume_take, where more comes than was granted. */
size_t mpe_volume_take_more(struct mpe_volume *volume, const struct mpe_limits *limits, size_t len, int64_t now_us);

/* How many of the next len bytes may come at now_us; they are added. The byte after them is one too many. */
static inline size_t mpe_volume_take(struct mpe_volume *volume, const struct mpe_limits *limits, size_t len,
                                     int64_t now_us)
{
    if (len > volume->granted)
        return mpe_volume_take_more(volume, limits, len, now_us);
    volume->granted -= len;
    return len;
}

/* So many of those that were added are not read now: they come again. */
static inline void mpe_volume_return(struct mpe_volume *volume, size_t len)
{
    volume->granted += len;
}

/* That byte came: the one at this offset. */
void mpe_volume_note(const struct mpe_limits *limits, uint64_t offset_bytes, struct mpe_step *step);

#endif
