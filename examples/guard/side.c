/* Reads, writes, pauses and closes one TCP connection with libuv. */
#include "side.h"

#include <stdlib.h>
#include <string.h>

#include "connection.h"

#define FULL_BYTES (256u * 1024u)
#define ROOM_BYTES (64u * 1024u)

struct waiting_write {
    uv_write_t request;
    struct side *side;
    char bytes[];
};

static uv_stream_t *stream_of(const struct side *side)
{
    return (uv_stream_t *)&side->tcp;
}

int side_open(struct side *side, struct connection *connection)
{
    memset(side, 0, sizeof(*side));
    side->connection = connection;
    int status = uv_tcp_init(connection->guard->loop, &side->tcp);
    if (status == 0) {
        side->tcp.data = side;
        side->open = true;
        connection->handles++;
    }
    return status;
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct side *side = handle->data;
    (void)suggested;
    *buffer = uv_buf_init(side->connection->guard->read_buffer, GUARD_READ_BYTES);
}

static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
    struct side *side = stream->data;
    if (length > 0) {
        connection_bytes(side, (const unsigned char *)buffer->base, (size_t)length);
    } else if (length == UV_EOF) {
        side->ended = true;
        uv_read_stop(stream);
        connection_eof(side);
    } else if (length < 0) {
        connection_failed(side, (int)length);
    }
}

void side_read(struct side *side)
{
    side->paused = false;
    if (side->open && !side->ended) {
        uv_read_start(stream_of(side), give_buffer, on_read);
    }
}

void side_pause(struct side *side)
{
    side->paused = true;
    uv_read_stop(stream_of(side));
}

static void on_written(uv_write_t *request, int status)
{
    struct waiting_write *waiting = (struct waiting_write *)request;
    struct side *side = waiting->side;
    free(waiting);
    if (status == UV_ECANCELED) {
        return; /* the handle is being closed */
    }
    if (status < 0) {
        connection_failed(side, status);
    } else if (uv_stream_get_write_queue_size(stream_of(side)) <= ROOM_BYTES) {
        connection_drained(side);
    }
}

static int send_later(struct side *side, const char *bytes, size_t length)
{
    struct waiting_write *waiting = malloc(sizeof(*waiting) + length);
    if (waiting == NULL) {
        return UV_ENOMEM;
    }
    waiting->side = side;
    memcpy(waiting->bytes, bytes, length);
    uv_buf_t buffer = uv_buf_init(waiting->bytes, (unsigned)length);
    int status = uv_write(&waiting->request, stream_of(side), &buffer, 1, on_written);
    if (status != 0) {
        free(waiting);
    }
    return status;
}

int side_send(struct side *side, const void *bytes, size_t length)
{
    if (!side->open || side->shut) {
        return UV_EPIPE;
    }
    if (uv_stream_get_write_queue_size(stream_of(side)) > 0) {
        return send_later(side, bytes, length);
    }
    uv_buf_t buffer = {.base = (char *)bytes, .len = length};
    int sent = uv_try_write(stream_of(side), &buffer, 1);
    if (sent < 0 && sent != UV_EAGAIN) {
        return sent;
    }
    size_t done = sent > 0 ? (size_t)sent : 0;
    return done < length ? send_later(side, (const char *)bytes + done, length - done) : 0;
}

size_t side_waiting_bytes(const struct side *side)
{
    return side->open ? uv_stream_get_write_queue_size(stream_of(side)) : 0;
}

bool side_is_full(const struct side *side)
{
    return uv_stream_get_write_queue_size(stream_of(side)) > FULL_BYTES;
}

static void on_shut(uv_shutdown_t *request, int status)
{
    struct side *side = request->data;
    if (status == UV_ECANCELED) {
        return;
    }
    side->gone = true;
    connection_gone(side);
}

int side_shut(struct side *side)
{
    if (!side->open) {
        return UV_ENOTCONN;
    }
    if (side->shut) {
        return 0;
    }
    side->shut = true;
    side->shutting.data = side;
    return uv_shutdown(&side->shutting, stream_of(side), on_shut);
}

static void on_closed(uv_handle_t *handle)
{
    struct side *side = handle->data;
    connection_handle_closed(side->connection, side);
}

void side_close(struct side *side)
{
    if (side->open) {
        side->open = false;
        uv_close((uv_handle_t *)&side->tcp, on_closed);
    }
}
