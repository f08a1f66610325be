#include "session/tracks.h"

struct mpe_session_track *mpe_tracks_find(const struct mpe_tracks *tracks, const struct mpe_unit *unit)
{
    for (int32_t i = 0; i < tracks->count; i++) {
        const struct mpe_track_facts *facts = &tracks->items[i]->observed.facts;
        if (facts->media == unit->media && facts->track_id == unit->track_id && facts->stream_id == unit->stream_id)
            return tracks->items[i];
    }
    return NULL;
}

static int reserve(struct mpe_tracks *tracks, const struct mpe_mem *mem)
{
    int32_t capacity = tracks->capacity > 0 ? tracks->capacity * 2 : 2;
    struct mpe_session_track **items;

    if (tracks->count < tracks->capacity)
        return 1;
    items = mpe_mem_grow(mem, tracks->items, (size_t)tracks->count * sizeof *items, (size_t)capacity * sizeof *items);
    if (items == NULL)
        return 0;
    tracks->items = items;
    tracks->capacity = capacity;
    return 1;
}

struct mpe_session_track *mpe_tracks_add(struct mpe_tracks *tracks, const struct mpe_mem *mem,
                                         const struct mpe_unit *unit)
{
    struct mpe_session_track *track;

    if (!reserve(tracks, mem))
        return NULL;
    track = mpe_mem_new(mem, sizeof *track);
    if (track == NULL)
        return NULL;
    mpe_track_init(&track->observed, tracks->count, unit);
    tracks->items[tracks->count++] = track;
    return track;
}

void mpe_tracks_free(struct mpe_tracks *tracks, const struct mpe_mem *mem)
{
    for (int32_t i = 0; i < tracks->count; i++)
        mpe_mem_free(mem, tracks->items[i]);
    mpe_mem_free(mem, tracks->items);
}
