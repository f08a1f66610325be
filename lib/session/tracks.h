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

/* The track that a unit belongs to; NULL: none that there is. */
static inline struct mpe_session_track *mpe_tracks_find(const struct mpe_tracks *tracks, const struct mpe_unit *unit)
{
    struct mpe_session_track *const end = tracks->items + tracks->count;
    for (struct mpe_session_track *track = tracks->items; track != end; track++) {
        const struct mpe_track_facts *const facts = &track->observed.facts;
        if (facts->media == unit->media && facts->track_id == unit->track_id && facts->stream_id == unit->stream_id)
            return track;
    }
    return NULL;
}

/*
 * The unit of the turn belongs to no track that there is: it begins one, unless it is without media. Pointers to other
 * tracks are no longer valid then. false: none can be had, the turn says why.
 */
bool mpe_tracks_begin(struct mpe_turn *turn);

/* Takes what begins and ends the tracks of a message stream: publish, unpublish, a track that is gone. */
void mpe_tracks_take(struct mpe_turn *turn);

void mpe_tracks_free(struct mpe_tracks *tracks, const struct mpe_mem *mem);

#endif
