#include "verdict.h"

#include <stdio.h>

#include "rtmp_reply.h"

#define REPORT_BYTES     1024
#define TELL_WITHIN_US   1000000 /* until the server has finished its message */
#define ANSWER_WITHIN_US 5000000 /* until the encoder has asked to connect */

/* ---------------------------------------------------------------- reports */

static void log_report(const struct connection *connection, const mpe_error *error)
{
    struct guard *guard = connection->guard;
    const struct peer_history history = {connection->id, connection->peer, connection->received_bytes,
                                         guard_now_us() - connection->opened_us};
    char line[REPORT_BYTES];
    peer_report(guard->options->server.channel, &history, error, line, sizeof line);
    guard_log(guard, "%s", line);
}

static void notify(struct connection *connection, const mpe_error *error)
{
    mpe_status status = notify_out_send(&connection->guard->notify, connection->session, error);
    if (status != MPE_OK) {
        guard_log(connection->guard, "%s: no notification: %s", connection->id, mpe_status_text(status));
    }
}

static void report(struct connection *connection, const mpe_error *error)
{
    log_report(connection, error);
    notify(connection, error);
}

static void forget_session(struct connection *connection)
{
    mpe_session_free(connection->session);
    connection->session = NULL;
}

bool verdict_take(struct connection *connection, mpe_error *error)
{
    error->struct_size = sizeof *error;
    if (connection->session == NULL || mpe_session_poll_error(connection->session, error) != MPE_EVENT) {
        return false;
    }
    report(connection, error);
    forget_session(connection);
    return true;
}

bool verdict_end_session(struct connection *connection, int32_t code, mpe_error *error)
{
    if (connection->session == NULL) {
        return false;
    }
    mpe_session_finish(connection->session, code, guard_now_us());
    if (verdict_take(connection, error)) {
        return true;
    }
    /* A connection that never said a byte is a port check, and no encoder that disconnected. */
    error->struct_size = sizeof *error;
    if (connection->received_bytes > 0 && mpe_session_ending(connection->session, error) == MPE_EVENT) {
        report(connection, error);
    }
    forget_session(connection);
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

static void put_into_words(struct connection *connection, const mpe_error *error)
{
    bool name_is_wrong = error->code == MPE_RTMP_APPID_AUTH_FAILURE || error->code == MPE_BAD_URL_SYNTAX;
    connection->stream_code = name_is_wrong ? "NetStream.Publish.BadName" : "NetStream.Publish.Rejected";
    snprintf(connection->refusal, sizeof connection->refusal, "%s: %s", mpe_code_name(error->code), error->message);
}

void verdict_refuse(struct connection *connection, const mpe_error *error)
{
    put_into_words(connection, error);
    begin_to_refuse(connection, connection->answer_connect ? ANSWER_WITHIN_US : TELL_WITHIN_US);
    verdict_try_to_tell(connection);
}

void verdict_refuse_unreachable(struct connection *connection)
{
    connection->local = true;
    connection->answer_connect = true;
    connection->stream_code = "NetStream.Publish.Rejected";
    snprintf(connection->refusal, sizeof connection->refusal,
             "%s: the server behind mpe-guard cannot be reached; try again, or tell its operator.",
             mpe_code_name(MPI_SYSTEM_MAINTENANCE));
    begin_to_refuse(connection, ANSWER_WITHIN_US);
    side_read(&connection->client);
}

static void tell(struct connection *connection)
{
    mpe_error error;
    struct reply reply;
    /* Without a server the session goes on until here: its URL belongs into the notification. */
    if (verdict_end_session(connection, MPI_SYSTEM_MAINTENANCE, &error)) {
        put_into_words(connection, &error);
    }
    struct reply_info info = {"error", "NetConnection.Connect.Rejected", connection->refusal};
    reply_start(&reply, connection->from_server.chunk_size);
    if (connection->connect_seen && !connection->connect_answered) {
        reply_connect_error(&reply, connection->connect_transaction, &info);
    } else {
        info.code = connection->stream_code;
        reply_status(&reply, connection->publish_stream_id, &info);
    }
    connection_to_client(connection, reply.bytes, reply.length, false);
    connection_leave(connection);
}

void verdict_try_to_tell(struct connection *connection)
{
    if (connection->phase != PHASE_REFUSING) {
        return;
    }
    if (connection->answer_connect) {
        if (connection->connect_seen) {
            tell(connection);
        }
    } else if (connection->from_client.handshake_left > 0) {
        connection_leave(connection); /* it may not even speak RTMP */
    } else if (connection->from_server.position == 0) {
        sink_shake_hands_blindly(&connection->sink);
        tell(connection);
    } else if (rtmp_reader_between(&connection->from_server)) {
        tell(connection);
    }
}
