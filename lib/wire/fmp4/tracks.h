/* The tracks that fragments may be of: those of the last moov and, where several add up, of those before. */
#ifndef MPE_WIRE_FMP4_TRACKS_H
#define MPE_WIRE_FMP4_TRACKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"
#include "wire/fmp4/init.h"

/* A zeroed one has none. */
struct mpe_fmp4_tracks {
    struct mpe_fmp4_track *items;
    uint32_t count;
};

/* Zeroed ones. false: no memory. */
bool mpe_fmp4_tracks_new(struct mpe_fmp4_tracks *tracks, const struct mpe_mem *mem, uint32_t count);
void mpe_fmp4_tracks_free(struct mpe_fmp4_tracks *tracks, const struct mpe_mem *mem);

/* Tracks that were there before go on where they were: an encoder may repeat its header. */
void mpe_fmp4_tracks_keep_times(struct mpe_fmp4_tracks *tracks, const struct mpe_fmp4_tracks *before);

/* Appends those of before whose ids tracks does not have; there is room for them. What they own moves with them. */
void mpe_fmp4_tracks_append(struct mpe_fmp4_tracks *tracks, struct mpe_fmp4_tracks *before);

/*
 * Of the first count tracks, those of several sample entries keep a copy of their stsd, which fragments ask for; all
 * others none. false: no memory.
 */
bool mpe_fmp4_tracks_keep_entries(struct mpe_fmp4_tracks *tracks, const struct mpe_mem *mem, uint32_t count);

/* How many are of a medium that is judged. */
uint32_t mpe_fmp4_tracks_count_media(const struct mpe_fmp4_tracks *tracks);

/* Whether there is one of the id and medium of track. */
bool mpe_fmp4_tracks_have(const struct mpe_fmp4_tracks *tracks, const struct mpe_fmp4_track *track);

#endif
