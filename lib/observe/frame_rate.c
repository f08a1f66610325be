#include "observe/frame_rate.h"

static bool is_measured(const struct mpe_frame_rate *rate)
{
    return rate->intervals >= MPE_FRAME_RATE_MIN_INTERVALS && mpe_frame_rate_span_us(rate) >= MPE_FRAME_RATE_SHORT_US;
}

static void close_window(struct mpe_frame_rate *rate)
{
    rate->closed_mfps = (int32_t)mpe_frame_rate_mfps(rate->intervals, mpe_frame_rate_span_us(rate));
    rate->start_us = rate->last_us;
    rate->intervals = 0;
}

void mpe_frame_rate_add(struct mpe_frame_rate *rate, int64_t dts_us)
{
    if (!rate->started) {
        rate->started = true;
        rate->start_us = rate->last_us = dts_us;
        return;
    }
    if (dts_us <= rate->last_us)
        return;
    if (mpe_frame_rate_span_us(rate) >= MPE_FRAME_RATE_LONG_US)
        close_window(rate);
    rate->last_us = dts_us;
    rate->intervals++;
}

void mpe_frame_rate_restart(struct mpe_frame_rate *rate)
{
    rate->started = false;
    rate->intervals = 0;
    rate->start_us = rate->last_us = 0;
}

int64_t mpe_frame_rate_span_us(const struct mpe_frame_rate *rate)
{
    return rate->last_us - rate->start_us;
}

int64_t mpe_frame_rate_measured_mfps(const struct mpe_frame_rate *rate)
{
    if (!is_measured(rate))
        return rate->closed_mfps;
    return mpe_frame_rate_mfps(rate->intervals, mpe_frame_rate_span_us(rate));
}

int64_t mpe_frame_rate_mfps(int64_t intervals, int64_t span_us)
{
    return (intervals * 1000000000 + span_us / 2) / span_us;
}
