/* States, timers, answers and closing of one encoder's connection. */
#include "connection.h"

#include <stdlib.h>
#include <string.h>

#include <mpe/reply.h>

#include "encoder.h"
#include "opening.h"
#include "publish.h"
#include "verdict.h"

#define LEAVING_US 5000000  /* the encoder reads the last words when it has written a message, and closes */
#define LONGEST_US 20000000 /* and so long it may write that message */

/* ----------------------------------------------------------------- the end */

static void free_if_closed(struct connection *connection)
{
    if (connection->phase != PHASE_CLOSED || connection->handles > 0) {
        return;
    }
    rtmp_reader_free(&connection->from_client);
    rtmp_reader_free(&connection->from_server);
    opening_free(connection->opening);
    free(connection->announced);
    free(connection->held);
    free(connection->unfinished);
    free(connection->app);
    free(connection->tc_url);
    free(connection->flash_ver);
    free(connection->stream_name);
    free(connection);
}

void connection_handle_closed(struct connection *connection, const struct side *side)
{
    connection->handles--;
    if (connection->phase == PHASE_CONNECTING && side == &connection->server) {
        upstream_connect(connection);
        connection_schedule(connection);
    }
    free_if_closed(connection);
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct connection *connection = handle->data;
    connection->handles--;
    free_if_closed(connection);
}

static void unlink_connection(struct connection *connection)
{
    struct guard *guard = connection->guard;
    if (connection->previous != NULL) {
        connection->previous->next = connection->next;
    } else {
        guard->connections = connection->next;
    }
    if (connection->next != NULL) {
        connection->next->previous = connection->previous;
    }
    if (guard->to_show == connection) {
        guard->to_show = connection->next;
    }
    guard->connection_count--;
    if (connection->is_counted) {
        address_count_remove(&guard->addresses, &connection->from);
    }
}

/* -------------------------------------------------------------- the memory */

void connection_holds(struct connection *connection)
{
    connection->guard->options->server.memory.holder = &connection->session_bytes;
}

static void set_own_bytes(struct connection *connection, int64_t bytes)
{
    connection->guard->options->server.memory.used_bytes += (uint64_t)(bytes - connection->own_bytes);
    connection->own_bytes = bytes;
}

static void count_own_bytes(struct connection *connection)
{
    const size_t commands = connection->from_client.command_bytes + connection->from_server.command_bytes;
    const size_t waiting = side_waiting_bytes(&connection->client) + side_waiting_bytes(&connection->server);
    const size_t kept = publish_bytes(connection) + opening_bytes(connection->opening) + connection->held_bytes +
                        connection->unfinished_bytes;
    set_own_bytes(connection, (int64_t)(sizeof(*connection) + commands + waiting + kept));
}

static void forget_session(struct connection *connection)
{
    connection_holds(connection);
    mpe_session_free(connection->session);
    connection->session = NULL;
    connection->guard->options->server.memory.holder = NULL;
}

static void leave_channel(struct connection *connection)
{
    if (connection->channel != NULL) {
        channels_leave(connection->channel);
        connection->channel = NULL;
    }
}

mpe_channel *connection_channel(const struct connection *connection)
{
    return connection->channel != NULL ? connection->channel->handle : connection->guard->options->server.channel;
}

void connection_close(struct connection *connection)
{
    if (connection->phase == PHASE_CLOSED) {
        return;
    }
    connection->phase = PHASE_CLOSED;
    unlink_connection(connection);
    publish_give_up(connection);
    forget_session(connection);
    leave_channel(connection);
    set_own_bytes(connection, 0);
    side_close(&connection->client);
    side_close(&connection->server);
    uv_close((uv_handle_t *)&connection->timer, on_timer_closed);
}

void connection_leave(struct connection *connection)
{
    if (connection->phase == PHASE_CLOSED) {
        return;
    }
    connection->phase = PHASE_LEAVING;
    connection->left_us = guard_now_us();
    connection->limit_us = connection->left_us + LEAVING_US;
    side_close(&connection->server);
    if (side_shut(&connection->client) != 0) {
        connection_close(connection);
    } else if (connection->client.paused) {
        side_read(&connection->client);
    }
}

void connection_writes_on(struct connection *connection)
{
    const int64_t last_us = connection->left_us + LONGEST_US;
    const int64_t limit_us = guard_now_us() + LEAVING_US;
    if (!connection->has_written) {
        connection->limit_us = limit_us < last_us ? limit_us : last_us;
    }
}

void connection_end(struct connection *connection, int32_t code)
{
    mpe_error error;
    verdict_end_session(connection, code, &error);
    connection_close(connection);
}

/*
 * 0: the encoder ended it. Maintenance, the closest code there is, where the server did, or none could be reached (only
 * then a session lasts until its connect is answered).
 */
int32_t connection_ending_code(const struct connection *connection)
{
    return connection->server.ended || connection->answer_connect ? MPI_SYSTEM_MAINTENANCE : 0;
}

void connection_stop(struct connection *connection)
{
    connection_end(connection, MPI_SYSTEM_MAINTENANCE);
}

