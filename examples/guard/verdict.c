/* Reports findings, remembers refusals, and sends an encoder the reply that says why. */
#include "verdict.h"

#include <stdio.h>

#include <mpe/reply.h>

#define TELL_WITHIN_US   1000000 /* until the server has finished its message */
#define ANSWER_WITHIN_US 5000000 /* until the encoder has asked to connect */

/* ---------------------------------------------------------------- reports */

static struct peer_history history_of(const struct connection *connection)
{
    const int64_t now_us = guard_now_us();
    return (struct peer_history){.id = connection->id,
                                 .channel = connection->channel != NULL ? connection->channel->name : NULL,
                                 .peer = connection->peer,
                                 .prefix = connection->from,
                                 .was_admitted = connection->was_admitted,
                                 .received_bytes = connection->received_bytes,
                                 .now_us = now_us,
                                 .lasted_us = now_us - connection->opened_us};
}

static void report(struct connection *connection, const mpe_error *error)
{
    const struct peer_history history = history_of(connection);
    reports_send(&connection->guard->reports, connection_channel(connection), connection->session, &history, error);
}

static void report_ending(struct connection *connection, const mpe_error *error)
{
    const struct peer_history history = history_of(connection);
    if (connection->stream_name != NULL) {
        report(connection, error);
    } else {
        reports_say(&connection->guard->reports, connection_channel(connection), &history, error);
    }
}

/* Who it is to the memory of refusals. */
static struct refusal_key key_of(const struct connection *connection)
{
    return refusal_key_of(&connection->guard->refusals, connection->channel != NULL ? connection->channel->name : "",
                          connection->app != NULL ? connection->app : "", connection->stream_name,
                          (const struct sockaddr *)&connection->source);
}

/* What one of several publishes was refused for is no fact of another one. */
static void remember(struct connection *connection, const mpe_error *error)
{
    if (connection->stream_name != NULL && !connection->publishes_more) {
        const struct refusal_key key = key_of(connection);
        refusal_memory_note(&connection->guard->refusals, &key, error, guard_now_us());
    }
}

static void judge(struct connection *connection, const mpe_error *error)
{
    report(connection, error);
    connection->judged = true;
}

bool verdict_take(struct connection *connection, mpe_error *error)
{
    error->struct_size = sizeof(*error);
    reports_notices(&connection->guard->reports, connection->session, connection->id);
    while (!connection->judged && mpe_session_poll_error(connection->session, error) == MPE_EVENT) {
        if ((error->flags & MPE_ERROR_REPORTED) != 0) {
            report(connection, error);
            continue;
        }
        remember(connection, error);
        judge(connection, error);
        reports_notices(&connection->guard->reports, connection->session, connection->id);
        return true;
    }
    return false;
}

bool verdict_recall(struct connection *connection, mpe_error *error)
{
    const struct refusal_key key = key_of(connection);
    if (!refusal_memory_find(&connection->guard->refusals, &key, guard_now_us(), error)) {
        return false;
    }
    judge(connection, error);
    return true;
}

/* The server's no, in the place of the ending that the session would have. */
void verdict_refused_by_server(struct connection *connection, bool was_running)
{
    mpe_error error = {.struct_size = sizeof(error)};
    if (connection->judged) {
        return;
    }
    connection_holds(connection);
    mpe_session_finish(connection->session, MPI_REST_API_CHANNEL_RESET, guard_now_us());
    if (verdict_take(connection, &error) || mpe_session_ending(connection->session, &error) != MPE_EVENT) {
        connection->refusal = error;
        connection->judged = true;
        return;
    }
    if (!was_running) {
        error.code = MPE_RTMP_APPID_AUTH_FAILURE;
        error.event = MPE_EVENT_CONNECTION_REJECTED;
    }
    snprintf(error.message, sizeof(error.message), "%s",
             was_running ? "the server ended the publish; ask its operator why before you publish again."
                         : "the server refused what was to be published; check the ingest URL and its key.");
    connection->refusal = error;
    judge(connection, &error);
}

bool verdict_end_session(struct connection *connection, int32_t code, mpe_error *error)
{
    if (connection->judged) {
        return false;
    }
    connection_holds(connection);
    mpe_session_finish(connection->session, code, guard_now_us());
    if (verdict_take(connection, error)) {
        return true;
    }
    /* A connection that never said a byte is a port check; one that never published, no encoder that disconnected. */
    error->struct_size = sizeof(*error);
    if (mpe_session_ending(connection->session, error) == MPE_EVENT && connection->received_bytes > 0) {
        report_ending(connection, error);
    }
    connection->judged = true;
    return false;
}

/* ---------------------------------------------------------------- refusal */

static void begin_to_refuse(struct connection *connection, int64_t within_us)
{
    connection->phase = PHASE_REFUSING;
    connection->limit_us = guard_now_us() + within_us;
    if (connection->client.paused) {
        side_read(&connection->client);
    }
}

void verdict_refuse(struct connection *connection, const mpe_error *error)
{
    connection->refusal = *error;
    begin_to_refuse(connection, connection->answer_connect ? ANSWER_WITHIN_US : TELL_WITHIN_US);
    verdict_try_to_tell(connection);
}

void verdict_refuse_unreachable(struct connection *connection)
{
    connection->local = true;
    connection->answer_connect = true;
    begin_to_refuse(connection, ANSWER_WITHIN_US);
    side_read(&connection->client);
}

/* Without a server the session goes on until its encoder is told: its URL belongs into the notification. */
static void end_unreachable(struct connection *connection)
{
    mpe_error *refusal = &connection->refusal;
    if (!connection->judged && !verdict_end_session(connection, MPI_SYSTEM_MAINTENANCE, refusal)) {
        snprintf(refusal->message, sizeof(refusal->message),
                 "the upstream server of mpe-guard cannot be reached; try again, or tell its operator.");
    }
}

static void send_reply(struct connection *connection)
{
    unsigned char bytes[MPE_REPLY_RTMP_MAX_BYTES];
    size_t length = 0;
    int32_t answered = connection->connect_answered ? MPE_ANSWERED_CONNECT : MPE_ANSWERED_NOTHING;
    end_unreachable(connection);
    if (mpe_reply_rtmp(connection->session, &connection->refusal, answered, connection->from_server.chunk_size, bytes,
                       sizeof(bytes), &length) == MPE_OK) {
        connection_to_client(connection, bytes, length, false);
    }
    connection_leave(connection);
}

void verdict_try_to_tell(struct connection *connection)
{
    if (connection->phase != PHASE_REFUSING) {
        return;
    }
    if (connection->answer_connect) {
        if (mpe_session_asked(connection->session) != MPE_ASKED_NOTHING) {
            send_reply(connection);
        }
    } else if (connection->from_client.handshake_left > 0) {
        connection_leave(connection); /* it may not even speak RTMP */
    } else if (connection->from_server.position == 0) {
        sink_shake_hands_blindly(&connection->sink);
        send_reply(connection);
    } else if (rtmp_reader_between(&connection->from_server)) {
        send_reply(connection);
    }
}
