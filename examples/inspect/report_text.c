#include "report.h"

#include <stdio.h>
#include <string.h>

#define CELL_BYTES 40

/* "Microsoft.Media.LiveEventConnectionRejected" without the part that all events share. */
static const char *short_event_name(int32_t event)
{
    const char *name = mpe_event_name(event);
    const char *dot = strrchr(name, '.');
    return dot == NULL ? name : dot + 1;
}

static const char *media_name(int32_t media)
{
    return media == MPE_MEDIA_VIDEO ? "video" : media == MPE_MEDIA_AUDIO ? "audio" : "-";
}

/* A value of a finding in the unit that people use for it. */
static void print_quantity(const char *label, int64_t value, const char *unit)
{
    printf("   %s ", label);
    if (strcmp(unit, "us") == 0)
        printf("%.3f s", (double)value / 1e6);
    else if (strcmp(unit, "mfps") == 0)
        printf("%.3f fps", (double)value / 1e3);
    else if (strcmp(unit, "bps") == 0)
        printf("%.3f Mbit/s", (double)value / 1e6);
    else
        printf("%lld %s", (long long)value, unit);
}

void report_text_finding(const mpe_error *error)
{
    printf("%s   %s\n ", mpe_code_name(error->code), short_event_name(error->event));
    if (error->flags & MPE_ERROR_HAS_VALUE)
        print_quantity("measured", error->value, error->unit);
    if (error->flags & MPE_ERROR_HAS_LIMIT)
        print_quantity("limit", error->limit, error->unit);
    if (error->track >= 0)
        printf("   track %d", (int)error->track);
    if (error->flags & MPE_ERROR_HAS_OFFSET)
        printf("   byte %llu", (unsigned long long)error->offset_bytes);
    if (error->flags & MPE_ERROR_HAS_MEDIA_TIME)
        printf("   media %.3f s", (double)error->media_us / 1e6);
    printf("\n    %s\n\n", error->message);
    fflush(stdout);
}

static void format_size(char cell[CELL_BYTES], const mpe_track *track)
{
    if (track->width_px > 0)
        snprintf(cell, CELL_BYTES, "%dx%d", (int)track->width_px, (int)track->height_px);
    else if (track->sample_rate_hz > 0)
        snprintf(cell, CELL_BYTES, "%d Hz, %d ch", (int)track->sample_rate_hz, (int)track->channels);
    else
        snprintf(cell, CELL_BYTES, "-");
}

/* "measured (declared)" in units of scale; what is not known is left out. */
static void format_rate(char cell[CELL_BYTES], int64_t measured, int64_t declared, double scale)
{
    int used = snprintf(cell, CELL_BYTES, "-");
    if (measured > 0)
        used = snprintf(cell, CELL_BYTES, "%.3f", (double)measured / scale);
    if (declared > 0)
        snprintf(cell + used, CELL_BYTES - (size_t)used, " (%.3f)", (double)declared / scale);
}

static void format_duration(char cell[CELL_BYTES], const mpe_track *track)
{
    if (track->first_dts_us == INT64_MIN)
        snprintf(cell, CELL_BYTES, "-");
    else
        snprintf(cell, CELL_BYTES, "%.3f s", (double)track->media_us / 1e6);
}

static void print_track(int32_t index, const mpe_track *track)
{
    char size[CELL_BYTES];
    char frame_rate[CELL_BYTES];
    char bitrate[CELL_BYTES];
    char duration[CELL_BYTES];
    format_size(size, track);
    format_rate(frame_rate, track->measured_mfps, track->declared_mfps, 1e3);
    format_rate(bitrate, track->measured_bps, track->declared_bps, 1e6);
    format_duration(duration, track);
    printf("%5d  %-5s  %-15s  %-15s  %-17s  %-19s  %8llu  %s\n", (int)index, media_name(track->media), track->codec,
           size, frame_rate, bitrate, (unsigned long long)track->frames, duration);
}

/* How many tracks there are; *frames: of all of them. */
static int32_t print_tracks(const mpe_session *session, uint64_t *frames)
{
    mpe_track track = {.struct_size = sizeof(track)};
    int32_t index = 0;
    *frames = 0;
    for (; mpe_session_track(session, index, &track) == MPE_OK; index++) {
        if (index == 0)
            printf("%5s  %-5s  %-15s  %-15s  %-17s  %-19s  %8s  %s\n", "track", "media", "codec", "size",
                   "fps (declared)", "Mbit/s (declared)", "frames", "duration");
        print_track(index, &track);
        *frames += track.frames;
        track = (mpe_track){.struct_size = sizeof(track)};
    }
    return index;
}

static const char *channel_words(int32_t kind)
{
    switch ((enum mpe_channel_kind)kind) {
    case MPE_ENCODING:
        return "an encoding";
    case MPE_PASS_THROUGH_BASIC:
        return "a pass-through-basic";
    case MPE_PASS_THROUGH_STANDARD:
        return "a pass-through-standard";
    case MPE_OPEN:
        return "an open";
    }
    return "this";
}

void report_text_summary(const mpe_session *session, int32_t kind, unsigned long findings)
{
    uint64_t frames;
    const int32_t tracks = print_tracks(session, &frames);
    if (tracks == 0)
        printf("no audio or video track was seen%s\n", findings == 0 ? ", and nothing wrong before it" : "");
    else if (frames == 0)
        printf("\nno frame came%s\n", findings == 0 ? ": whether this stream would be accepted is not known" : "");
    else if (findings == 0)
        printf("\nno finding: this stream would be accepted by %s channel\n", channel_words(kind));
    fflush(stdout);
}
