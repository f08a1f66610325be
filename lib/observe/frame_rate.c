#include "observe/frame_rate.h"

#define CELL_US       8000 /* two times nearer than this are one; 8 to 16 ms where one lies below the latest */
#define CELLS         32
#define BUFFERED_US   6000 /* no camera of a live event is as fast */
#define MOST_BUFFERED 60

static void start(struct mpe_frame_rate *rate, int64_t dts_us)
{
    rate->started = 1;
    rate->start_us = dts_us;
    rate->span_us = 0;
    rate->intervals = 0;
    rate->seen = 1;
}

static int64_t last_us(const struct mpe_frame_rate *rate)
{
    return rate->start_us + rate->span_us;
}

static void close_window(struct mpe_frame_rate *rate)
{
    const uint32_t seen = rate->seen;
    rate->closed_mfps = (int32_t)mpe_frame_rate_mfps(rate);
    start(rate, last_us(rate));
    rate->seen = seen;
}

/* Cells do not move with the latest time: the same time lies in the same one, however much later. */
static uint64_t cell_of(int64_t dts_us)
{
    return ((uint64_t)dts_us + (UINT64_C(1) << 62)) / CELL_US;
}

static void add_behind(struct mpe_frame_rate *rate, int64_t dts_us)
{
    const uint64_t back = cell_of(last_us(rate)) - cell_of(dts_us);
    if (dts_us <= rate->start_us || back >= CELLS)
        return;
    const uint32_t cell_and_neighbours = (uint32_t)((UINT64_C(7) << back) >> 1);
    if ((rate->seen & cell_and_neighbours) != 0)
        return;
    rate->seen |= UINT32_C(1) << back;
    rate->intervals++;
}

static void add_latest(struct mpe_frame_rate *rate, int64_t dts_us)
{
    const uint64_t cells = cell_of(dts_us) - cell_of(last_us(rate));
    rate->seen = (cells < CELLS ? rate->seen << cells : 0) | 1;
    rate->span_us = (uint32_t)(dts_us - rate->start_us);
    rate->intervals++;
}

static bool is_buffered(const struct mpe_frame_rate *rate, int64_t dts_us)
{
    return rate->intervals == 0 && rate->closed_mfps == 0 && dts_us - rate->start_us < BUFFERED_US &&
           rate->buffered < MOST_BUFFERED;
}

void mpe_frame_rate_add(struct mpe_frame_rate *rate, int64_t dts_us)
{
    if (!rate->started)
        start(rate, dts_us);
    if (dts_us <= last_us(rate)) {
        add_behind(rate, dts_us);
        return;
    }
    if (is_buffered(rate, dts_us)) {
        rate->buffered++;
        start(rate, dts_us);
        return;
    }
    if (rate->intervals >= MPE_FRAME_RATE_MIN_INTERVALS && mpe_frame_rate_span_us(rate) >= MPE_FRAME_RATE_LONG_US)
        close_window(rate);
    if (dts_us - last_us(rate) > MPE_FRAME_RATE_LONG_US) /* a pause says nothing about the rate */
        start(rate, dts_us);
    else
        add_latest(rate, dts_us);
}

void mpe_frame_rate_restart(struct mpe_frame_rate *rate)
{
    const int32_t closed_mfps = rate->closed_mfps;
    *rate = (struct mpe_frame_rate){.closed_mfps = closed_mfps};
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
