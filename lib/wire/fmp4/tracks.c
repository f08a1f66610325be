/* Keeps the tracks of a session from one moov to the next. */
#include "wire/fmp4/tracks.h"

#include <string.h>

#include "mpe.h"

bool mpe_fmp4_tracks_new(struct mpe_fmp4_tracks *tracks, const struct mpe_mem *mem, uint32_t count)
{
    *tracks = (struct mpe_fmp4_tracks){NULL, 0};
    if (count != 0)
        tracks->items = mpe_mem_new(mem, count * sizeof(*tracks->items));
    return count == 0 || tracks->items != NULL;
}

void mpe_fmp4_tracks_free(struct mpe_fmp4_tracks *tracks, const struct mpe_mem *mem)
{
    for (uint32_t i = 0; i < tracks->count; i++) {
        if (tracks->items[i].owns_stsd)
            mpe_mem_free(mem, (void *)tracks->items[i].stsd.bytes); /* what it owns is not constant */
    }
    mpe_mem_free(mem, tracks->items);
    *tracks = (struct mpe_fmp4_tracks){NULL, 0};
}

void mpe_fmp4_tracks_keep_times(struct mpe_fmp4_tracks *tracks, const struct mpe_fmp4_tracks *before)
{
    for (uint32_t i = 0; i < before->count; i++) {
        const struct mpe_fmp4_track *const old = &before->items[i];
        struct mpe_fmp4_track *const track = mpe_fmp4_track_find(tracks->items, tracks->count, old->track_id);
        if (track != NULL && track->clock.ticks_per_s == old->clock.ticks_per_s)
            track->next_dts = old->next_dts;
    }
}

void mpe_fmp4_tracks_append(struct mpe_fmp4_tracks *tracks, struct mpe_fmp4_tracks *before)
{
    const uint32_t count = tracks->count;
    for (uint32_t i = 0; i < before->count; i++) {
        struct mpe_fmp4_track *const old = &before->items[i];
        if (mpe_fmp4_track_find(tracks->items, count, old->track_id) != NULL)
            continue;
        tracks->items[tracks->count++] = *old;
        old->owns_stsd = false;
    }
}

static bool keep_entries(struct mpe_fmp4_track *track, const struct mpe_mem *mem)
{
    const struct mpe_span stsd = track->stsd;
    track->stsd = (struct mpe_span){NULL, 0};
    if (track->entry_count <= 1)
        return true;
    uint8_t *const copy = mpe_mem_new(mem, stsd.len);
    if (copy == NULL)
        return false;
    memcpy(copy, stsd.bytes, stsd.len);
    track->stsd = (struct mpe_span){copy, stsd.len};
    track->owns_stsd = true;
    return true;
}

bool mpe_fmp4_tracks_keep_entries(struct mpe_fmp4_tracks *tracks, const struct mpe_mem *mem, uint32_t count)
{
    bool is_kept = true;
    for (uint32_t i = 0; i < count; i++)
        is_kept = keep_entries(&tracks->items[i], mem) && is_kept;
    return is_kept;
}

uint32_t mpe_fmp4_tracks_count_media(const struct mpe_fmp4_tracks *tracks)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < tracks->count; i++)
        count += tracks->items[i].media != MPE_MEDIA_NONE;
    return count;
}

bool mpe_fmp4_tracks_have(const struct mpe_fmp4_tracks *tracks, const struct mpe_fmp4_track *track)
{
    const struct mpe_fmp4_track *const now = mpe_fmp4_track_find(tracks->items, tracks->count, track->track_id);
    return now != NULL && now->media == track->media;
}
