/* Times of the caller's clock: bounded, so that their sums and differences always fit into 63 bits. */
#ifndef MPE_BASE_CLOCK_H
#define MPE_BASE_CLOCK_H

#include <stdint.h>

/* 36,000 years, as mpe.h says. */
#define MPE_MOST_NOW_US ((int64_t)1 << 60)

static inline int64_t mpe_sane_us(int64_t now_us)
{
    if (now_us > MPE_MOST_NOW_US)
        return MPE_MOST_NOW_US;
    return now_us < -MPE_MOST_NOW_US ? -MPE_MOST_NOW_US : now_us;
}

#endif
