/* Who plays and does not publish: passed on, or turned away, but never judged as an encoder is. */
#ifndef GUARD_PLAYER_H
#define GUARD_PLAYER_H

#include "connection.h"

/* Its play has come. */
void player_play(struct connection *connection, const struct rtmp_command *command);

/* A message of one that plays: an encoder that wants to be taken for a player ends here. */
void player_check(struct connection *connection);

void player_pass(struct connection *connection, const unsigned char *part, size_t length,
                 const struct rtmp_command *command);

#endif
