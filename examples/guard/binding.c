#include "binding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connection.h"

#define MOST_BYTES 262144u /* before the first publish: a handshake and a few commands are less than 8 KiB */

struct binding {
    struct rtmp_reader reader;
    char app[RTMP_TEXT_BYTES];
    size_t length;
    size_t space;
    unsigned char *bytes;
};

bool binding_start(struct connection *connection)
{
    struct binding *const binding = calloc(1, sizeof(*binding));
    if (binding != NULL) {
        rtmp_reader_start(&binding->reader);
    }
    connection->binding = binding;
    return binding != NULL;
}

void binding_free(struct connection *connection)
{
    if (connection->binding != NULL) {
        rtmp_reader_free(&connection->binding->reader);
        free(connection->binding->bytes);
        free(connection->binding);
        connection->binding = NULL;
    }
}

size_t binding_bytes(const struct connection *connection)
{
    const struct binding *const binding = connection->binding;
    return binding != NULL ? sizeof(*binding) + binding->space + binding->reader.command_bytes : 0;
}

/* false: no memory, or it is more than anybody says before publish. */
static bool record(struct binding *binding, const unsigned char *data, size_t length)
{
    const size_t need = binding->length + length;
    if (need > MOST_BYTES + GUARD_READ_BYTES) {
        return false;
    }
    if (need > binding->space) {
        const size_t space = need > 2 * binding->space ? need : 2 * binding->space;
        unsigned char *const more = realloc(binding->bytes, space);
        if (more == NULL) {
            return false;
        }
        binding->bytes = more;
        binding->space = space;
    }
    memcpy(binding->bytes + binding->length, data, length);
    binding->length = need;
    return true;
}

/* Reads on until a publish, which it leaves in command. */
static bool find_publish(struct binding *binding, const unsigned char *data, size_t length,
                         struct rtmp_command *command)
{
    size_t used = 0;
    enum rtmp_seen seen = RTMP_SAW_MESSAGE;
    while (seen != RTMP_SAW_NOTHING) {
        used += rtmp_reader_take(&binding->reader, data + used, length - used, &seen, command);
        if (seen == RTMP_SAW_COMMAND && strcmp(command->name, "connect") == 0 && binding->app[0] == '\0') {
            memcpy(binding->app, command->text, sizeof(binding->app));
        } else if (seen == RTMP_SAW_COMMAND && strcmp(command->name, "publish") == 0) {
            return true;
        }
    }
    return false;
}

/* A session of the channel instead of that of the lobby, which nobody is told of; it gets all bytes so far. */
static void move_session(struct connection *connection, mpe_channel *handle)
{
    struct binding *const binding = connection->binding;
    connection_holds(connection);
    mpe_session_free(connection->session);
    connection->session = NULL;
    const mpe_status status =
        mpe_session_new(&connection->session, handle, MPE_PROTOCOL_RTMP,
                        connection->peer[0] != '\0' ? connection->peer : NULL, connection->id, connection->opened_us);
    if (status == MPE_OK) {
        mpe_session_feed(connection->session, binding->bytes, binding->length, guard_now_us());
    }
}

static void bind_to_channel(struct connection *connection, const char *stream_name)
{
    const struct server_options *const options = &connection->guard->options->server;
    connection->channel = channels_enter(options->channels, connection->binding->app, stream_name);
    if (connection->channel != NULL) {
        memcpy(connection->app, connection->binding->app, sizeof(connection->app));
        snprintf(connection->stream_name, sizeof(connection->stream_name), "%s", stream_name);
    }
    move_session(connection,
                 connection->channel != NULL ? connection->channel->handle : channels_nowhere(options->channels));
    binding_free(connection);
}

bool binding_take(struct connection *connection, const unsigned char *data, size_t length)
{
    struct binding *const binding = connection->binding;
    struct rtmp_command command;
    if (!record(binding, data, length)) {
        connection_holds(connection);
        mpe_session_free(connection->session);
        connection->session = NULL;
        return false;
    }
    if (!find_publish(binding, data, length, &command)) {
        return false;
    }
    bind_to_channel(connection, command.text);
    return true;
}

bool binding_allows(const struct connection *connection, const char *stream_name)
{
    return connection->channel == NULL ||
           channels_know(connection->channel->of, connection->channel->name, connection->app, stream_name);
}
