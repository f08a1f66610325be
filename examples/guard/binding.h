/* From the lobby, where an encoder is judged by its bytes alone, to the channel that its publish names. */
#ifndef GUARD_BINDING_H
#define GUARD_BINDING_H

#include "connection.h"

/* libmpe has read the same names as the guard: what is looked up is what is judged. */
bool binding_agrees(const struct connection *connection, const struct rtmp_command *publish);

/* The session goes on as one of the channel that was entered; NULL: it is refused, for there is none. false: no memory.
 */
bool binding_to(struct connection *connection, struct channel *channel);

#endif
