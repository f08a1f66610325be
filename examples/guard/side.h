/*
 * One of the two TCP connections of a connection: to the encoder, or to the server. Reads into the guard's buffer,
 * writes at once where the socket takes it, and copies what it does not take.
 */
#ifndef GUARD_SIDE_H
#define GUARD_SIDE_H

#include <stdbool.h>
#include <stddef.h>

#include <uv.h>

struct connection;

struct side {
    uv_tcp_t tcp;
    uv_shutdown_t shutting;
    struct connection *connection;
    bool open;   /* the handle is there */
    bool paused; /* not read, until the other side takes what was read before */
    bool ended;  /* its peer has sent everything */
    bool shut;   /* we send nothing more */
    bool gone;   /* ... and all we sent is on its way */
};

/* Makes the handle. 0 or a uv error. */
int side_open(struct side *side, struct connection *connection);

/* Bytes come as connection_bytes, the end as connection_eof, a failure (uv error) as connection_failed. */
void side_read(struct side *side);
void side_pause(struct side *side);

/* 0, or a uv error: then the side is of no use any more. */
int side_send(struct side *side, const void *bytes, size_t length);

/* How many bytes wait to be written. */
size_t side_waiting_bytes(const struct side *side);

/* More waits to be written than should; connection_drained follows when there is room again. */
bool side_is_full(const struct side *side);

/* Sends the end after what waits to be written; connection_gone follows. 0 or a uv error. */
int side_shut(struct side *side);

/* Closes the handle; connection_handle_closed follows. */
void side_close(struct side *side);

#endif
