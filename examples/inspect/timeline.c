/* A time line of each track. */
#include "timeline.h"

#include <stdio.h>
#include <string.h>

#define FIRST_COLUMN_US 500000
#define LEVELS          8

static void fold(struct timeline_track *track)
{
    for (int i = 0; i < TIMELINE_COLUMNS / 2; i++) {
        const struct timeline_column a = track->columns[2 * i], b = track->columns[2 * i + 1];
        track->columns[i] = (struct timeline_column){a.bytes + b.bytes, a.frames + b.frames,
                                                     a.key_frames + b.key_frames, a.gaps + b.gaps};
    }
    memset(&track->columns[TIMELINE_COLUMNS / 2], 0, sizeof(track->columns) / 2);
}

/* The column of a time; all columns become longer until it has one. */
static int column_at(struct timeline *timeline, int64_t media_us)
{
    if (timeline->column_us == 0)
        timeline->column_us = FIRST_COLUMN_US;
    while (media_us / timeline->column_us >= TIMELINE_COLUMNS && timeline->column_us < INT64_MAX / 2) {
        for (int i = 0; i < timeline->tracks; i++)
            fold(&timeline->items[i]);
        timeline->column_us *= 2;
    }
    return (int)(media_us / timeline->column_us % TIMELINE_COLUMNS);
}

static void sample_track(struct timeline *timeline, struct timeline_track *track, const mpe_track *seen)
{
    struct timeline_column *const column = &track->columns[column_at(timeline, seen->media_us)];
    track->media = seen->media;
    track->media_us = seen->media_us;
    column->bytes += seen->bytes - track->bytes;
    column->frames += (uint32_t)(seen->frames - track->frames);
    column->key_frames += (uint32_t)(seen->key_frames - track->key_frames);
    track->bytes = seen->bytes;
    track->frames = seen->frames;
    track->key_frames = seen->key_frames;
}

void timeline_sample(struct timeline *timeline, const mpe_session *session)
{
    mpe_track seen = {.struct_size = sizeof(seen)};
    for (int i = 0; i < TIMELINE_TRACKS && mpe_session_track(session, i, &seen) == MPE_OK; i++) {
        if (i >= timeline->tracks)
            timeline->tracks = i + 1;
        if (seen.frames > 0)
            sample_track(timeline, &timeline->items[i], &seen);
        seen = (mpe_track){.struct_size = sizeof(seen)};
    }
}

void timeline_gap(struct timeline *timeline, int32_t track)
{
    if (track >= 0 && track < timeline->tracks) {
        struct timeline_track *const one = &timeline->items[track];
        one->columns[column_at(timeline, one->media_us)].gaps++;
    }
}

/* ---- print ---- */

enum line { LINE_RATE, LINE_FRAME_RATE, LINE_KEY_INTERVAL, LINE_GAPS, LINES };

/* Since the last column with a key frame; 0: the first ones, or none in this column. */
static double key_interval(const struct timeline_column *columns, int index, double seconds)
{
    int before = index - 1;
    while (before >= 0 && columns[before].key_frames == 0)
        before--;
    const bool is_known = columns[index].key_frames > 0 && (before >= 0 || columns[index].key_frames > 1);
    return is_known ? seconds * (before >= 0 ? index - before : 1) / columns[index].key_frames : 0;
}

/* What stands in a column. */
static double value_of(const struct timeline *timeline, const struct timeline_column *columns, int index,
                       enum line line)
{
    const struct timeline_column *const column = &columns[index];
    const double seconds = (double)timeline->column_us / 1e6;
    switch (line) {
    case LINE_RATE:
        return (double)column->bytes * 8 / seconds / 1e6;
    case LINE_FRAME_RATE:
        return column->frames / seconds;
    case LINE_KEY_INTERVAL:
        return key_interval(columns, index, seconds);
    case LINE_GAPS:
        return column->gaps;
    case LINES:
        break;
    }
    return 0;
}

static void print_bar(double value, double most, bool has_blocks)
{
    static const char *const blocks[LEVELS + 1] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const ascii[LEVELS + 1] = {" ", ".", ":", "-", "=", "+", "*", "%", "#"};
    int level = most > 0 ? (int)(value / most * LEVELS + 0.5) : 0;
    level = value > 0 && level == 0 ? 1 : level > LEVELS ? LEVELS : level;
    fputs((has_blocks ? blocks : ascii)[level], stdout);
}

static void print_line(const struct timeline *timeline, const struct timeline_track *track, enum line line, int columns,
                       bool has_blocks)
{
    static const struct {
        const char *name;
        const char *unit;
    } names[LINES] = {{"rate", "Mbit/s"}, {"frames", "a second"}, {"key frames", "s apart"}, {"gaps", ""}};
    double most = 0;
    for (int i = 0; i < columns; i++) {
        const double value = value_of(timeline, track->columns, i, line);
        most = value > most ? value : most;
    }
    if (line == LINE_GAPS && most <= 0)
        return;
    printf("  %-10s  |", names[line].name);
    for (int i = 0; i < columns; i++)
        print_bar(value_of(timeline, track->columns, i, line), most, has_blocks);
    printf("|  up to %.3g %s\n", most, names[line].unit);
}

static void print_track(const struct timeline *timeline, int index, bool has_blocks)
{
    const struct timeline_track *const track = &timeline->items[index];
    const bool is_video = track->media == MPE_MEDIA_VIDEO;
    const int columns = (int)(track->media_us / timeline->column_us % TIMELINE_COLUMNS) + 1;
    printf("track %d, %s: a column is %.3g s\n", index, is_video ? "video" : "audio",
           (double)timeline->column_us / 1e6);
    for (enum line line = LINE_RATE; line < LINES; line++) {
        if (is_video || line == LINE_RATE || line == LINE_GAPS)
            print_line(timeline, track, line, columns, has_blocks);
    }
    putchar('\n');
}

void timeline_print(const struct timeline *timeline, bool has_blocks)
{
    for (int i = 0; i < timeline->tracks; i++) {
        if (timeline->items[i].frames > 0)
            print_track(timeline, i, has_blocks);
    }
    fflush(stdout);
}
