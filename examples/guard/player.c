/* Lets a play through to the server, or ends it with a status that says why. */
#include "player.h"

#include <string.h>

#include "encoder.h"
#include "rtmp_reply.h"

static void turn_away(struct connection *connection, const struct rtmp_command *command)
{
    const struct reply_info info = {"error", "NetStream.Play.Failed", "Nothing is played here."};
    struct reply reply;
    turned_away_count(&connection->guard->turned, TURNED_PLAYS);
    connection->judged = true;
    if (rtmp_reader_between(&connection->from_server)) {
        reply_start(&reply, connection->from_server.chunk_size);
        reply_status(&reply, command->stream_id, &info);
        connection_to_client(connection, reply.bytes, reply.length, false);
    }
    connection_leave(connection);
}

void player_play(struct connection *connection, const struct rtmp_command *command)
{
    if (connection->stream_name != NULL) {
        return; /* an encoder that looks at what it publishes */
    }
    if (upstream_of(connection, command->text) == NULL || !connection->guard->options->players_pass) {
        turn_away(connection, command);
        return;
    }
    connection->is_player = true;
    connection->judged = true;
    connection->limit_us = INT64_MAX;
}

static void end_false_player(struct connection *connection)
{
    guard_log(connection->guard, "%s: it plays, and sends what encoders send", connection->id);
    connection_end(connection, 0);
}

void player_check(struct connection *connection)
{
    const uint8_t type = connection->from_client.last_type;
    if (type == RTMP_AUDIO || type == RTMP_VIDEO || type == RTMP_AGGREGATE || type == RTMP_COMMAND_AMF0 ||
        type == RTMP_COMMAND_AMF3) {
        end_false_player(connection); /* a command that was not read, for its size or form, is none of a player's */
    }
}

void player_pass(struct connection *connection, const unsigned char *part, size_t length,
                 const struct rtmp_command *command)
{
    if (connection->from_client.lost || strcmp(command->name, "publish") == 0) {
        end_false_player(connection);
    } else if (connection->phase == PHASE_PASSING) {
        encoder_pass(connection, part, length, command);
    }
}
