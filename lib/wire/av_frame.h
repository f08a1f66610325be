/*
 * The fast path to a coded frame, for nearly all messages: a legacy tag header, here in one piece, of the codec that
 * the track has. Everything else goes the slow path, through av_tag.h, and comes to the same.
 */
#ifndef MPE_WIRE_AV_FRAME_H
#define MPE_WIRE_AV_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "mpe.h"
#include "wire/tools.h"
#include "wire/unit.h"

/* No legacy tag header is longer. */
#define MPE_AV_FRAME_HEADER_BYTES 5

/* Whether a body that begins so may be a key frame that is to be looked into: it goes the slow path. */
static inline bool mpe_av_frame_is_wanted(const struct mpe_wire_tools *tools, uint8_t media, uint8_t first)
{
    return media == MPE_MEDIA_VIDEO && (first >> 4 == 1 || first >> 4 == 4) && tools->key_frames != NULL;
}

/*
 * Reads the tag header of a body of body_bytes, of which the first MPE_AV_FRAME_HEADER_BYTES, or all if it has fewer,
 * are here. Gives the bytes of that header and fills unit with a complete MPE_UNIT_FRAME, all but offset_bytes,
 * stream_id, dts and tail_bytes. 0: the body goes the slow path, unit is untouched. known_fourcc: 0: none yet.
 */
uint32_t mpe_av_frame_read(uint8_t media, uint32_t known_fourcc, const uint8_t *body, uint32_t body_bytes,
                           struct mpe_unit *unit);

#endif
