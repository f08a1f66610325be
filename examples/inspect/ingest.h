/* One ingest of a capture: its session, what was found, and how it ended. */
#ifndef INSPECT_INGEST_H
#define INSPECT_INGEST_H

#include <stdbool.h>
#include <stdint.h>

#include <mpe/mpe.h>

#include "conditions.h"
#include "findings.h"
#include "series.h"

struct ingest {
    mpe_session *session;
    struct series *series; /* NULL: no page is wanted */
    int64_t began_us;
    int64_t now_us;
    uint64_t bytes;
    struct findings findings;
    bool has_heartbeats; /* are kept, too; its owner may set it */
    struct conditions conditions;
};

/*
 * Opens a session for the peer at this time; channel stays the caller's, and may be freed at once. path: of an HTTP
 * request, else NULL. NULL: no memory.
 */
struct ingest *ingest_open(mpe_channel *channel, int32_t protocol, const char *peer, const char *path, bool has_series,
                           int64_t now_us);

/* MPE_OK, or MPE_NO_MEMORY. */
mpe_status ingest_feed(struct ingest *ingest, const uint8_t *data, size_t len, int64_t now_us);

/* Lets the time pass with the ticks that are due. MPE_OK, or MPE_NO_MEMORY. */
mpe_status ingest_pass(struct ingest *ingest, int64_t now_us);

/* The peer closed. MPE_OK, or MPE_NO_MEMORY. */
mpe_status ingest_finish(struct ingest *ingest, int64_t now_us);

void ingest_free(struct ingest *ingest);

#endif
