#include "observe/bit_rate.h"

/* Keeps bytes * 8000000 inside 63 bits when timestamps stand still for a terabyte. */
#define MAX_WINDOW_BYTES 1000000000000

static void start(struct mpe_bit_rate *rate, int64_t dts_us, int64_t now_us)
{
    *rate = (struct mpe_bit_rate){.start_us = dts_us, .start_now_us = now_us, .started = 1};
}

int64_t mpe_bit_rate_frame(struct mpe_bit_rate *rate, int64_t dts_us, int64_t now_us, int64_t window_us)
{
    const int64_t media_us = dts_us - rate->start_us;
    const int64_t span_us = media_us != 0 ? media_us : now_us - rate->start_now_us;
    int64_t bps = MPE_BIT_RATE_OPEN;
    if (rate->started && span_us < window_us)
        return bps;
    if (rate->started)
        bps = (int64_t)rate->bytes * 8000000 / span_us;
    start(rate, dts_us, now_us);
    return bps;
}

void mpe_bit_rate_add(struct mpe_bit_rate *rate, uint32_t bytes)
{
    if (rate->bytes < MAX_WINDOW_BYTES)
        rate->bytes += bytes;
}

void mpe_bit_rate_restart(struct mpe_bit_rate *rate)
{
    *rate = (struct mpe_bit_rate){0};
}
