/* How a connection begins: accepted, judged by its address, joined with the server or the sink. */
#include "connection.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>

#include "common/server/peer.h"
#include "opening.h"
#include "verdict.h"

#define ANNOUNCED_WITHIN_US 5000000 /* the proxy's header */

static bool find_peer(struct connection *connection)
{
    int length = (int)sizeof(connection->source);
    return uv_tcp_getpeername(&connection->client.tcp, (struct sockaddr *)&connection->source, &length) == 0;
}

/* The encoder's address is known, as far as it will be. */
static void note_source(struct connection *connection)
{
    const struct sockaddr *const source = (const struct sockaddr *)&connection->source;
    connection->from = address_prefix_of(source);
    if (source->sa_family == AF_INET || source->sa_family == AF_INET6) {
        peer_text(source, connection->peer, sizeof(connection->peer));
    }
}

/* An address of IPv4 inside one of IPv6 is one of IPv4 to who takes no other. */
static void unwrap(struct sockaddr_storage *address)
{
    struct sockaddr_in6 v6;
    memcpy(&v6, address, sizeof(v6));
    if (address->ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
        struct sockaddr_in *const v4 = (struct sockaddr_in *)address;
        v4->sin_family = AF_INET;
        v4->sin_port = v6.sin6_port;
        memcpy(&v4->sin_addr, &v6.sin6_addr.s6_addr[12], 4);
    }
}

/* Whose connection the server gets, before its first byte. */
static void announce_to_server(struct connection *connection)
{
    const enum proxy_version version = connection->target->proxy_version;
    struct sockaddr_storage source = connection->source;
    struct sockaddr_storage destination = {.ss_family = AF_UNSPEC};
    unsigned char header[PROXY_WRITTEN_BYTES];
    int length = (int)sizeof(destination);
    uv_tcp_getsockname(&connection->client.tcp, (struct sockaddr *)&destination, &length);
    unwrap(&source);
    unwrap(&destination);
    const size_t bytes =
        proxy_write(version, (const struct sockaddr *)&source, (const struct sockaddr *)&destination, header);
    if (bytes > 0) {
        side_send(&connection->server, header, bytes);
    }
}

bool connection_hold(struct connection *connection, const unsigned char *data, size_t length)
{
    unsigned char *const more = realloc(connection->held, connection->held_bytes + length);
    if (more == NULL) {
        return false;
    }
    memcpy(more + connection->held_bytes, data, length);
    connection->held = more;
    connection->held_bytes += length;
    side_pause(&connection->client);
    return true;
}

void connection_give_held(struct connection *connection)
{
    unsigned char *const bytes = connection->held;
    const size_t length = connection->held_bytes;
    connection->held = NULL;
    connection->held_bytes = 0;
    if (bytes != NULL) {
        connection_bytes(&connection->client, bytes, length);
        free(bytes);
    }
}

/* Whoever has published, or plays, has as long as it likes. */
static void limit_opening(struct connection *connection)
{
    const int64_t within_us = connection->guard->options->publish_within_us;
    const bool has_said = connection->stream_name != NULL || connection->is_player;
    connection->limit_us = has_said || within_us == 0 ? INT64_MAX : connection->opened_us + within_us;
}

void connection_joined(struct connection *connection)
{
    connection->phase = PHASE_PASSING;
    limit_opening(connection);
    side_read(&connection->client);
    connection_give_held(connection);
    connection_schedule(connection);
}

void connection_connected(struct connection *connection)
{
    uv_tcp_nodelay(&connection->server.tcp, 1);
    announce_to_server(connection);
    if (connection->opening != NULL) {
        opening_connected(connection);
        connection_schedule(connection);
        return;
    }
    side_read(&connection->server);
    connection_joined(connection);
}

void connection_unreachable(struct connection *connection)
{
    guard_log(connection->guard, "%s: the server cannot be reached", connection->id);
    if (connection->is_player) {
        connection_leave(connection);
        return;
    }
    verdict_refuse_unreachable(connection);
    side_close(&connection->server);
    connection_give_held(connection);
    verdict_try_to_tell(connection);
}

static bool has_servers(const struct guard *guard)
{
    const struct channels *const channels = guard->options->server.channels;
    return channels != NULL ? channels_have_upstreams(channels) : !guard->options->sink;
}

/*
 * The server is known at once where there is one for all, and nobody is kept from it. Else the publish says which one
 * it is, and whether it gets to know of this encoder at all.
 */
static bool waits_for_publish(const struct connection *connection)
{
    const struct sockaddr *const source = (const struct sockaddr *)&connection->source;
    return connection->has_choice || refusal_memory_knows(&connection->guard->refusals, source, connection->opened_us);
}

