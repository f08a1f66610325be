/* Works out how the ticks of a clock become microseconds. */
#include "wire/clock.h"

#define PRODUCT_BITS 60

static uint32_t greatest_divisor(uint32_t a, uint32_t b)
{
    while (b != 0) {
        const uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static uint8_t bits_of(uint32_t number)
{
    uint8_t bits = 0;
    for (; number != 0; number >>= 1)
        bits++;
    return bits;
}

struct mpe_clock mpe_clock_of(uint32_t ticks_per_s)
{
    const uint32_t divisor = greatest_divisor(MPE_US_PER_S, ticks_per_s);
    const uint32_t us = MPE_US_PER_S / divisor;
    return (struct mpe_clock){.ticks_per_s = ticks_per_s,
                              .us = us,
                              .ticks = ticks_per_s / divisor,
                              .near_bits = (uint8_t)(PRODUCT_BITS - bits_of(us))};
}

struct mpe_clock mpe_clock_of_fmp4(uint32_t timescale)
{
    struct mpe_clock clock = mpe_clock_of(timescale);
    clock.resends = true;
    return clock;
}
