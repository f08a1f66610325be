#include "session/tracks.h"

/* Nearly all sessions have an audio and a video track. */
#define USUAL_TRACKS 2

static bool is_of(const struct mpe_track_facts *track, const struct mpe_unit *unit)
{
    return track->media == unit->media && track->track_id == unit->track_id && track->stream_id == unit->stream_id;
}

struct mpe_session_track *mpe_tracks_find(const struct mpe_tracks *tracks, const struct mpe_unit *unit)
{
    for (uint16_t i = 0; i < tracks->count; i++) {
        if (is_of(&tracks->items[i].observed.facts, unit))
            return &tracks->items[i];
    }
    return NULL;
}

static bool reserve(struct mpe_tracks *tracks, const struct mpe_mem *mem)
{
    const size_t item_bytes = sizeof *tracks->items;
    if (tracks->count < tracks->capacity)
        return true;
    const uint16_t capacity = tracks->count < USUAL_TRACKS ? USUAL_TRACKS : 2 * tracks->count;
    struct mpe_session_track *const items =
        mpe_mem_grow(mem, tracks->items, tracks->count * item_bytes, capacity * item_bytes);
    if (items == NULL)
        return false;
    tracks->items = items;
    tracks->capacity = capacity;
    return true;
}

struct mpe_session_track *mpe_tracks_add(struct mpe_tracks *tracks, const struct mpe_mem *mem,
                                         const struct mpe_unit *unit)
{
    if (!reserve(tracks, mem))
        return NULL;
    struct mpe_session_track *const track = &tracks->items[tracks->count];
    mpe_track_init(&track->observed, tracks->count++, unit);
    return track;
}

void mpe_tracks_free(struct mpe_tracks *tracks, const struct mpe_mem *mem)
{
    mpe_mem_free(mem, tracks->items);
}
