/* The tracks of a session, in order of appearance. */
#ifndef MPE_SESSION_TRACKS_H
#define MPE_SESSION_TRACKS_H

#include <stdint.h>

#include "base/mem.h"
#include "channel/registry.h"
#include "observe/track.h"

/* A track, and what it takes part in. */
struct mpe_session_track {
    struct mpe_track_state observed;
    struct mpe_quality *quality; /* held in the channel, or NULL */
    int64_t measured_bps;        /* its part of the channel's sums */
    int64_t declared_bps;
    uint64_t raised; /* bit n: reason n was raised for this track */
};

struct mpe_tracks {
    struct mpe_session_track *items;
    uint16_t count;
    uint16_t capacity;
};

/* The track that a unit of media belongs to, or NULL. */
struct mpe_session_track *mpe_tracks_find(const struct mpe_tracks *tracks, const struct mpe_unit *unit);

/* Adds the track of a unit; pointers to other tracks are no longer valid. NULL: no memory. */
struct mpe_session_track *mpe_tracks_add(struct mpe_tracks *tracks, const struct mpe_mem *mem,
                                         const struct mpe_unit *unit);

void mpe_tracks_free(struct mpe_tracks *tracks, const struct mpe_mem *mem);

#endif