/* false: there is no memory. */
static bool find_server(struct connection *connection)
{
    const bool has_none = !has_servers(connection->guard);
    if (!has_none && !waits_for_publish(connection)) {
        connection->target = &connection->guard->options->upstream;
        upstream_begin(connection);
        return true;
    }
    connection->local = true;
    connection->phase = PHASE_PASSING;
    limit_opening(connection);
    connection->opening = has_none ? NULL : opening_new();
    side_read(&connection->client);
    return has_none || connection->opening != NULL;
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
    } else if (!find_server(connection)) {
        connection_close(connection);
    }
    connection_schedule(connection);
}

static struct connection *new_connection(struct guard *guard)
{
    struct connection *connection = calloc(1, sizeof(*connection));
    if (connection == NULL) {
        return NULL;
    }
    connection->guard = guard;
    connection->phase = PHASE_CONNECTING;
    connection->opened_us = guard_now_us();
    connection->limit_us = INT64_MAX;
    connection->silent_us = INT64_MAX;
    connection->armed_us = INT64_MAX;
    snprintf(connection->id, sizeof(connection->id), "guard-%s%" PRIu64, fleet_id_prefix(guard->fleet),
             ++guard->serial);
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
        status =
            uv_accept((uv_stream_t *)(uintptr_t)&connection->listener->tcp, (uv_stream_t *)&connection->client.tcp);
    }
    if (status == 0) {
        uv_tcp_nodelay(&connection->client.tcp, 1);
    }
    return status;
}

static void turn_away(struct connection *connection, enum turned_why why)
{
    turned_away_count(&connection->guard->turned, why);
    connection_close(connection);
}

static mpe_status open_session(struct connection *connection)
{
    const char *const peer = connection->peer[0] != '\0' ? connection->peer : NULL;
    struct guard *const guard = connection->guard;
    connection_holds(connection);
    const mpe_status status = mpe_session_new(&connection->session, guard->options->server.channel, MPE_PROTOCOL_RTMP,
                                              peer, connection->id, connection->opened_us);
    if (status != MPE_OK) {
        guard_log(guard, "%s: %s", connection->id, mpe_status_text(status));
    }
    return status;
}

/* From here on it is an encoder's. */
static void take(struct connection *connection)
{
    struct guard *const guard = connection->guard;
    enum turned_why why;
    note_source(connection);
    if (!arrivals_take(&guard->arrivals, &connection->from, connection->opened_us, &why)) {
        turn_away(connection, why);
        return;
    }
    connection->is_counted = address_count_add(&guard->addresses, &connection->from);
    if (!connection->is_counted) {
        turn_away(connection, TURNED_ADDRESS_FULL);
        return;
    }
    connection->has_choice = guard->options->server.channels != NULL;
    if (open_session(connection) != MPE_OK) {
        connection_close(connection);
        return;
    }
    begin(connection);
}

static bool is_trusted(const struct connection *connection)
{
    const struct listener_options *const options = connection->listener->options;
    for (unsigned i = 0; i < options->trusted_count; i++) {
        if (address_is_in((const struct sockaddr *)&connection->source, &options->trusted[i])) {
            return true;
        }
    }
    return false;
}

static void await_announcement(struct connection *connection)
{
    connection->announced = calloc(1, sizeof(*connection->announced));
    if (connection->announced == NULL || !is_trusted(connection)) {
        turn_away(connection, TURNED_NOT_TRUSTED);
        return;
    }
    connection->phase = PHASE_ANNOUNCED;
    connection->limit_us = connection->opened_us + ANNOUNCED_WITHIN_US;
    side_read(&connection->client);
    connection_schedule(connection);
}

/* Bytes after the header. */
static void take_early(struct connection *connection, const unsigned char *data, size_t length)
{
    if (length == 0 || connection->phase == PHASE_CLOSED) {
        return;
    }
    connection_bytes(&connection->client, data, length);
}

void connection_announced(struct connection *connection, const unsigned char *data, size_t length)
{
    size_t used = 0;
    const enum proxy_state state = proxy_read(connection->announced, data, length, &used, &connection->source);
    if (state == PROXY_MORE) {
        return;
    }
    if (state != PROXY_WHOLE) { /* a check of the proxy's, which is no encoder; or no header */
        if (state == PROXY_BROKEN) {
            turned_away_count(&connection->guard->turned, TURNED_NO_HEADER);
        }
        connection_close(connection);
        return;
    }
    connection->phase = PHASE_CONNECTING;
    connection->limit_us = INT64_MAX;
    take(connection);
    take_early(connection, data + used, length - used);
}

int connection_open(struct listener *listener)
{
    struct guard *const guard = listener->guard;
    struct connection *connection = new_connection(guard);
    if (connection == NULL) {
        return -1;
    }
    connection->listener = listener;
    link_connection(connection);
    if (accept_it(connection) != 0 || !find_peer(connection)) {
        connection_close(connection);
    } else if (guard->connection_count > guard->options->server.max_connections) {
        turn_away(connection, TURNED_FULL);
    } else if (listener->options->takes_proxy) {
        await_announcement(connection);
    } else {
        take(connection);
    }
    return 0;
}
