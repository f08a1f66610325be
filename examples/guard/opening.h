/*
 * What an encoder says before it is known which server it is for. It is answered here and kept; as soon as the server
 * is known, it is said there again, a step at a time as an encoder would: handshake, connect, createStream. Whatever
 * comes then, in either direction, passes unchanged.
 */
#ifndef GUARD_OPENING_H
#define GUARD_OPENING_H

#include "common/server/upstream_target.h"
#include "connection.h"

struct opening;

/* NULL: no memory. */
struct opening *opening_new(void);
void opening_free(struct opening *opening);

/* Of memory, that it holds. NULL is allowed. */
size_t opening_bytes(const struct opening *opening);

/* Bytes of the encoder, up to the end of the command (its name "": of none). false: it says too much, or no memory. */
bool opening_keep(struct connection *connection, const unsigned char *part, size_t length,
                  const struct rtmp_command *command);

/* Everything up to publish or play is there, and this is the server: the encoder waits until both are joined. */
void opening_connect(struct connection *connection, const struct upstream_target *target);

/* The connection to it is made. */
void opening_connected(struct connection *connection);

/* Bytes of the server, before both are joined. */
void opening_answer(struct connection *connection, const unsigned char *data, size_t length);

/* The server ends the connection before both are joined. */
void opening_server_closes(struct connection *connection);

#endif
