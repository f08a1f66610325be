/* A bucket for bytes, of which a part is granted at a time: the clock is looked at once for many feeds. */
#include "observe/volume.h"

#define MICRO INT64_C(1000000)

/* Added to max_lead_us: room for what a link held back. */
#define SPARE_US (10 * MICRO)

/* So that a level and one wear of it stay within 63 bits. */
#define MAX_DEPTH_BYTES INT64_C(4000000000000)

static int64_t limit_bps(const struct mpe_limits *limits)
{
    return limits->max_bitrate_bps != 0 ? limits->max_bitrate_bps : limits->max_input_bps;
}

static int64_t depth_bytes(const struct mpe_limits *limits)
{
    const int64_t depth_ms = (limits->max_lead_us + SPARE_US) / 1000;
    const int64_t bytes_per_s = limit_bps(limits) / 8;
    if (bytes_per_s > MAX_DEPTH_BYTES * 1000 / depth_ms)
        return MAX_DEPTH_BYTES;
    return bytes_per_s * depth_ms / 1000;
}

static void wear_off(struct mpe_volume *volume, int64_t bytes_per_s, int64_t now_us)
{
    const int64_t since_us = now_us - volume->now_us;
    volume->now_us = now_us;
    if (since_us > volume->level / bytes_per_s)
        volume->level = 0;
    else
        volume->level -= bytes_per_s * since_us;
}

/* Of the depth, in one go: so much may come in a burst after a pause more than the depth. */
#define GRANTS 16

/* Where nothing limits. */
#define FREE_BYTES (UINT64_C(1) << 30)

static uint64_t grant_of(int64_t room_bytes, int64_t depth)
{
    const int64_t most = depth / GRANTS + 1;
    return room_bytes <= 0 ? 0 : (uint64_t)(room_bytes < most ? room_bytes : most);
}

/* All that was granted came, up to a byte and a time that no cut has a say in. */
static void grant(struct mpe_volume *volume, const struct mpe_limits *limits, int64_t now_us)
{
    const int64_t bps = limit_bps(limits);
    volume->granted = FREE_BYTES;
    if (bps == 0 || limits->max_lead_us == 0 || limits->media_clock)
        return;
    const int64_t depth = depth_bytes(limits);
    wear_off(volume, bps / 8 + bps / 32 + 1, now_us); /* + 1: never nothing */
    volume->granted = grant_of(depth - (volume->level + MICRO - 1) / MICRO, depth);
    volume->level += (int64_t)volume->granted * MICRO;
}

size_t mpe_volume_take_more(struct mpe_volume *volume, const struct mpe_limits *limits, size_t len, int64_t now_us)
{
    size_t taken = 0;
    while (len - taken > volume->granted) {
        taken += (size_t)volume->granted;
        grant(volume, limits, now_us);
        if (volume->granted == 0)
            return taken;
    }
    volume->granted -= len - taken;
    return len;
}

void mpe_volume_note(const struct mpe_limits *limits, uint64_t offset_bytes, struct mpe_step *step)
{
    step->offset_bytes = offset_bytes;
    step->volume_limit_bytes = depth_bytes(limits);
    step->changed |= MPE_FACT_VOLUME;
}
