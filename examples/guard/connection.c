#include "connection.h"

#include <stdlib.h>
#include <string.h>

#include "binding.h"
#include "verdict.h"

#define HALF_CLOSED_US 5000000     /* one side has ended, the other not yet */
#define LEAVING_US     2000000     /* the encoder reads the last words and closes */
#define LEAVING_BYTES  (16u << 20) /* ... and sends no more than this meanwhile */

/* ----------------------------------------------------------------- the end */

static void free_if_closed(struct connection *connection)
{
    if (connection->phase != PHASE_CLOSED || connection->handles > 0) {
        return;
    }
    rtmp_reader_free(&connection->from_client);
    rtmp_reader_free(&connection->from_server);
    free(connection->announced);
    free(connection->early);
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
    const size_t early = binding_bytes(connection) + (connection->early != NULL ? connection->early_bytes : 0);
    set_own_bytes(connection, (int64_t)(sizeof(*connection) + commands + waiting + early));
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
    binding_free(connection);
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
    connection->limit_us = guard_now_us() + LEAVING_US;
    side_close(&connection->server);
    if (side_shut(&connection->client) != 0) {
        connection_close(connection);
    } else if (connection->client.paused) {
        side_read(&connection->client);
    }
}

/* Ends the session for who ended first, and the connection at once. */
static void end_now(struct connection *connection, int32_t code)
{
    mpe_error error;
    verdict_end_session(connection, code, &error);
    connection_close(connection);
}

/*
 * 0: the encoder ended it. Maintenance, the closest code there is, where the server did, or none could be reached (only
 * then a session lasts until its connect is answered).
 */
static int32_t ending_code(const struct connection *connection)
{
    return connection->server.ended || connection->answer_connect ? MPI_SYSTEM_MAINTENANCE : 0;
}

void connection_stop(struct connection *connection)
{
    end_now(connection, MPI_SYSTEM_MAINTENANCE);
}

void connection_remove(struct connection *connection)
{
    end_now(connection, MPI_REST_API_CHANNEL_STOP);
}

