/* What a stream did over time, for plots: sampled between feeds, bounded, thinned by itself. */
#ifndef INSPECT_SERIES_H
#define INSPECT_SERIES_H

#include <stdbool.h>
#include <stdint.h>

#include <mpe/health.h>

#define SERIES_POINTS 512

/* Between feeds; each event (a key frame, a gap) is seen where feeds are shorter than a frame. */
#define SERIES_FEED_BYTES 2048

/* What is plotted. The values are in the unit of the name; the clock and the media both count from their beginning. */
enum series_line {
    SERIES_BITRATE_BPS,     /* of all tracks */
    SERIES_FRAME_RATE_MFPS, /* of the first video track */
    SERIES_KEY_INTERVAL_US, /* between two key frames of it: a point for each */
    SERIES_LEAD_US,         /* media that came minus time that passed */
    SERIES_GAP_US,          /* jumps of the decode times beyond what is media, back below 0: a point for each */
    SERIES_COMPOSITION_US,  /* composition minus decode time of the first video track */
    SERIES_LINES
};

/* All that happened in [at_us, at_us + the interval of the line): the least and the most. */
struct series_point {
    int64_t at_us;
    int64_t min;
    int64_t max;
};

struct series {
    struct {
        struct series_point points[SERIES_POINTS];
        uint32_t count;
        int64_t interval_us; /* doubles when the points are full */
    } lines[SERIES_LINES];
    int64_t media_us; /* of the track that is ahead */
    int64_t clock_us;
    int64_t sampled_us;
    uint64_t key_frames;
    int64_t key_dts_us;
    bool has_clock;
    struct {
        int64_t dts_us;
        int64_t media_us;
        uint64_t frames;
    } before[8];
};

struct series *series_new(void);
void series_free(struct series *series);

/* Looks at the session; clock_us: time that passed since its beginning, 0 for ever where there is no clock. */
void series_sample(struct series *series, const mpe_session *session, int64_t clock_us);

/* A gap that MPE_NOTICE_TRACK_DISCONTINUITY says; any other notice is left alone. */
void series_gap(struct series *series, const mpe_session *session, const mpe_notice *notice);

#endif
