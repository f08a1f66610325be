/* Times, sizes, rates and names as people read them. */
#define _POSIX_C_SOURCE 200809L

#include "words.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

void words_time(int64_t unix_us, char text[WORDS_BYTES])
{
    const time_t seconds = (time_t)(unix_us / 1000000);
    struct tm utc;
    char day[32];
    if (gmtime_r(&seconds, &utc) == NULL || strftime(day, sizeof(day), "%Y-%m-%d %H:%M:%S", &utc) == 0)
        snprintf(text, WORDS_BYTES, "%.3f s", (double)unix_us / 1e6);
    else
        snprintf(text, WORDS_BYTES, "%s.%03d UTC", day, (int)(unix_us / 1000 % 1000));
}

void words_bytes(uint64_t bytes, char text[WORDS_BYTES])
{
    if (bytes < 10000)
        snprintf(text, WORDS_BYTES, "%u bytes", (unsigned)bytes);
    else if (bytes < 10000000)
        snprintf(text, WORDS_BYTES, "%.1f kB", (double)bytes / 1e3);
    else
        snprintf(text, WORDS_BYTES, "%.1f MB", (double)bytes / 1e6);
}

void words_quantity(int64_t value, const char *unit, char text[WORDS_BYTES])
{
    if (strcmp(unit, "us") == 0)
        snprintf(text, WORDS_BYTES, "%.3f s", (double)value / 1e6);
    else if (strcmp(unit, "mfps") == 0)
        snprintf(text, WORDS_BYTES, "%.3f fps", (double)value / 1e3);
    else if (strcmp(unit, "bps") == 0)
        snprintf(text, WORDS_BYTES, "%.3f Mbit/s", (double)value / 1e6);
    else
        snprintf(text, WORDS_BYTES, "%lld %s", (long long)value, unit);
}

const char *words_event(int32_t event)
{
    const char *const name = mpe_event_name(event);
    const char *const dot = strrchr(name, '.');
    return dot == NULL ? name : dot + 1;
}

const char *words_remedy(const char *message, const char *remedy)
{
    const size_t whole = strlen(message);
    const size_t len = strlen(remedy);
    const char *const end = message + whole - (len < whole ? len : whole);
    return strcmp(end, remedy) == 0 ? end : message + whole;
}

const char *words_channel(int32_t kind)
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

const char *words_protocol(int32_t protocol)
{
    switch ((enum mpe_protocol)protocol) {
    case MPE_PROTOCOL_RTMP:
        return "RTMP";
    case MPE_PROTOCOL_FLV:
        return "FLV";
    case MPE_PROTOCOL_FMP4:
        return "fragmented MP4";
    case MPE_PROTOCOL_AUTO:
        break;
    }
    return "unknown";
}

const char *words_media(int32_t media)
{
    return media == MPE_MEDIA_VIDEO ? "video" : media == MPE_MEDIA_AUDIO ? "audio" : "-";
}

void words_size(const mpe_track *track, char text[WORDS_BYTES])
{
    if (track->width_px > 0)
        snprintf(text, WORDS_BYTES, "%dx%d", (int)track->width_px, (int)track->height_px);
    else if (track->sample_rate_hz > 0)
        snprintf(text, WORDS_BYTES, "%d Hz, %d ch", (int)track->sample_rate_hz, (int)track->channels);
    else
        snprintf(text, WORDS_BYTES, "-");
}

void words_rate(int64_t measured, int64_t declared, double scale, char text[WORDS_BYTES])
{
    int used = snprintf(text, WORDS_BYTES, "-");
    if (measured > 0)
        used = snprintf(text, WORDS_BYTES, "%.3f", (double)measured / scale);
    if (declared > 0)
        snprintf(text + used, WORDS_BYTES - (size_t)used, " (%.3f)", (double)declared / scale);
}

void words_duration(const mpe_track *track, char text[WORDS_BYTES])
{
    if (track->first_dts_us == INT64_MIN)
        snprintf(text, WORDS_BYTES, "-");
    else
        snprintf(text, WORDS_BYTES, "%.3f s", (double)track->media_us / 1e6);
}

uint64_t words_frames(const mpe_session *session)
{
    mpe_track track = {.struct_size = sizeof(track)};
    uint64_t frames = 0;
    for (int32_t i = 0; mpe_session_track(session, i, &track) == MPE_OK; i++)
        frames += track.frames;
    return frames;
}