static void server_is_gone(struct connection *connection, const char *how, const char *why)
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
        loss_count(&connection->guard->excess, "no proxy said whose connection it is");
        connection_close(connection);
    } else {
        end_now(connection, ending_code(connection));
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
    } else if (connection->client.paused) {
        if (now_us >= connection->stalled_us) {
            server_is_gone(connection, "takes nothing any more", "");
        }
    } else if (connection->phase == PHASE_PASSING && now_us >= connection->silent_us) {
        server_is_gone(connection, "does not answer", "");
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

/* --------------------------------------------------------- to the encoder */

size_t connection_to_client(struct connection *connection, const unsigned char *data, size_t length, bool until_between)
{
    size_t used = 0;
    enum rtmp_seen seen = RTMP_SAW_MESSAGE;
    struct rtmp_command command;
    while (seen != RTMP_SAW_NOTHING && !(until_between && rtmp_reader_between(&connection->from_server))) {
        used += rtmp_reader_take(&connection->from_server, data + used, length - used, &seen, &command);
        if (seen == RTMP_SAW_COMMAND && (strcmp(command.name, "_result") == 0 || strcmp(command.name, "_error") == 0)) {
            connection->connect_answered = true;
        }
    }
    if (side_send(&connection->client, data, used) != 0) {
        end_now(connection, ending_code(connection));
    }
    return used;
}

void connection_send_from_sink(void *user, const void *bytes, size_t length)
{
    struct connection *connection = user;
    connection_to_client(connection, bytes, length, false);
    if (connection->phase != PHASE_CLOSED && side_is_full(&connection->client)) {
        end_now(connection, 0); /* it asks and asks, and reads no answer */
    }
}

/* -------------------------------------------------------- from the encoder */

/* What a connection publishes besides must be of the channel that it came to. */
static void check_publish(struct connection *connection, const struct rtmp_command *command)
{
    if (strcmp(command->name, "publish") == 0 && !binding_allows(connection, command->text)) {
        guard_log(connection->guard, "%s: it publishes to another channel, too", connection->id);
        end_now(connection, 0);
    }
}

static void follow(struct connection *connection, const unsigned char *data, size_t length, bool answer)
{
    size_t used = 0;
    enum rtmp_seen seen = RTMP_SAW_MESSAGE;
    struct rtmp_command command;
    while (seen != RTMP_SAW_NOTHING && connection->phase != PHASE_CLOSED) {
        used += rtmp_reader_take(&connection->from_client, data + used, length - used, &seen, &command);
        if (seen == RTMP_SAW_COMMAND) {
            check_publish(connection, &command);
        }
        if (seen == RTMP_SAW_COMMAND && answer && connection->phase != PHASE_CLOSED) {
            sink_command(&connection->sink, &command);
        }
    }
}

/* A session that is over takes what its encoder asks for, still, up to its publish: that is what a refusal answers. */
static void feed(struct connection *connection, const unsigned char *data, size_t length)
{
    const bool is_in_lobby = connection->binding != NULL && !connection->judged;
    const bool is_taken = is_in_lobby && binding_take(connection, data, length);
    if (connection->session != NULL && !is_taken) {
        connection_holds(connection);
        mpe_session_feed(connection->session, data, length, guard_now_us());
    }
    if (connection->session != NULL && !connection->was_admitted) {
        connection->was_admitted = mpe_session_state(connection->session) == MPE_STATE_ADMITTED;
    }
}

/* An encoder that waits for a server is not one that went silent; to a whole C0 and C1 there must be an answer. */
static void await_answer(struct connection *connection)
{
    bool is_asked = connection->received_bytes > RTMP_HANDSHAKE_PART;
    if (is_asked && connection->from_server.position == 0 && connection->silent_us == INT64_MAX) {
        connection->silent_us = guard_now_us() + connection->guard->stall_us;
    }
}

/* Nothing passes before it was judged: the server never sees the bytes that were refused. */
static void judge_and_pass(struct connection *connection, const unsigned char *data, size_t length)
{
    mpe_error error;
    feed(connection, data, length);
    if (connection->session == NULL) {
        guard_log(connection->guard, "%s: there is no memory for it, or it says too much before it publishes",
                  connection->id);
        connection_close(connection);
    } else if (verdict_take(connection, &error)) {
        follow(connection, data, length, false);
        verdict_refuse(connection, &error);
    } else if (connection->local) {
        sink_bytes(&connection->sink, data, length);
        follow(connection, data, length, true);
    } else {
        follow(connection, data, length, false);
        if (connection->phase == PHASE_CLOSED) {
            return;
        }
        await_answer(connection);
        int status = side_send(&connection->server, data, length);
        if (status != 0) {
            server_is_gone(connection, "broke the connection: ", uv_strerror(status));
        } else if (side_is_full(&connection->server)) {
            connection->stalled_us = guard_now_us() + connection->guard->stall_us;
            side_pause(&connection->client);
        }
    }
}

static void discard(struct connection *connection, size_t length)
{
    connection->discarded_bytes += length;
    if (connection->discarded_bytes > LEAVING_BYTES) {
        connection_close(connection);
    }
}

static void client_bytes(struct connection *connection, const unsigned char *data, size_t length)
{
    if (connection->phase == PHASE_ANNOUNCED) {
        connection_announced(connection, data, length);
        return;
    }
    connection->received_bytes += length;
    switch (connection->phase) {
    case PHASE_PASSING:
        judge_and_pass(connection, data, length);
        break;
    case PHASE_REFUSING:
        if (connection->answer_connect) {
            feed(connection, data, length);
            sink_bytes(&connection->sink, data, length);
            follow(connection, data, length, false);
            verdict_try_to_tell(connection);
        }
        discard(connection, length);
        break;
    case PHASE_LEAVING:
        discard(connection, length);
        break;
    case PHASE_ANNOUNCED:
    case PHASE_CONNECTING:
    case PHASE_CLOSED:
        break;
    }
}

static void client_eof(struct connection *connection)
{
    mpe_error error;
    if (connection->phase == PHASE_LEAVING) {
        if (connection->client.gone) {
            connection_close(connection);
        }
    } else if (connection->phase == PHASE_PASSING) {
        if (verdict_end_session(connection, ending_code(connection), &error)) {
            verdict_refuse(connection, &error);
        } else if (connection->local || connection->server.ended || side_shut(&connection->server) != 0) {
            connection_close(connection);
        } else {
            connection->limit_us = guard_now_us() + HALF_CLOSED_US;
        }
    } else if (connection->answer_connect || connection->phase == PHASE_ANNOUNCED) {
        end_now(connection, ending_code(connection));
    }
}

/* ---------------------------------------------------------- from the server */

static void server_bytes(struct connection *connection, const unsigned char *data, size_t length)
{
    bool is_refusing = connection->phase == PHASE_REFUSING;
    connection->silent_us = INT64_MAX;
    if (is_refusing || connection->phase == PHASE_PASSING) {
        connection_to_client(connection, data, length, is_refusing);
        verdict_try_to_tell(connection);
    }
    bool goes_on = connection->phase == PHASE_REFUSING || connection->phase == PHASE_PASSING;
    if (goes_on && side_is_full(&connection->client)) {
        side_pause(&connection->server);
    }
}

static void server_eof(struct connection *connection)
{
    if (connection->phase == PHASE_REFUSING) {
        connection_leave(connection); /* in the middle of a message: no word of ours would be understood */
    } else if (connection->phase == PHASE_PASSING) {
        if (connection->client.ended) {
            connection_leave(connection);
            return;
        }
        guard_log(connection->guard, "%s: the server closed the connection", connection->id);
        if (side_shut(&connection->client) != 0) {
            end_now(connection, ending_code(connection));
        } else {
            connection->limit_us = guard_now_us() + HALF_CLOSED_US;
        }
    }
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
        client_bytes(connection, data, length);
    } else {
        server_bytes(connection, data, length);
    }
    connection_schedule(connection);
}

void connection_eof(struct side *side)
{
    struct connection *connection = side->connection;
    if (is_client(connection, side)) {
        client_eof(connection);
    } else {
        server_eof(connection);
    }
    connection_schedule(connection);
}

void connection_failed(struct side *side, int status)
{
    struct connection *connection = side->connection;
    if (is_client(connection, side)) {
        end_now(connection, ending_code(connection));
    } else if (connection->phase == PHASE_REFUSING) {
        connection_leave(connection);
    } else if (connection->phase == PHASE_PASSING) {
        server_is_gone(connection, "broke the connection: ", uv_strerror(status));
    }
    connection_schedule(connection);
}

void connection_drained(struct side *side)
{
    struct connection *connection = side->connection;
    struct side *source = is_client(connection, side) ? &connection->server : &connection->client;
    if (source->paused) {
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
