/* Connects to the RTMP server behind the guard, one of its addresses after the other. */
#include "connection.h"

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
    const struct guard_options *options = connection->guard->options;
    if (connection->address == options->upstream.count) {
        connection_unreachable(connection);
        return;
    }
    const struct sockaddr *address = (const struct sockaddr *)&options->upstream.addresses[connection->address++];
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
