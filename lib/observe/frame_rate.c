#include "observe/frame_rate.h"

static void start(struct mpe_frame_rate *rate, int64_t dts_us)
{
    rate->started = 1;
    rate->start_us = rate->last_us = dts_us;
    rate->intervals = 0;
}

static void close_window(struct mpe_frame_rate *rate)
{
    rate->closed_mfps = (int32_t)mpe_frame_rate_mfps(rate);
    start(rate, rate->last_us);
}

void mpe_frame_rate_add(struct mpe_frame_rate *rate, int64_t dts_us)
{
    if (!rate->started)
        start(rate, dts_us);
    if (dts_us <= rate->last_us)
        return;
    if (rate->intervals >= MPE_FRAME_RATE_MIN_INTERVALS && mpe_frame_rate_span_us(rate) >= MPE_FRAME_RATE_LONG_US)
        close_window(rate);
    if (dts_us - rate->last_us > MPE_FRAME_RATE_LONG_US) { /* a pause says nothing about the rate */
        start(rate, dts_us);
        return;
    }
    rate->last_us = dts_us;
    rate->intervals++;
}

void mpe_frame_rate_restart(struct mpe_frame_rate *rate)
{
    rate->started = 0;
    rate->intervals = 0;
    rate->start_us = rate->last_us = 0;
}

int64_t mpe_frame_rate_mfps(const struct mpe_frame_rate *rate)
{
    const int64_t span_us = mpe_frame_rate_span_us(rate);
    return ((int64_t)rate->intervals * 1000000000 + span_us / 2) / span_us;
}

int64_t mpe_frame_rate_measured_mfps(const struct mpe_frame_rate *rate)
{
    return mpe_frame_rate_is_measured(rate) ? mpe_frame_rate_mfps(rate) : rate->closed_mfps;
}
