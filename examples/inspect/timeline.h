/* What each track did over time, as bars of text: rate, frame rate, key-frame interval, gaps. Bounded memory. */
#ifndef INSPECT_TIMELINE_H
#define INSPECT_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

#include <mpe/mpe.h>

#define TIMELINE_TRACKS  8
#define TIMELINE_COLUMNS 60

/* Feeds no longer than this: what came is put into the columns between them. */
#define TIMELINE_FEED_BYTES 4096

struct timeline_column {
    uint64_t bytes;
    uint32_t frames;
    uint32_t key_frames;
    uint32_t gaps;
};

struct timeline {
    int64_t column_us; /* doubles when the columns are full; 0: nothing was seen yet */
    int tracks;
    struct timeline_track {
        int32_t media; /* enum mpe_media */
        int64_t media_us;
        uint64_t bytes; /* these three as far as they are in the columns */
        uint64_t frames;
        uint64_t key_frames;
        struct timeline_column columns[TIMELINE_COLUMNS];
    } items[TIMELINE_TRACKS];
};

/* Looks at the session after a feed. */
void timeline_sample(struct timeline *timeline, const mpe_session *session);

/* A gap in a track where it is now. */
void timeline_gap(struct timeline *timeline, int32_t track);

/* Prints it; with block characters, or in ASCII. */
void timeline_print(const struct timeline *timeline, bool has_blocks);

#endif
