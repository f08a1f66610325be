/* Remembers the codecs of one audio and one video track, so that MPE_UNIT_TRACK is given only for news. */
#ifndef MPE_WIRE_CODEC_MEMORY_H
#define MPE_WIRE_CODEC_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "codes/codec.h"
#include "mpe.h"
#include "wire/unit.h"

/* FourCCs; 0: none yet. */
struct mpe_codec_memory {
    uint32_t video;
    uint32_t audio;
    uint32_t doubted; /* the codec that the audio track seemed to change to; see mpe_codec_memory_confirms */
};

/* 0: none yet. */
static inline uint32_t mpe_codec_memory_of(const struct mpe_codec_memory *memory, uint8_t media)
{
    return media == MPE_MEDIA_VIDEO ? memory->video : memory->audio;
}

/* Whether a MPE_UNIT_TRACK gives a track that has a codec another one. */
static inline bool mpe_codec_memory_changes(const struct mpe_codec_memory *memory, const struct mpe_unit *track)
{
    const uint32_t known = mpe_codec_memory_of(memory, track->media);
    return track->track_id == 0 && known != 0 && known != track->fourcc;
}

/*
 * Whether such a change is to be believed. Four bits of a message's first byte are all that names a sound without
 * sequence headers: two messages must.
 */
static inline bool mpe_codec_memory_confirms(struct mpe_codec_memory *memory, const struct mpe_unit *track)
{
    if (track->media == MPE_MEDIA_VIDEO || mpe_codec_row(track->codec)->needs_header)
        return true;
    const bool is_second = memory->doubted == track->fourcc;
    memory->doubted = is_second ? 0 : track->fourcc;
    return is_second;
}

/* Notes the codec of a MPE_UNIT_TRACK. false: it is no news. Sub-tracks other than 0 always are, and are not noted. */
static inline bool mpe_codec_memory_note(struct mpe_codec_memory *memory, const struct mpe_unit *track)
{
    uint32_t *const known = track->media == MPE_MEDIA_VIDEO ? &memory->video : &memory->audio;
    if (track->track_id != 0)
        return true;
    const bool is_news = *known == 0 || *known != track->fourcc;
    *known = track->fourcc;
    return is_news;
}

#endif
