/* Grows the arrays of a snapshot, and frees it when nobody holds it. */
#include "snapshot.h"

#include <stdlib.h>
#include <string.h>

struct snapshot *snapshot_new(size_t channels, size_t endings, size_t sessions)
{
    struct snapshot *const snapshot = calloc(1, sizeof(*snapshot));
    if (snapshot == NULL) {
        return NULL;
    }
    atomic_init(&snapshot->holders, 1);
    snapshot->channels = calloc(channels + 1, sizeof(*snapshot->channels));
    snapshot->endings = calloc(endings + 1, sizeof(*snapshot->endings));
    snapshot->session_space = sessions + 1;
    snapshot->sessions = malloc(snapshot->session_space * sizeof(*snapshot->sessions));
    if (snapshot->channels == NULL || snapshot->endings == NULL || snapshot->sessions == NULL) {
        snapshot_release(snapshot);
        return NULL;
    }
    return snapshot;
}

struct snapshot_session *snapshot_add_session(struct snapshot *snapshot)
{
    if (snapshot->session_count == snapshot->session_space) {
        const size_t space = 2 * snapshot->session_space;
        struct snapshot_session *const more = realloc(snapshot->sessions, space * sizeof(*more));
        if (more == NULL) {
            return NULL;
        }
        snapshot->sessions = more;
        snapshot->session_space = space;
    }
    struct snapshot_session *const session = &snapshot->sessions[snapshot->session_count++];
    memset(session, 0, sizeof(*session));
    return session;
}

static unsigned bounded(int32_t index, unsigned count)
{
    return index >= 0 && (unsigned)index < count ? (unsigned)index : 0;
}

void snapshot_count_session(struct snapshot *snapshot, const struct snapshot_session *session)
{
    struct snapshot_channel *const channel = &snapshot->channels[session->channel];
    const int64_t took_us = session->encode_to_ingest_us;
    channel->sessions[bounded(session->protocol, SNAPSHOT_PROTOCOLS)][bounded(session->state, SNAPSHOT_STATES)]++;
    if (took_us != MPE_NOT_MEASURED) {
        const bool is_longest = channel->timed == 0 || took_us > channel->encode_to_ingest_us;
        channel->encode_to_ingest_us = is_longest ? took_us : channel->encode_to_ingest_us;
        channel->timed++;
    }
}

struct snapshot_edge *snapshot_add_edge(struct snapshot *snapshot)
{
    if (snapshot->edge_count == snapshot->edge_space) {
        const size_t space = 2 * snapshot->edge_space + 16;
        struct snapshot_edge *const more = realloc(snapshot->edges, space * sizeof(*more));
        if (more == NULL) {
            return NULL;
        }
        snapshot->edges = more;
        snapshot->edge_space = space;
    }
    struct snapshot_edge *const edge = &snapshot->edges[snapshot->edge_count++];
    memset(edge, 0, sizeof(*edge));
    return edge;
}

struct snapshot *snapshot_hold(struct snapshot *snapshot)
{
    atomic_fetch_add(&snapshot->holders, 1);
    return snapshot;
}

void snapshot_release(struct snapshot *snapshot)
{
    if (snapshot != NULL && atomic_fetch_sub(&snapshot->holders, 1) == 1) {
        free(snapshot->channels);
        free(snapshot->endings);
        free(snapshot->sessions);
        free(snapshot->edges);
        free(snapshot);
    }
}
