/* Connects to the RTMP server that an encoder is for, one of its addresses after the other. */
#include "connection.h"

#define CONNECT_WITHIN_US 5000000 /* over all its addresses */

const struct upstream_target *upstream_of(const struct connection *connection, const char *stream_name)
{
    const struct guard_options *const options = connection->guard->options;
    const char *const app = connection->app != NULL ? connection->app : "";
    const struct channels *const channels = options->server.channels;
    if (channels == NULL) {
        return options->sink ? NULL : &options->upstream;
    }
    const struct upstream_target *const own = connection->channel != NULL
                                                  ? channels_upstream(connection->channel)
                                                  : channels_upstream_of(channels, app, stream_name);
    return own != NULL ? own : channels_default_upstream(channels);
}

static void on_connected(uv_connect_t *request, int status)
{
    struct connection *connection = request->data;
    if (status == UV_ECANCELED || connection->phase != PHASE_CONNECTING) {
        return; /* the handle is being closed */
    }
    if (status == 0) {
        connection_connected(connection);
    } else {
        side_close(&connection->server); /* upstream_connect follows, for the next address */
    }
}

void upstream_connect(struct connection *connection)
{
    if (connection->address == connection->target->count) {
        connection_unreachable(connection);
        return;
    }
    const struct sockaddr *address = (const struct sockaddr *)&connection->target->addresses[connection->address++];
    int status = side_open(&connection->server, connection);
    if (status != 0) {
        connection_unreachable(connection);
        return;
    }
    connection->connecting.data = connection;
    status = uv_tcp_connect(&connection->connecting, &connection->server.tcp, address, on_connected);
    if (status != 0) {
        side_close(&connection->server);
    }
}

void upstream_begin(struct connection *connection)
{
    connection->phase = PHASE_CONNECTING;
    connection->limit_us = guard_now_us() + CONNECT_WITHIN_US;
    side_pause(&connection->client);
    upstream_connect(connection);
}
