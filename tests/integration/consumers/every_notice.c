/*
 * Prints notifications for consumers to read: those of a real stream, then one of each kind with the numbers of the
 * samples that were published. Two lines each, Event Grid's schema and CloudEvents.
 *
 *     every_notice FILE.flv
 */
#include <mpe/health.h>
#include <mpe/mpe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START_UNIX_US INT64_C(1621036200324000)

static mpe_session *session;

static void check(mpe_status status, const char *what)
{
    if (status >= 0)
        return;
    fprintf(stderr, "every_notice: %s: %s\n", what, mpe_status_text(status));
    exit(1);
}

static void print_notice(const mpe_notice *notice)
{
    static char text[4096];
    for (int32_t schema = MPE_SCHEMA_EVENT_GRID; schema <= MPE_SCHEMA_CLOUD_EVENTS; schema++) {
        check(mpe_notice_json(session, notice, schema, START_UNIX_US + notice->now_us, text, sizeof(text), NULL),
              "mpe_notice_json");
        puts(text);
    }
}

static void print_error(int32_t code, int32_t event)
{
    static char text[4096];
    const mpe_error error = {.struct_size = sizeof(error), .code = code, .event = event, .track = -1};
    for (int32_t schema = MPE_SCHEMA_EVENT_GRID; schema <= MPE_SCHEMA_CLOUD_EVENTS; schema++) {
        check(mpe_error_json(session, &error, schema, START_UNIX_US, text, sizeof(text), NULL), "mpe_error_json");
        puts(text);
    }
}

static void poll_all(void)
{
    mpe_notice notice = {.struct_size = sizeof(notice)};
    mpe_status status;
    while ((status = mpe_session_poll_notice(session, &notice)) == MPE_EVENT)
        print_notice(&notice);
    check(status, "mpe_session_poll_notice");
}

static void feed(FILE *file)
{
    static char bytes[65536];
    size_t len;
    while ((len = fread(bytes, 1, sizeof(bytes), file)) != 0) {
        check(mpe_session_feed(session, bytes, len, 0), "mpe_session_feed");
        poll_all();
    }
}

/* With what the samples of the documentation say. */
static const mpe_notice samples[] = {
    {.kind = MPE_NOTICE_ENCODER_CONNECTED, .track = -1},
    {.kind = MPE_NOTICE_INCOMING_STREAM_RECEIVED,
     .media = MPE_MEDIA_AUDIO,
     .track = 1,
     .timestamp = 66,
     .duration = 1950,
     .timescale = 1000},
    {.kind = MPE_NOTICE_INGEST_HEARTBEAT,
     .media = MPE_MEDIA_VIDEO,
     .value = 500726,
     .limit = 2500000,
     .timestamp = 106999,
     .timescale = 1000,
     .drift_s = 2,
     .overlaps = 1,
     .discontinuities = 2,
     .non_increasing = 3},
    {.kind = MPE_NOTICE_INGEST_HEARTBEAT, .media = MPE_MEDIA_VIDEO, .drift_s = -1},
    {.kind = MPE_NOTICE_TRACK_DISCONTINUITY,
     .media = MPE_MEDIA_VIDEO,
     .other_timestamp = 15336837615032322,
     .timestamp = 15336837619774273,
     .other_duration = 575284,
     .timescale = 10000000},
    {.kind = MPE_NOTICE_CHUNK_DROPPED,
     .media = MPE_MEDIA_VIDEO,
     .value = 1,
     .timestamp = 36656620000,
     .timescale = 10000000},
    {.kind = MPE_NOTICE_CHUNK_DROPPED, .media = MPE_MEDIA_VIDEO, .value = 2, .timestamp = -5, .timescale = 1000},
    {.kind = MPE_NOTICE_STREAMS_OUT_OF_SYNC,
     .media = MPE_MEDIA_AUDIO,
     .track = 1,
     .timestamp = 319996,
     .other_timestamp = 366000,
     .timescale = 10000000,
     .other_timescale = 10000000},
    {.kind = MPE_NOTICE_VIDEO_STREAMS_OUT_OF_SYNC,
     .media = MPE_MEDIA_VIDEO,
     .timestamp = 10999,
     .duration = 2000,
     .other_timestamp = 100999,
     .other_duration = 2000,
     .timescale = 1000,
     .other_timescale = 1000},
    {.kind = MPE_NOTICE_ARCHIVE_HEARTBEAT, .track = -1, .flags = MPE_NOTICE_HAS_VALUE, .value = 10},
    {.kind = MPE_NOTICE_ARCHIVE_HEARTBEAT, .track = -1, .limit = MPE_LATENCY_KEY_FRAME_INTERVAL_TOO_LARGE},
    {.kind = MPE_NOTICE_ENCODER_DISCONNECTED, .track = -1, .value = MPE_CLIENT_TERMINATED_SESSION},
};

int main(int argc, char **argv)
{
    FILE *const file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    mpe_channel *channel;
    if (file == NULL) {
        fputs("every_notice: a file is missing\n", stderr);
        return 2;
    }
    check(mpe_channel_new(&channel, MPE_PASS_THROUGH_STANDARD, NULL), "mpe_channel_new");
    check(mpe_channel_set(channel, MPE_PARAM_NOTICES, 1), "notices");
    check(mpe_channel_set(channel, MPE_PARAM_CONDITIONS, 1), "conditions");
    check(mpe_channel_set(channel, MPE_PARAM_MEDIA_CLOCK, 1), "media_clock");
    check(mpe_session_new(&session, channel, MPE_PROTOCOL_FLV, "203.0.113.7:27485", "mystream1", 0), "mpe_session_new");
    feed(file);
    fclose(file);
    print_error(MPE_INGEST_CODEC_NOT_SUPPORTED, MPE_EVENT_CONNECTION_REJECTED);
    print_error(MPE_CLIENT_TERMINATED_SESSION, MPE_EVENT_ENCODER_DISCONNECTED);
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        mpe_notice notice = samples[i];
        notice.struct_size = sizeof(notice);
        notice.other_track = notice.kind == MPE_NOTICE_STREAMS_OUT_OF_SYNC ? 0 : -1;
        notice.now_us = (int64_t)(i + 100) * 1000000;
        print_notice(&notice);
    }
    mpe_session_free(session);
    mpe_channel_free(channel);
    return 0;
}
