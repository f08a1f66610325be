/* Remembers the codecs of one audio and one video track, so that MPE_UNIT_TRACK is given only for news. */
#ifndef MPE_WIRE_CODEC_MEMORY_H
#define MPE_WIRE_CODEC_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "mpe.h"
#include "wire/unit.h"

/* FourCCs; 0: none yet. */
struct mpe_codec_memory {
    uint32_t video;
    uint32_t audio;
};

/* true: track, a MPE_UNIT_TRACK, is no news. Sub-tracks of a multitrack message other than 0 are always news. */
static inline bool mpe_codec_memory_knows(struct mpe_codec_memory *memory, const struct mpe_unit *track)
{
    if (track->track_id != 0)
        return false;
    uint32_t *const known = track->media == MPE_MEDIA_VIDEO ? &memory->video : &memory->audio;
    const bool same = *known == track->fourcc;
    *known = track->fourcc;
    return same;
}

#endif
