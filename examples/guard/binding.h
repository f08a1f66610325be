/*
 * From an encoder that has not said yet what it publishes to the channel that this belongs to. Until then it is judged
 * in the lobby: by its bytes, its time and what it costs, not by what a channel allows.
 */
#ifndef GUARD_BINDING_H
#define GUARD_BINDING_H

#include <stdbool.h>
#include <stddef.h>

struct connection;

/* Where there are channels to choose from. false: no memory. */
bool binding_start(struct connection *connection);
void binding_free(struct connection *connection);

/*
 * Bytes of an encoder in the lobby, before anybody judged them. Where they say what is published, the session becomes
 * one of that channel, or of the one that takes nobody, and has got all bytes so far, these too: true. false: the lobby
 * judges them; or there is no memory, and the session is over.
 */
bool binding_take(struct connection *connection, const unsigned char *data, size_t length);

/* Of memory, that it holds. */
size_t binding_bytes(const struct connection *connection);

/* What a bound connection publishes besides must belong to its channel, too. */
bool binding_allows(const struct connection *connection, const char *stream_name);

#endif
