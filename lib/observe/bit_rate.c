#include "observe/bit_rate.h"

/* Keeps bytes * 8000000 inside 63 bits when timestamps stand still for a terabyte. */
#define MAX_WINDOW_BYTES 1000000000000

static void start(struct mpe_bit_rate *rate, int64_t dts_us, int64_t now_us)
{
    rate->started = true;
    rate->start_us = dts_us;
    rate->start_now_us = now_us;
    rate->bytes = 0;
}

bool mpe_bit_rate_frame(struct mpe_bit_rate *rate, int64_t dts_us, int64_t now_us, int64_t window_us)
{
    int64_t span_us = dts_us - rate->start_us;

    if (!rate->started) {
        start(rate, dts_us, now_us);
        return false;
    }
    if (span_us == 0)
        span_us = now_us - rate->start_now_us;
    if (span_us < window_us)
        return false;
    rate->bps = rate->bytes * 8000000 / span_us;
    start(rate, dts_us, now_us);
    return true;
}

void mpe_bit_rate_add(struct mpe_bit_rate *rate, int64_t bytes)
{
    if (rate->bytes < MAX_WINDOW_BYTES)
        rate->bytes += bytes;
}

void mpe_bit_rate_restart(struct mpe_bit_rate *rate)
{
    rate->started = false;
    rate->bytes = 0;
}
