#include "observe/timeline.h"

#define SERIAL_MASK 0x7FFFFFFFu
#define SERIAL_HALF 0x40000000u
/* A first timestamp this close below a wrap is negative: encoders start up to seconds before zero, not minutes. */
#define NEGATIVE_START_MS 0x100000
/* 63,000 years: the difference of two times always fits into 63 bits. */
#define MOST_US 2000000000000000000

int32_t mpe_timestamp_distance_ms(uint32_t from_ms, uint32_t to_ms)
{
    uint32_t distance = (to_ms - from_ms) & SERIAL_MASK;

    if (distance >= SERIAL_HALF)
        return (int32_t)(distance - SERIAL_HALF) - (int32_t)SERIAL_HALF;
    return (int32_t)distance;
}

void mpe_timeline_start(struct mpe_timeline *timeline, uint32_t wire_ms, uint32_t nano, int64_t now_us)
{
    int32_t from_zero_ms = mpe_timestamp_distance_ms(0, wire_ms);
    int64_t first_ms = from_zero_ms < 0 && from_zero_ms >= -NEGATIVE_START_MS ? from_zero_ms : (int64_t)wire_ms;

    timeline->wire_ms = wire_ms;
    timeline->nano = nano;
    timeline->dts_us = first_ms * 1000 + nano / 1000;
    timeline->moved_now_us = now_us;
}

int64_t mpe_timeline_step(struct mpe_timeline *timeline, uint32_t wire_ms, uint32_t nano, int64_t now_us)
{
    int64_t step_us = (int64_t)mpe_timestamp_distance_ms(timeline->wire_ms, wire_ms) * 1000 +
                      ((int64_t)nano / 1000 - (int64_t)timeline->nano / 1000);

    timeline->wire_ms = wire_ms;
    timeline->nano = nano;
    if (timeline->dts_us + step_us <= MOST_US && timeline->dts_us + step_us >= -MOST_US)
        timeline->dts_us += step_us;
    if (step_us != 0)
        timeline->moved_now_us = now_us;
    return step_us;
}

int64_t mpe_ticks_us(int64_t ticks, uint32_t timescale)
{
    const int64_t most_s = MOST_US / 1000000;
    int64_t seconds = ticks / timescale;
    int64_t rest = ticks % timescale;

    if (seconds > most_s)
        return MOST_US;
    if (seconds < -most_s)
        return -MOST_US;
    return seconds * 1000000 + rest * 1000000 / timescale;
}

/* Two fragments of the longest that the service took, 20 s each, and room. */
#define MAX_RESENT_US 60000000

void mpe_sample_line_start(struct mpe_sample_line *line, int64_t dts_us)
{
    line->latest_us = dts_us;
    line->fragment_us[0] = line->fragment_us[1] = dts_us;
}

enum mpe_sample_step mpe_sample_line_step(struct mpe_sample_line *line, int64_t dts_us, bool begins_fragment,
                                          bool was_sent_again)
{
    if (dts_us < line->latest_us - MAX_RESENT_US) {
        mpe_sample_line_start(line, dts_us);
        return MPE_SAMPLE_STARTS_ANEW;
    }
    /* A sample at the time of the latest is new, unless it comes behind others that are not. */
    if (dts_us < line->latest_us || (dts_us == line->latest_us && was_sent_again))
        return MPE_SAMPLE_SENT_AGAIN;
    if (begins_fragment) {
        line->fragment_us[0] = line->fragment_us[1];
        line->fragment_us[1] = dts_us;
    }
    line->latest_us = dts_us;
    return MPE_SAMPLE_NEW;
}
