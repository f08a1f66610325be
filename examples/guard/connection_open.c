/* How a connection begins: accepted, judged by its address, joined with the server or the sink. */
#include "connection.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/server/peer.h"
#include "verdict.h"

#define CONNECT_WITHIN_US 5000000 /* the server, over all its addresses */

static const char *find_peer(struct connection *connection)
{
    struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
    int length = (int)sizeof(address);
    const bool is_known = uv_tcp_getpeername(&connection->client.tcp, (struct sockaddr *)&address, &length) == 0;
    connection->from = address_prefix_of((const struct sockaddr *)&address);
    if (is_known) {
        peer_text((const struct sockaddr *)&address, connection->peer, sizeof(connection->peer));
    }
    return is_known ? connection->peer : NULL;
}

void connection_connected(struct connection *connection)
{
    connection->phase = PHASE_PASSING;
    connection->limit_us = INT64_MAX;
    uv_tcp_nodelay(&connection->server.tcp, 1);
    side_read(&connection->server);
    side_read(&connection->client);
    connection_schedule(connection);
}

void connection_unreachable(struct connection *connection)
{
    guard_log(connection->guard, "%s: the server cannot be reached", connection->id);
    verdict_refuse_unreachable(connection);
    side_close(&connection->server);
}

/* An encoder that may not connect is let in far enough to be told so. */
static void begin(struct connection *connection)
{
    mpe_error error;
    if (verdict_take(connection, &error)) {
        connection->local = true;
        connection->answer_connect = true;
        verdict_refuse(connection, &error);
        side_read(&connection->client);
    } else if (connection->local) {
        connection->phase = PHASE_PASSING;
        side_read(&connection->client);
    } else {
        connection->limit_us = connection->opened_us + CONNECT_WITHIN_US;
        upstream_connect(connection);
    }
    connection_schedule(connection);
}

static struct connection *new_connection(struct guard *guard)
{
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL) {
        return NULL;
    }
    connection->guard = guard;
    connection->opened_us = guard_now_us();
    connection->limit_us = INT64_MAX;
    connection->silent_us = INT64_MAX;
    connection->armed_us = INT64_MAX;
    connection->local = guard->options->sink;
    snprintf(connection->id, sizeof connection->id, "guard-%" PRIu64, ++guard->serial);
    rtmp_reader_start(&connection->from_client);
    rtmp_reader_start(&connection->from_server);
    sink_start(&connection->sink, connection_send_from_sink, connection);
    return connection;
}

static void link_connection(struct connection *connection)
{
    struct guard *guard = connection->guard;
    connection->next = guard->connections;
    if (connection->next != NULL) {
        connection->next->previous = connection;
    }
    guard->connections = connection;
    guard->connection_count++;
}

/* 0, or a uv error: there is no connection to be had. */
static int accept_it(struct connection *connection)
{
    struct guard *const guard = connection->guard;
    uv_timer_init(guard->loop, &connection->timer);
    connection->timer.data = connection;
    connection->handles++;
    int status = side_open(&connection->client, connection);
    if (status == 0) {
        status = uv_accept((uv_stream_t *)&guard->listener, (uv_stream_t *)&connection->client.tcp);
    }
    if (status == 0) {
        uv_tcp_nodelay(&connection->client.tcp, 1);
    }
    return status;
}

/* Why one more cannot be taken, or NULL; then it is counted for its address. */
static const char *find_excess(struct connection *connection)
{
    struct guard *const guard = connection->guard;
    if (guard->connection_count > guard->options->server.max_connections) {
        return "as many as --max-connections allows are open";
    }
    connection->is_counted = address_count_add(&guard->addresses, &connection->from);
    return connection->is_counted ? NULL : "one address has as many as --max-per-address allows";
}

static mpe_status open_session(struct connection *connection, const char *peer)
{
    struct guard *const guard = connection->guard;
    connection_holds(connection);
    const mpe_status status = mpe_session_new(&connection->session, guard->options->server.channel, MPE_PROTOCOL_RTMP,
                                              peer, connection->id, connection->opened_us);
    if (status != MPE_OK) {
        guard_log(guard, "%s: %s", connection->id, mpe_status_text(status));
    }
    return status;
}

int connection_open(struct guard *guard)
{
    struct connection *connection = new_connection(guard);
    if (connection == NULL) {
        return -1;
    }
    link_connection(connection);
    if (accept_it(connection) != 0) {
        connection_close(connection);
        return 0;
    }
    const char *const peer = find_peer(connection);
    const char *const excess = find_excess(connection);
    if (excess != NULL) {
        loss_count(&guard->excess, excess);
    }
    if (excess != NULL || open_session(connection, peer) != MPE_OK) {
        connection_close(connection);
        return 0;
    }
    begin(connection);
    return 0;
}
