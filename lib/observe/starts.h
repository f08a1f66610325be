/*
 * The places where a stretch of media may have started, by age: what "above a rate" is measured from.
 *
 * D(t) = what came until t - rate * t. A stretch from s to t is above the rate exactly if D(t) > D(s), and honestly so
 * only if that holds for every s of an age: a stall lowers D, the burst that makes up for it only brings it back. Of
 * each bucket of ages the start with the highest D is kept, the one that a stretch is least above the rate from.
 *
 * A pause ages the starts by one bucket at most, so that the time before it stays comparable however long it was.
 */
#ifndef MPE_OBSERVE_STARTS_H
#define MPE_OBSERVE_STARTS_H

#include <stdbool.h>
#include <stdint.h>

/* Both count on modulo 2^16; only differences say something. */
struct mpe_start {
    uint16_t amount;
    uint16_t time; /* in units of 2^n microseconds */
};

/* Zeroed, then mpe_starts_begin. The starts themselves lie with the owner, a fixed count of them. */
struct mpe_starts {
    uint32_t age_us; /* of the current bucket */
    uint16_t amount; /* that came so far, modulo 2^16; counted by the owner */
    uint8_t current; /* index of the current bucket */
    uint8_t filled;  /* buckets */
};

/*
 * After a pause the oldest start is at most so far back, in units: with the ages that a ring holds after the pause,
 * 10,800 units, its time still fits into 16 bits.
 */
#define MPE_STARTS_MAX_UNITS 54000

static inline uint16_t mpe_amount_since(struct mpe_start now, struct mpe_start start)
{
    return (uint16_t)(now.amount - start.amount);
}

static inline uint16_t mpe_time_since(struct mpe_start now, struct mpe_start start)
{
    return (uint16_t)(now.time - start.time);
}

/* Time begins at now. */
void mpe_starts_begin(struct mpe_starts *starts, struct mpe_start *kept, struct mpe_start now);

/* The starts age, by a bucket at most. true: the current bucket is over, call mpe_starts_next. */
static inline bool mpe_starts_age(struct mpe_starts *starts, uint32_t aged_us, uint32_t bucket_us)
{
    starts->age_us += aged_us;
    return starts->age_us >= bucket_us;
}

/* A new bucket begins with now. */
void mpe_starts_next(struct mpe_starts *starts, struct mpe_start *kept, uint8_t count, uint32_t bucket_us,
                     struct mpe_start now);

/* The index of the bucket that was back before the current one. back < filled */
static inline uint8_t mpe_starts_index(const struct mpe_starts *starts, uint8_t count, unsigned back)
{
    return (uint8_t)(starts->current + (back <= starts->current ? 0u : count) - back);
}

/* Before a pause of so many units: a start so old that its time would come round again is none any more. */
void mpe_starts_drop(struct mpe_starts *starts, const struct mpe_start *kept, uint8_t count, struct mpe_start now,
                     uint32_t units);

#endif
