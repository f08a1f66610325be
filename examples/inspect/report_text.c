/* Findings and tracks as text. */
#include "report.h"

#include <stdio.h>

#include "words.h"

/* Room for the names of all conditions that one stream can have. */
#define COMPLAINTS_BYTES 800

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

/* Whether the destination takes it, and what it complains about. */
static void print_verdict(const struct options *options, const struct findings *findings,
                          const struct conditions *conditions)
{
    char destination[WORDS_BYTES];
    char complaints[COMPLAINTS_BYTES];
    options_destination(options, destination);
    conditions_names(conditions, complaints, sizeof(complaints));
    if (findings->count > 0 && options->profile != NULL)
        printf("\n%s would refuse this stream: %s\n", destination, mpe_code_name(findings->items[0].code));
    else if (findings->count == 0 && options->profile == NULL)
        printf("\nno finding: this stream would be accepted by %s\n", destination);
    else if (findings->count == 0)
        printf("\nno finding: %s would take this stream\n", destination);
    if (options->profile != NULL && *complaints != '\0')
        printf("%s%s would complain about %s\n", findings->count > 0 ? "" : "but ", destination, complaints);
}

void report_text_summary(const mpe_session *session, const struct options *options, const struct findings *findings,
                         const struct conditions *conditions)
{
    const int32_t tracks = print_tracks(session);
    const char *const nothing = findings->count == 0 ? ", and nothing wrong before it" : "";
    if (tracks == 0)
        printf("no audio or video track was seen%s\n", nothing);
    else if (words_frames(session) == 0)
        printf("\nno frame came%s\n",
               findings->count == 0 ? ": whether this stream would be accepted is not known" : "");
    else
        print_verdict(options, findings, conditions);
    fflush(stdout);
}
