/* A bucket for bytes. The same for every cut: it wears off only when the time moves. */
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

size_t mpe_volume_take(struct mpe_volume *volume, const struct mpe_limits *limits, size_t len, int64_t now_us)
{
    if (limits->media_clock || limits->max_lead_us == 0 || limit_bps(limits) == 0)
        return len;
    const int64_t bps = limit_bps(limits);
    if (now_us != volume->now_us)
        wear_off(volume, bps / 8 + bps / 32 + 1, now_us); /* + 1: never nothing */
    const int64_t room_bytes = depth_bytes(limits) - volume->level / MICRO;
    const size_t taken = room_bytes <= 0 ? 0 : (uint64_t)room_bytes < len ? (size_t)room_bytes : len;
    volume->level += (int64_t)taken * MICRO;
    return taken;
}

void mpe_volume_note(const struct mpe_limits *limits, struct mpe_step *step)
{
    step->volume_limit_bytes = depth_bytes(limits);
    step->changed |= MPE_FACT_VOLUME;
}
