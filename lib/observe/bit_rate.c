#include "observe/bit_rate.h"

/* Fits into its field, and bytes * 8000000 into 63 bits, when timestamps stand still for a terabyte. */
#define MAX_WINDOW_BYTES 1000000000000u
#define MAX_QUARTERS     0x3FFFFFu
/* A window waits no longer for a key frame: four times 5 s are the longest interval that the service took. */
#define MOST_WINDOWS 4

static void start(struct mpe_bit_rate *rate, const struct mpe_rate_frame *frame)
{
    *rate = (struct mpe_bit_rate){.start_us = frame->dts_us, .start_now_us = frame->now_us, .started = 1};
}

static int64_t bps_of(uint64_t bytes, int64_t span_us)
{
    return (int64_t)bytes * 8000000 / span_us;
}

int64_t mpe_bit_rate_frame(struct mpe_bit_rate *rate, const struct mpe_rate_frame *frame,
                           const struct mpe_limits *limits)
{
    const int64_t window_us = limits->bitrate_window_us;
    const bool stands_still = frame->still_us >= window_us;
    const int64_t span_us = stands_still ? frame->now_us - rate->start_now_us : frame->dts_us - rate->start_us;
    const uint64_t bytes = rate->bytes;
    const uint64_t largest_bytes = (uint64_t)rate->largest_quarters * 4;
    if (!rate->started) {
        start(rate, frame);
        return MPE_BIT_RATE_OPEN;
    }
    if (span_us < window_us)
        return MPE_BIT_RATE_OPEN;
    if (frame->may_end || stands_still || span_us >= MOST_WINDOWS * window_us ||
        largest_bytes * 100 <= bytes * (uint64_t)limits->bitrate_tolerance_percent) {
        start(rate, frame);
        return bps_of(bytes, span_us);
    }
    if (rate->is_told)
        return MPE_BIT_RATE_OPEN;
    rate->is_told = 1;
    return bps_of(largest_bytes < bytes ? bytes - largest_bytes : 0, span_us);
}

void mpe_bit_rate_add(struct mpe_bit_rate *rate, uint32_t bytes)
{
    const uint32_t quarters = bytes / 4 < MAX_QUARTERS ? bytes / 4 : MAX_QUARTERS;
    if (quarters > rate->largest_quarters)
        rate->largest_quarters = quarters;
    if (rate->bytes < MAX_WINDOW_BYTES)
        rate->bytes += bytes;
}

void mpe_bit_rate_restart(struct mpe_bit_rate *rate)
{
    *rate = (struct mpe_bit_rate){0};
}
