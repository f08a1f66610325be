/* Plays a stream through the library and writes its notification, between two marks in the trace. FILE: the stream. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mpe.h"

static uint8_t bytes[1 << 24];

int main(int argc, char **argv)
{
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    const size_t len = file != NULL ? fread(bytes, 1, sizeof(bytes), file) : 0;
    mpe_channel *channel = NULL;
    mpe_session *session = NULL;
    mpe_error error = {.struct_size = sizeof(error)};
    char json[4096] = "";
    if (len == 0 || mpe_channel_new(&channel, MPE_ENCODING, NULL) != MPE_OK)
        return 1;
    if (access("/the library begins", F_OK) == 0)
        return 1;
    mpe_session_new(&session, channel, MPE_PROTOCOL_AUTO, "203.0.113.7:1935", NULL, 0);
    for (size_t at = 0; at < len; at += 1448)
        mpe_session_feed(session, bytes + at, len - at < 1448 ? len - at : 1448, 0);
    mpe_session_finish(session, 0, 0);
    if (mpe_session_poll_error(session, &error) != MPE_EVENT)
        mpe_session_ending(session, &error);
    const mpe_status first = mpe_error_json(session, &error, MPE_SCHEMA_EVENT_GRID, 0, json, sizeof(json), NULL);
    const mpe_status second = mpe_error_json(session, &error, MPE_SCHEMA_CLOUD_EVENTS, 0, json, sizeof(json), NULL);
    mpe_session_free(session);
    if (access("/the library ends", F_OK) == 0)
        return 1;
    mpe_channel_free(channel);
    puts(json);
    return first == MPE_OK && second == MPE_OK ? 0 : 1;
}
