/* Starts of stretches by age: a ring of buckets in the owner's memory. */
#include "observe/starts.h"

void mpe_starts_begin(struct mpe_starts *starts, struct mpe_start *kept, struct mpe_start now)
{
    *starts = (struct mpe_starts){.amount = now.amount, .filled = 1};
    kept[0] = now;
}

void mpe_starts_next(struct mpe_starts *starts, struct mpe_start *kept, uint8_t count, uint32_t bucket_us,
                     struct mpe_start now)
{
    starts->age_us -= bucket_us;
    starts->current = starts->current + 1 == count ? 0 : (uint8_t)(starts->current + 1);
    if (starts->filled < count)
        starts->filled++;
    kept[starts->current] = now;
}

void mpe_starts_drop(struct mpe_starts *starts, const struct mpe_start *kept, uint8_t count, struct mpe_start now,
                     uint32_t units)
{
    while (starts->filled > 1 &&
           mpe_time_since(now, kept[mpe_starts_index(starts, count, starts->filled - 1u)]) + units >
               MPE_STARTS_MAX_UNITS)
        starts->filled--;
}
