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

/* Whether this codec is no news. On sub-tracks of a multitrack message other than 0 it always is. */
static inline bool mpe_codec_memory_has(const struct mpe_codec_memory *memory, uint8_t media, uint32_t track_id,
                                        uint32_t fourcc)
{
    return track_id == 0 && fourcc == (media == MPE_MEDIA_VIDEO ? memory->video : memory->audio);
}

/* Remembers the codec of a MPE_UNIT_TRACK. */
static inline void mpe_codec_memory_note(struct mpe_codec_memory *memory, const struct mpe_unit *track)
{
    if (track->track_id != 0)
        return;
    if (track->media == MPE_MEDIA_VIDEO)
        memory->video = track->fourcc;
    else
        memory->audio = track->fourcc;
}

#endif
