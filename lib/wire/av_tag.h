/*
 * The body of an audio or video message, the same in RTMP and FLV: tag header, then coded data. Fed in pieces of any
 * size; keeps the few header bytes it needs, gathers sequence headers, skips coded data.
 */
#ifndef MPE_WIRE_AV_TAG_H
#define MPE_WIRE_AV_TAG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "wire/gather.h"
#include "wire/tools.h"
#include "wire/unit.h"

/* A bit per track id that a multitrack message held so far. */
struct mpe_seen_tracks {
    uint32_t ids[8];
};

/* One body on its way; zeroed before the first one. All fields are private to av_tag.c and av_tag_enhanced.c. */
struct mpe_av_tag {
    uint32_t left_bytes;  /* of the body */
    uint32_t after_bytes; /* of them, those after the current track's data: its sub-tracks to come */
    uint32_t held_bytes;  /* of the current track's data, those after the quiet ones, see is_quiet */
    bool is_quiet;        /* in coded data that nobody looks at */
    bool is_over;         /* the whole body was read, and gives no more units */
    uint8_t state;        /* enum state of av_tag_state.h */
    uint8_t media;        /* enum mpe_media */
    uint32_t frame_bytes; /* size of the current frame */
    uint32_t fourcc;
    uint32_t known_fourcc; /* see mpe_av_tag_know */
    uint32_t stream_id;
    uint32_t timestamp_ms;
    uint32_t timestamp_nano;
    int32_t composition_offset_ms;
    uint32_t mod_ex_bytes; /* ModEx data still to come */
    uint8_t track_id;
    uint8_t codec; /* enum mpe_codec */
    uint8_t frame_type;
    uint8_t packet_type;         /* Enhanced RTMP: as on the wire */
    uint8_t packet;              /* enum packet of av_tag_state.h: what the packet types come down to */
    uint8_t multitrack;          /* enum multitrack of av_tag_state.h */
    uint8_t legacy_header_bytes; /* of the tag header, after its first byte */
    bool is_enhanced;
    bool is_avc_id;    /* legacy, under the codec id of AVC */
    bool is_settled;   /* see mpe_av_tag_know */
    bool has_reported; /* more than what its tracks are */
    uint16_t ticket;   /* of a key frame that is looked into; 0: it is not */
    uint8_t head_len;
    uint8_t head[4];
    struct mpe_seen_tracks *seen; /* NULL: no multitrack message came yet */
};

/* media: MPE_MEDIA_VIDEO or MPE_MEDIA_AUDIO. body_bytes may be 0: then the body gives no unit. */
void mpe_av_tag_begin(struct mpe_av_tag *tag, uint8_t media, uint32_t stream_id, uint32_t timestamp_ms,
                      uint32_t body_bytes);

/*
 * Reads from in, never past the body, until a unit is complete. true: unit is filled (all but offset_bytes), call again
 * even when in is empty. false: all that in has of the body was read. MPE_UNIT_TRACK is given unless the codec is
 * the one of mpe_av_tag_know. gather: of this body alone, for its sequence headers.
 */
bool mpe_av_tag_step(struct mpe_av_tag *tag, struct mpe_gather *gather, const struct mpe_wire_tools *tools,
                     struct mpe_cursor *in, struct mpe_unit *unit);

/* Frees what it holds between bodies, not tag. */
void mpe_av_tag_free(struct mpe_av_tag *tag, const struct mpe_mem *mem);

/* Skips what is left of the body: its owner does not believe it. It counts as a message that came. */
void mpe_av_tag_skip(struct mpe_av_tag *tag);

/*
 * After begin: the codec that the owner knows the body's track to have, 0: none; it is no news then. is_settled: any
 * track of this stream has a codec, so that one that no specification defines is a fault.
 */
static inline void mpe_av_tag_know(struct mpe_av_tag *tag, uint32_t fourcc, bool is_settled)
{
    tag->known_fourcc = fourcc;
    tag->is_settled = is_settled;
}

/* The fast path through coded data: so many bytes come that nobody looks at; 0: step. */
static inline uint32_t mpe_av_tag_quiet_bytes(const struct mpe_av_tag *tag)
{
    return tag->is_quiet ? tag->left_bytes - tag->after_bytes - tag->held_bytes : 0;
}

/* Skips count of these bytes. After the last of them there is a step to be done. */
static inline void mpe_av_tag_skip_quiet(struct mpe_av_tag *tag, uint32_t count)
{
    tag->left_bytes -= count;
}

/* Whether the whole body was read and gives no more units. */
static inline bool mpe_av_tag_ended(const struct mpe_av_tag *tag)
{
    return tag->is_over;
}

#endif
