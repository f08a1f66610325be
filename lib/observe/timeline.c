/* Decode times of one track, from ticks that wrap to microseconds that do not. */
#include "observe/timeline.h"

#define US_PER_S 1000000

/* A first time so close below a wrap is negative: encoders start up to seconds before zero, not minutes. */
#define MAX_NEGATIVE_START_S 1048

/* Where unwrapped times end: a step of half a wrap always fits behind it. */
#define MOST_TICKS (INT64_C(1) << 62)

/* Signed distance of two times that are known modulo 2^wrap_bits: the shorter way round. */
static int64_t serial_distance(int64_t from, int64_t to, uint8_t wrap_bits)
{
    const uint64_t wrap = UINT64_C(1) << wrap_bits;
    const uint64_t distance = ((uint64_t)to - (uint64_t)from) & (wrap - 1);
    return distance >= wrap / 2 ? (int64_t)distance - (int64_t)wrap : (int64_t)distance;
}

int64_t mpe_ticks_us(int64_t ticks, uint32_t ticks_per_s)
{
    const uint32_t tick_us = US_PER_S / ticks_per_s;
    const int64_t most_s = MPE_MOST_US / US_PER_S;
    if (tick_us * ticks_per_s == US_PER_S && ticks <= most_s && ticks >= -most_s) /* spares RTMP two divisions */
        return ticks * tick_us;
    const int64_t seconds = ticks / ticks_per_s;
    if (seconds >= most_s)
        return MPE_MOST_US;
    if (seconds <= -most_s)
        return -MPE_MOST_US;
    return seconds * US_PER_S + ticks % ticks_per_s * US_PER_S / ticks_per_s;
}

int64_t mpe_time_sum_us(int64_t a, int64_t b)
{
    const int64_t sum_us = a + b;
    return sum_us > MPE_MOST_US ? MPE_MOST_US : sum_us < -MPE_MOST_US ? -MPE_MOST_US : sum_us;
}

static int64_t dts_us(const struct mpe_timeline *timeline, const struct mpe_unit *frame)
{
    return mpe_ticks_us(timeline->ticks, frame->clock.ticks_per_s) + frame->dts_nano / 1000;
}

int64_t mpe_timeline_first_us(struct mpe_timeline *timeline, const struct mpe_unit *frame)
{
    const struct mpe_clock *const clock = &frame->clock;
    timeline->ticks = frame->dts;
    if (clock->wrap_bits != 0) {
        const int64_t from_zero = serial_distance(0, frame->dts, clock->wrap_bits);
        if (from_zero < 0 && from_zero >= -(int64_t)clock->ticks_per_s * MAX_NEGATIVE_START_S)
            timeline->ticks = from_zero;
    }
    return dts_us(timeline, frame);
}

int64_t mpe_timeline_next_us(struct mpe_timeline *timeline, const struct mpe_unit *frame)
{
    const uint8_t wrap_bits = frame->clock.wrap_bits;
    const int64_t ticks =
        wrap_bits != 0 ? timeline->ticks + serial_distance(timeline->ticks, frame->dts, wrap_bits) : frame->dts;
    if (ticks <= MOST_TICKS && ticks >= -MOST_TICKS)
        timeline->ticks = ticks;
    return dts_us(timeline, frame);
}

void mpe_timeline_begin(struct mpe_timeline *timeline, int64_t dts_us)
{
    timeline->latest_us = timeline->fragment_us[0] = timeline->fragment_us[1] = dts_us;
}

void mpe_timeline_move(struct mpe_timeline *timeline, int64_t dts_us, bool begins_fragment)
{
    timeline->latest_us = dts_us;
    if (!begins_fragment)
        return;
    timeline->fragment_us[0] = timeline->fragment_us[1];
    timeline->fragment_us[1] = dts_us;
}
