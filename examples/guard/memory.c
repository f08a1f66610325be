/* Keeps what all connections hold within its bound: who holds much without having been admitted goes first. */
#include "connection.h"

#define MUCH_BYTES 65536 /* more than an encoder needs before it is admitted, but for its headers */

static int64_t held_by(const struct connection *connection)
{
    return connection->session_bytes + connection->own_bytes;
}

/* The newest that was never admitted and holds more than so many bytes, or NULL. */
static struct connection *newest_stranger(const struct guard *guard, int64_t more_than_bytes)
{
    struct connection *found = guard->connections;
    while (found != NULL && (found->was_admitted || held_by(found) <= more_than_bytes)) {
        found = found->next;
    }
    return found;
}

static struct connection *largest_holder(const struct guard *guard)
{
    struct connection *found = guard->connections;
    for (struct connection *one = found; one != NULL; one = one->next) {
        found = held_by(one) > held_by(found) ? one : found;
    }
    return found;
}

static struct connection *choose(const struct guard *guard)
{
    struct connection *found = newest_stranger(guard, MUCH_BYTES);
    if (found == NULL) {
        found = newest_stranger(guard, 0);
    }
    return found != NULL ? found : largest_holder(guard);
}

void guard_check_memory(struct guard *guard)
{
    const struct memory_bound *const memory = &guard->options->server.memory;
    while (memory->used_bytes > memory->most_bytes && guard->connections != NULL) {
        turned_away_count(&guard->turned, TURNED_MEMORY);
        connection_stop(choose(guard));
    }
}
