/* Findings and tracks as text. */
#include "report.h"

#include <stdio.h>

#include "words.h"

static void print_quantity(const char *label, int64_t value, const char *unit)
{
    char text[WORDS_BYTES];
    words_quantity(value, unit, text);
    printf("   %s %s", label, text);
}

void report_text_finding(const mpe_error *error)
{
    printf("%s   %s\n ", mpe_code_name(error->code), words_event(error->event));
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

static void print_track(int32_t index, const mpe_track *track)
{
    char size[WORDS_BYTES];
    char frame_rate[WORDS_BYTES];
    char bitrate[WORDS_BYTES];
    char duration[WORDS_BYTES];
    words_size(track, size);
    words_rate(track->measured_mfps, track->declared_mfps, 1e3, frame_rate);
    words_rate(track->measured_bps, track->declared_bps, 1e6, bitrate);
    words_duration(track, duration);
    printf("%5d  %-5s  %-15s  %-15s  %-17s  %-19s  %8llu  %s\n", (int)index, words_media(track->media), track->codec,
           size, frame_rate, bitrate, (unsigned long long)track->frames, duration);
}

/* How many tracks there are. */
static int32_t print_tracks(const mpe_session *session)
{
    mpe_track track = {.struct_size = sizeof(track)};
    int32_t index = 0;
    for (; mpe_session_track(session, index, &track) == MPE_OK; index++) {
        if (index == 0)
            printf("%5s  %-5s  %-15s  %-15s  %-17s  %-19s  %8s  %s\n", "track", "media", "codec", "size",
                   "fps (declared)", "Mbit/s (declared)", "frames", "duration");
        print_track(index, &track);
        track = (mpe_track){.struct_size = sizeof(track)};
    }
    return index;
}

void report_text_summary(const mpe_session *session, int32_t kind, unsigned long findings)
{
    const int32_t tracks = print_tracks(session);
    if (tracks == 0)
        printf("no audio or video track was seen%s\n", findings == 0 ? ", and nothing wrong before it" : "");
    else if (words_frames(session) == 0)
        printf("\nno frame came%s\n", findings == 0 ? ": whether this stream would be accepted is not known" : "");
    else if (findings == 0)
        printf("\nno finding: this stream would be accepted by %s channel\n", words_channel(kind));
    fflush(stdout);
}