void connection_refuse(struct connection *connection, int32_t code)
{
    mpe_error error;
    if (connection->phase == PHASE_PASSING && !connection->judged) {
        connection_holds(connection);
        mpe_session_refuse(connection->session, code, guard_now_us());
        if (verdict_take(connection, &error)) {
            verdict_refuse(connection, &error);
            connection_schedule(connection);
            return;
        }
    }
    connection_end(connection, code);
}

void connection_server_gone(struct connection *connection, const char *how, const char *why)
{
    mpe_error error;
    if (!connection->client.ended) {
        guard_log(connection->guard, "%s: the server %s%s", connection->id, how, why);
    }
    verdict_end_session(connection, MPI_SYSTEM_MAINTENANCE, &error);
    connection_leave(connection);
}

/* ---------------------------------------------------------------- the time */

static int64_t sooner(int64_t one_us, int64_t other_us)
{
    return one_us < other_us ? one_us : other_us;
}

static int64_t next_deadline(const struct connection *connection)
{
    if (connection->phase != PHASE_PASSING) {
        return connection->limit_us;
    }
    if (connection->client.paused) {
        return sooner(connection->stalled_us, connection->limit_us);
    }
    int64_t session_us = connection->judged ? INT64_MAX : mpe_session_deadline(connection->session);
    return sooner(sooner(session_us, connection->silent_us), connection->limit_us);
}

static void limit_passed(struct connection *connection)
{
    if (connection->phase == PHASE_CONNECTING) {
        connection_unreachable(connection);
    } else if (connection->phase == PHASE_ANNOUNCED) {
        turned_away_count(&connection->guard->turned, TURNED_LATE_HEADER);
        connection_close(connection);
    } else {
        if (connection->phase == PHASE_PASSING && connection->stream_name == NULL && !connection->judged) {
            turned_away_count(&connection->guard->turned, TURNED_LATE);
        }
        connection_end(connection, connection_ending_code(connection));
    }
}

static void on_timer(uv_timer_t *timer)
{
    struct connection *connection = timer->data;
    int64_t now_us = guard_now_us();
    mpe_error error;
    connection->armed_us = INT64_MAX;
    if (now_us >= connection->limit_us) {
        limit_passed(connection);
    } else if (connection->phase == PHASE_PASSING && connection->client.paused) {
        if (now_us >= connection->stalled_us) {
            connection_server_gone(connection, "takes nothing any more", "");
        }
    } else if (connection->phase == PHASE_PASSING && now_us >= connection->silent_us) {
        connection_server_gone(connection, "does not answer", "");
    } else if (connection->phase == PHASE_PASSING && !connection->judged) {
        connection_holds(connection);
        mpe_session_tick(connection->session, now_us);
        if (verdict_take(connection, &error)) {
            verdict_refuse(connection, &error);
        }
    }
    connection_schedule(connection);
}

/*
 * A deadline that moved away is left to the timer, which then looks again: media moves it with each message, and a
 * timer that is not touched costs nothing.
 */
static void schedule(struct connection *connection)
{
    int64_t due_us = connection->phase == PHASE_CLOSED ? INT64_MAX : next_deadline(connection);
    if (due_us >= connection->armed_us) {
        return;
    }
    int64_t wait_us = due_us - guard_now_us();
    connection->armed_us = due_us;
    uv_timer_start(&connection->timer, on_timer, wait_us > 0 ? (uint64_t)(wait_us + 999) / 1000 : 0, 0);
}

void connection_schedule(struct connection *connection)
{
    if (connection->phase != PHASE_CLOSED) {
        count_own_bytes(connection);
        guard_check_memory(connection->guard);
    }
    schedule(connection);
}

/* ---------------------------------------------------------- from the sides */

static bool is_client(const struct connection *connection, const struct side *side)
{
    return side == &connection->client;
}

void connection_bytes(struct side *side, const unsigned char *data, size_t length)
{
    struct connection *connection = side->connection;
    if (is_client(connection, side)) {
        encoder_bytes(connection, data, length);
    } else {
        connection_server_bytes(connection, data, length);
    }
    connection_schedule(connection);
}

void connection_eof(struct side *side)
{
    struct connection *connection = side->connection;
    if (is_client(connection, side)) {
        encoder_eof(connection);
    } else {
        connection_server_eof(connection);
    }
    connection_schedule(connection);
}

void connection_failed(struct side *side, int status)
{
    struct connection *connection = side->connection;
    if (is_client(connection, side)) {
        connection_end(connection, connection_ending_code(connection));
    } else {
        connection_server_failed(connection, status);
    }
    connection_schedule(connection);
}

void connection_drained(struct side *side)
{
    struct connection *connection = side->connection;
    struct side *source = is_client(connection, side) ? &connection->server : &connection->client;
    const bool waits = source == &connection->client && connection->phase == PHASE_ASKING;
    if (source->paused && !waits) {
        side_read(source);
        connection_schedule(connection);
    }
}

void connection_gone(struct side *side)
{
    struct connection *connection = side->connection;
    if (is_client(connection, side) && connection->phase == PHASE_LEAVING && side->ended) {
        connection_close(connection);
    }
}
