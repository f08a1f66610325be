/* What the server, or the sink, says to an encoder: noted, passed on, and what follows when its side ends. */
#include "connection.h"

#include <string.h>

#include <mpe/reply.h>

#include "opening.h"
#include "verdict.h"

#define HALF_CLOSED_US 5000000 /* one side has ended, the other not yet */

/* --------------------------------------------------------- to the encoder */

static bool are_equal(double one, double other)
{
    return one >= other && one <= other;
}

/* Servers answer releaseStream, and others that ask for nothing, by errors that end nothing. */
static bool is_verdict(const struct connection *connection, const struct rtmp_command *command)
{
    if (strcmp(command->name, "_error") != 0) {
        return connection->stream_name != NULL || strncmp(command->text, "NetConnection.", 14) == 0;
    }
    return (connection->has_connected && are_equal(command->transaction, connection->connect_transaction)) ||
           (connection->stream_name != NULL && are_equal(command->transaction, connection->publish_transaction));
}

/* What the server says to its encoder is its verdict, too. Our own words come when the session is judged. */
static void note_answer(struct connection *connection, const struct rtmp_command *command)
{
    const bool is_error = strcmp(command->name, "_error") == 0;
    const bool is_status = strcmp(command->name, "onStatus") == 0;
    if (is_error || strcmp(command->name, "_result") == 0) {
        connection->connect_answered = true;
    }
    if (is_status && strcmp(command->text, "NetStream.Publish.Start") == 0) {
        connection->publish_started = true;
    }
    const bool is_no = is_error || (is_status && strcmp(command->level, "error") == 0);
    if (is_no && connection->phase == PHASE_PASSING && !connection->local && is_verdict(connection, command)) {
        verdict_refused_by_server(connection, connection->publish_started);
    }
}

size_t connection_to_client(struct connection *connection, const unsigned char *data, size_t length, bool until_between)
{
    size_t used = 0;
    enum rtmp_seen seen = RTMP_SAW_MESSAGE;
    struct rtmp_command command;
    while (seen != RTMP_SAW_NOTHING && !(until_between && rtmp_reader_between(&connection->from_server))) {
        used += rtmp_reader_take(&connection->from_server, data + used, length - used, &seen, &command);
        if (seen == RTMP_SAW_COMMAND) {
            note_answer(connection, &command);
        }
    }
    if (side_send(&connection->client, data, used) != 0) {
        connection_end(connection, connection_ending_code(connection));
    }
    return used;
}

void connection_send_from_sink(void *user, const void *bytes, size_t length)
{
    struct connection *connection = user;
    connection_to_client(connection, bytes, length, false);
    if (connection->phase != PHASE_CLOSED && side_is_full(&connection->client)) {
        connection_end(connection, 0); /* it asks and asks, and reads no answer */
    }
}

/* ---------------------------------------------------------- from the server */

/* MPE_NOT_SUPPORTED: it would not understand it, and is ended when the time is over. */
static void try_to_ask(struct connection *connection)
{
    unsigned char bytes[MPE_REPLY_RTMP_MAX_BYTES];
    size_t length = 0;
    if (!connection->reconnect_is_due || connection->phase != PHASE_PASSING || connection->judged ||
        !rtmp_reader_between(&connection->from_server)) {
        return;
    }
    connection->reconnect_is_due = false;
    if (mpe_reply_reconnect(connection->session, NULL, NULL, connection->from_server.chunk_size, bytes, sizeof(bytes),
                            &length) == MPE_OK) {
        connection_to_client(connection, bytes, length, false);
    }
}

void connection_ask_to_reconnect(struct connection *connection)
{
    connection->reconnect_is_due = true;
    try_to_ask(connection);
}

/* It passes the server's bytes on, whatever the encoder waits for. */
static bool is_passing(const struct connection *connection)
{
    return connection->phase == PHASE_PASSING || connection->phase == PHASE_ASKING;
}

static bool is_joining(const struct connection *connection)
{
    return connection->phase == PHASE_CONNECTING && connection->opening != NULL;
}

void connection_server_bytes(struct connection *connection, const unsigned char *data, size_t length)
{
    bool is_refusing = connection->phase == PHASE_REFUSING;
    connection->silent_us = INT64_MAX;
    if (is_joining(connection)) {
        opening_answer(connection, data, length);
        return;
    }
    if (is_refusing || is_passing(connection)) {
        connection_to_client(connection, data, length, is_refusing);
        verdict_try_to_tell(connection);
        try_to_ask(connection);
    }
    bool goes_on = connection->phase == PHASE_REFUSING || is_passing(connection);
    if (goes_on && side_is_full(&connection->client)) {
        side_pause(&connection->server);
    }
}

/*
 * Without a word of its own: what was to be published is refused, which the encoder is told; what was running is ended.
 * true: it was the first.
 */
static bool is_refused_by_close(struct connection *connection)
{
    if (connection->judged || !connection->has_connected) {
        return false;
    }
    verdict_refused_by_server(connection, connection->publish_started);
    if (!connection->publish_started) {
        verdict_refuse(connection, &connection->refusal);
    }
    return !connection->publish_started;
}

static void server_closes(struct connection *connection)
{
    guard_log(connection->guard, "%s: the server closed the connection", connection->id);
    if (is_refused_by_close(connection)) {
        return;
    }
    if (side_shut(&connection->client) != 0) {
        connection_end(connection, connection_ending_code(connection));
    } else {
        connection->limit_us = guard_now_us() + HALF_CLOSED_US;
    }
}

/* A server that closes while more is on its way to it resets the connection. */
void connection_server_broke(struct connection *connection, int status)
{
    const bool is_close = (status == UV_ECONNRESET || status == UV_EPIPE) && !connection->client.ended;
    if (!is_close || connection->judged || !connection->has_connected) {
        connection_server_gone(connection, "broke the connection: ", uv_strerror(status));
        return;
    }
    guard_log(connection->guard, "%s: the server closed the connection", connection->id);
    if (!is_refused_by_close(connection)) {
        connection_leave(connection);
    }
}

void connection_server_eof(struct connection *connection)
{
    if (connection->phase == PHASE_REFUSING) {
        connection_leave(connection); /* in the middle of a message: no word of ours would be understood */
    } else if (is_passing(connection) && connection->client.ended) {
        connection_leave(connection);
    } else if (is_passing(connection)) {
        server_closes(connection);
    } else if (is_joining(connection)) {
        opening_server_closes(connection);
    }
}

void connection_server_failed(struct connection *connection, int status)
{
    if (connection->phase == PHASE_REFUSING) {
        connection_leave(connection);
    } else if (is_passing(connection)) {
        connection_server_broke(connection, status);
    } else if (is_joining(connection)) {
        opening_server_closes(connection);
    }
}
