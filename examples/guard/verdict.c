#include "verdict.h"

#include <stdio.h>

#include <mpe/reply.h>

#define TELL_WITHIN_US   1000000 /* until the server has finished its message */
#define ANSWER_WITHIN_US 5000000 /* until the encoder has asked to connect */

/* ---------------------------------------------------------------- reports */

static void report(struct connection *connection, const mpe_error *error)
{
    struct guard *const guard = connection->guard;
    const int64_t now_us = guard_now_us();
    const struct peer_history history = {.id = connection->id,
                                         .channel = connection->channel != NULL ? connection->channel->name : NULL,
                                         .peer = connection->peer,
                                         .prefix = connection->from,
                                         .was_admitted = connection->was_admitted,
                                         .received_bytes = connection->received_bytes,
                                         .now_us = now_us,
                                         .lasted_us = now_us - connection->opened_us};
    reports_send(&guard->reports, connection_channel(connection), connection->session, &history, error);
}

bool verdict_take(struct connection *connection, mpe_error *error)
{
    error->struct_size = sizeof *error;
    reports_notices(&connection->guard->reports, connection->session, connection->id);
    if (connection->judged || mpe_session_poll_error(connection->session, error) != MPE_EVENT) {
        return false;
    }
    report(connection, error);
    connection->judged = true;
    reports_notices(&connection->guard->reports, connection->session, connection->id);
    return true;
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
    /* A connection that never said a byte is a port check, and no encoder that disconnected. */
    error->struct_size = sizeof *error;
    if (mpe_session_ending(connection->session, error) == MPE_EVENT && connection->received_bytes > 0) {
        report(connection, error);
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
        snprintf(refusal->message, sizeof refusal->message,
                 "the server behind mpe-guard cannot be reached; try again, or tell its operator.");
    }
}

static void tell(struct connection *connection)
{
    unsigned char bytes[MPE_REPLY_RTMP_MAX_BYTES];
    size_t length = 0;
    int32_t answered = connection->connect_answered ? MPE_ANSWERED_CONNECT : MPE_ANSWERED_NOTHING;
    end_unreachable(connection);
    if (mpe_reply_rtmp(connection->session, &connection->refusal, answered, connection->from_server.chunk_size, bytes,
                       sizeof bytes, &length) == MPE_OK) {
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
