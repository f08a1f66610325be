/* Decode times of one track, from ticks that wrap to microseconds that do not. */
#include "observe/timeline.h"

/* A first time so close below a wrap is negative: encoders start up to seconds before zero, not minutes. */
#define MAX_NEGATIVE_START_S 1048

int64_t mpe_ticks_us(int64_t ticks, uint32_t ticks_per_s)
{
    const int64_t seconds = ticks / ticks_per_s;
    if (seconds >= MPE_MOST_US / MPE_US_PER_S)
        return MPE_MOST_US;
    if (seconds <= -MPE_MOST_US / MPE_US_PER_S)
        return -MPE_MOST_US;
    return seconds * MPE_US_PER_S + ticks % ticks_per_s * MPE_US_PER_S / ticks_per_s;
}

int64_t mpe_timeline_first_us(struct mpe_timeline *timeline, const struct mpe_unit *frame)
{
    const struct mpe_clock *const clock = &frame->clock;
    timeline->ticks = frame->dts;
    if (clock->wrap_bits != 0) {
        const int64_t from_zero = mpe_serial_distance(0, frame->dts, clock->wrap_bits);
        if (from_zero < 0 && from_zero >= -(int64_t)clock->ticks_per_s * MAX_NEGATIVE_START_S)
            timeline->ticks = from_zero;
    }
    return mpe_timeline_dts_us(timeline, frame);
}

void mpe_timeline_begin(struct mpe_timeline *timeline, int64_t dts_us)
{
    timeline->latest_us = dts_us;
    if (timeline->fragments != NULL)
        timeline->fragments->begin_us[0] = timeline->fragments->begin_us[1] = dts_us;
}
