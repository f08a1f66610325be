/* The bytes of an encoder: judged, answered or passed on, a part at a time, each of which ends at a command. */
#ifndef GUARD_ENCODER_H
#define GUARD_ENCODER_H

#include "connection.h"

void encoder_bytes(struct connection *connection, const unsigned char *data, size_t length);
void encoder_eof(struct connection *connection);

/* A part that was judged goes to the server, or is answered; command is what it ends with, its name "" where nothing.
 */
void encoder_pass(struct connection *connection, const unsigned char *part, size_t length,
                  const struct rtmp_command *command);

#endif
