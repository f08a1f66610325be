/* Samples of a session over time, for plots: a bounded array that thins itself. */
#include "series.h"

#include <stdlib.h>

#define FIRST_INTERVAL_US 100000
#define SAMPLE_US         250000 /* of media, for what changes slowly */
#define TRACKS            (sizeof(((struct series *)NULL)->before) / sizeof(((struct series *)NULL)->before[0]))

struct series *series_new(void)
{
    struct series *const series = calloc(1, sizeof(*series));
    for (int i = 0; series != NULL && i < SERIES_LINES; i++)
        series->lines[i].interval_us = FIRST_INTERVAL_US;
    if (series != NULL)
        series->sampled_us = -SAMPLE_US;
    return series;
}

void series_free(struct series *series)
{
    free(series);
}

static void widen(struct series_point *point, int64_t min, int64_t max)
{
    point->min = min < point->min ? min : point->min;
    point->max = max > point->max ? max : point->max;
}

/* Joins what falls into the same interval, which doubles until half of the points are enough. */
static void thin(struct series *series, enum series_line line)
{
    struct series_point *const points = series->lines[line].points;
    while (series->lines[line].count > SERIES_POINTS / 2) {
        uint32_t kept = 0;
        series->lines[line].interval_us *= 2;
        const int64_t interval_us = series->lines[line].interval_us;
        for (uint32_t i = 1; i < series->lines[line].count; i++) {
            if (points[i].at_us - points[kept].at_us < interval_us)
                widen(&points[kept], points[i].min, points[i].max);
            else
                points[++kept] = points[i];
        }
        series->lines[line].count = kept + 1;
    }
}

static void add(struct series *series, enum series_line line, int64_t at_us, int64_t value)
{
    const uint32_t count = series->lines[line].count;
    struct series_point *const points = series->lines[line].points;
    if (count > 0 && at_us - points[count - 1].at_us < series->lines[line].interval_us) {
        widen(&points[count - 1], value, value);
        return;
    }
    if (count == SERIES_POINTS)
        thin(series, line);
    points[series->lines[line].count++] = (struct series_point){at_us, value, value};
}

/* A jump of a track's decode times that its media does not have. */
static void note_gap(struct series *series, int32_t index, const mpe_track *track)
{
    const int64_t step_us = track->last_dts_us - series->before[index].dts_us;
    const int64_t gap_us = step_us - (track->media_us - series->before[index].media_us);
    if (series->before[index].frames > 0 && gap_us != 0)
        add(series, SERIES_GAP_US, track->media_us, gap_us);
    series->before[index].dts_us = track->last_dts_us;
    series->before[index].media_us = track->media_us;
    series->before[index].frames = track->frames;
}

static void note_key_frames(struct series *series, const mpe_track *track)
{
    const uint64_t more = track->key_frames - series->key_frames;
    if (more == 0)
        return;
    if (series->key_frames > 0)
        add(series, SERIES_KEY_INTERVAL_US, track->media_us, (track->last_dts_us - series->key_dts_us) / (int64_t)more);
    series->key_frames = track->key_frames;
    series->key_dts_us = track->last_dts_us;
}

/* What changes slowly. video_mfps -1: there is no video. */
static void note_rates(struct series *series, int64_t bps, int64_t video_mfps)
{
    if (bps > 0)
        add(series, SERIES_BITRATE_BPS, series->media_us, bps);
    if (video_mfps > 0)
        add(series, SERIES_FRAME_RATE_MFPS, series->media_us, video_mfps);
    if (series->has_clock)
        add(series, SERIES_LEAD_US, series->media_us, series->media_us - series->clock_us);
    series->sampled_us = series->media_us;
}

void series_sample(struct series *series, const mpe_session *session, int64_t clock_us)
{
    mpe_track track = {.struct_size = sizeof(track)};
    int64_t bps = 0;
    int64_t mfps = -1;
    series->clock_us = clock_us;
    series->has_clock |= clock_us > 0;
    for (int32_t i = 0; i < (int32_t)TRACKS && mpe_session_track(session, i, &track) == MPE_OK; i++) {
        const bool is_first_video = track.media == MPE_MEDIA_VIDEO && mfps < 0;
        bps += track.measured_bps;
        mfps = is_first_video ? track.measured_mfps : mfps;
        if (track.frames == 0 || track.frames == series->before[i].frames)
            continue;
        if (is_first_video) {
            note_key_frames(series, &track);
            add(series, SERIES_COMPOSITION_US, track.media_us, track.composition_offset_us);
        }
        note_gap(series, i, &track);
        series->media_us = track.media_us > series->media_us ? track.media_us : series->media_us;
    }
    if (series->media_us - series->sampled_us >= SAMPLE_US && series->media_us > 0)
        note_rates(series, bps, mfps);
}

void series_gap(struct series *series, const mpe_session *session, const mpe_notice *notice)
{
    mpe_track track = {.struct_size = sizeof(track)};
    if (notice->kind == MPE_NOTICE_TRACK_DISCONTINUITY && (notice->flags & MPE_NOTICE_HAS_MEDIA_TIME) != 0 &&
        mpe_session_track(session, notice->track, &track) == MPE_OK && track.first_dts_us != INT64_MIN)
        add(series, SERIES_GAP_US, notice->media_us - track.first_dts_us, notice->value);
}
