/* The tracks of a session, in order of appearance. */
#ifndef MPE_SESSION_TRACKS_H
#define MPE_SESSION_TRACKS_H

#include <stdint.h>

#include "base/mem.h"
#include "classify/standing.h"
#include "observe/track.h"

struct mpe_header;

/* A track, and what was found about it. */
struct mpe_session_track {
    struct mpe_track_state observed;
    struct mpe_standing standing;
    struct mpe_header *headers; /* the last few, the newest first; see session/headers.h */
};

struct mpe_turn;

struct mpe_tracks {
    struct mpe_session_track *items;
    uint16_t count;
    uint16_t capacity;
};

/*
 * The track that the unit of the turn belongs to, made where it is new: pointers to other tracks are no longer valid
 * then. false: none can be had, the turn says why. Units without media have none.
 */
bool mpe_tracks_assign(struct mpe_turn *turn);

/* Takes what begins and ends the tracks of a message stream: publish, unpublish, a track that is gone. */
void mpe_tracks_take(struct mpe_turn *turn);

void mpe_tracks_free(struct mpe_tracks *tracks, const struct mpe_mem *mem);

#endif
