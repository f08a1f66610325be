/*
 * Decode times of one track. Of RTMP and FLV: unwraps the 31- or 32-bit timestamps of the wire and measures each step.
 * Of fragmented MP4: tells samples that are sent again from new ones.
 */
#ifndef MPE_OBSERVE_TIMELINE_H
#define MPE_OBSERVE_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

struct mpe_timeline {
    int64_t dts_us;       /* of the last frame, unwrapped */
    int64_t moved_now_us; /* caller's time of the last frame whose time is another than that of the one before it */
    uint32_t wire_ms;
    uint32_t nano; /* 0..999999 */
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

/* After a reconnect the last two fragments of each track are sent again (research: a must of Smooth's ingest). */
#define MPE_RESENT_FRAGMENTS 2

/* Zeroed but for the times, before the first sample. */
struct mpe_sample_line {
    int64_t latest_us; /* of all samples so far, without the time before one that started anew */
    int64_t fragment_us[MPE_RESENT_FRAGMENTS]; /* where the last fragments began, the earlier one first */
};

enum mpe_sample_step {
    MPE_SAMPLE_NEW,        /* later than all before it, or the first */
    MPE_SAMPLE_SENT_AGAIN, /* at or before the latest one */
    MPE_SAMPLE_STARTS_ANEW /* so far before it that time began anew */
};

void mpe_sample_line_start(struct mpe_sample_line *line, int64_t dts_us);

/* What the next sample is. was_sent_again: the one before it was. */
enum mpe_sample_step mpe_sample_line_step(struct mpe_sample_line *line, int64_t dts_us, bool begins_fragment,
                                          bool was_sent_again);

#endif
