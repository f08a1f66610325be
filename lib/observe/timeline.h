/* Decode times of one track: unwraps the 31- or 32-bit timestamps of the wire and measures each step. */
#ifndef MPE_OBSERVE_TIMELINE_H
#define MPE_OBSERVE_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

struct mpe_timeline {
    int64_t dts_us; /* of the last frame, unwrapped */
    int64_t now_us; /* caller's time of the last frame */
    uint32_t wire_ms;
    uint32_t nano : 31; /* 0..999999 */
    uint32_t started : 1;
};

/*
 * Signed distance between two wire timestamps in serial arithmetic over 31 bits. That accepts the wrap at 2^31 that
 * clients produce (they mask the top bit) as well as the wrap at 2^32 of the specification, and reads 0x7FFFFFxx
 * before 0 as a small negative time.
 */
int32_t mpe_timestamp_distance_ms(uint32_t from_ms, uint32_t to_ms);

/* Starts at a first timestamp: one just below a wrap is a small negative time. */
void mpe_timeline_start(struct mpe_timeline *timeline, uint32_t wire_ms, uint32_t nano, int64_t now_us);

/* Goes to the next frame. Returns the signed step of the decode time in microseconds. */
int64_t mpe_timeline_step(struct mpe_timeline *timeline, uint32_t wire_ms, uint32_t nano, int64_t now_us);

/* A time in ticks as microseconds; one beyond 63,000 years is taken as that. timescale > 0. */
int64_t mpe_ticks_us(int64_t ticks, uint32_t timescale);

#endif
