#include "gate.h"

#include <stdlib.h>
#include <string.h>

#include "binding.h"
#include "encoder.h"
#include "verdict.h"

size_t gate_bytes(const struct connection *connection)
{
    (void)connection;
    return 0;
}

void gate_free(struct connection *connection)
{
    (void)connection;
}

/* Another publish of the same connection must be of the channel that it came to, and judged by what it names. */
static void publish_again(struct connection *connection, const unsigned char *part, size_t length,
                          const struct rtmp_command *command)
{
    const struct channel *const channel = connection->channel;
    const bool is_its_own = strcmp(command->text, connection->stream_name) == 0;
    if (!is_its_own && channel != NULL &&
        !channels_know(channel->of, channel->name, connection->app != NULL ? connection->app : "", command->text)) {
        guard_log(connection->guard, "%s: it publishes to another channel, too", connection->id);
        connection_end(connection, 0);
        return;
    }
    connection->publishes_more = connection->publishes_more || !is_its_own;
    if (channel != NULL) {
        connection_holds(connection);
        mpe_session_bind(connection->session, channel->handle, guard_now_us());
    }
    encoder_pass(connection, part, length, command);
}

/* Its channel is known: what that says of it, and what its last try said. */
static void judge_named(struct connection *connection, const unsigned char *part, size_t length,
                        const struct rtmp_command *command)
{
    mpe_error error;
    if (verdict_take(connection, &error) || verdict_recall(connection, &error)) {
        verdict_refuse(connection, &error);
    } else {
        encoder_pass(connection, part, length, command);
    }
}

void gate_publish(struct connection *connection, const unsigned char *part, size_t length,
                  const struct rtmp_command *command)
{
    const char *const app = connection->app != NULL ? connection->app : "";
    if (connection->stream_name != NULL) {
        publish_again(connection, part, length, command);
        return;
    }
    connection->stream_name = strdup(command->text);
    connection->publish_transaction = command->transaction;
    connection->limit_us = INT64_MAX;
    struct channels *const channels = connection->guard->options->server.channels;
    if (connection->stream_name == NULL ||
        (channels != NULL && !binding_to(connection, channels_enter(channels, app, command->text)))) {
        guard_log(connection->guard, "%s: there is no memory for it", connection->id);
        connection_close(connection);
        return;
    }
    judge_named(connection, part, length, command);
}
