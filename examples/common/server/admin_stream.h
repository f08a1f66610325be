/*
 * Pages that are open follow what happens by server-sent events: each new snapshot is one event, as JSON. A page that
 * does not read gets the next one when it has read this one; it misses those between.
 */
#ifndef SERVER_ADMIN_STREAM_H
#define SERVER_ADMIN_STREAM_H

#include <microhttpd.h>

#include "snapshot.h"

struct admin_streams;

struct admin_streams *admin_streams_new(void);

/* A new snapshot, which is taken over: whoever waits gets it. From the loop. */
void admin_streams_publish(struct admin_streams *streams, struct snapshot *snapshot);

/* The last one, held; NULL: there is none yet. */
struct snapshot *admin_streams_snapshot(struct admin_streams *streams);

/* The answer that never ends; NULL: no memory, or too many are open. In the thread of the connection. */
struct MHD_Response *admin_streams_response(struct admin_streams *streams, struct MHD_Connection *connection);

/* Ends all; nobody waits any more. Before the daemon stops. */
void admin_streams_end(struct admin_streams *streams);

/* After it; NULL is allowed. */
void admin_streams_free(struct admin_streams *streams);

#endif
