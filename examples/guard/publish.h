/*
 * A publish: to which channel it belongs, and whether it goes on. It may have to wait for an answer; until then nothing
 * of it has passed.
 */
#ifndef GUARD_PUBLISH_H
#define GUARD_PUBLISH_H

#include "connection.h"

/* The part that ends with the publish. It is passed on, refused, or waits (PHASE_ASKING). */
void publish_take(struct connection *connection, const unsigned char *part, size_t length,
                  const struct rtmp_command *command);

/* Whatever waits is given up. */
void publish_give_up(struct connection *connection);

/* Of memory, that it holds. */
size_t publish_bytes(const struct connection *connection);

#endif
