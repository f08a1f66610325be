/*
 * Looks into key frames of H.264 and HEVC, where the session asked for it: walks the lengths of their NAL units, reads
 * SEI, skips the pictures. One key frame at a time; of two that come interleaved the one that began later is read.
 */
#ifndef MPE_WIRE_NAL_KEY_FRAMES_H
#define MPE_WIRE_NAL_KEY_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "codes/codec.h"
#include "mpe.h"
#include "wire/encoder_report.h"
#include "wire/sei.h"
#include "wire/unit.h"

/* Tracks whose NAL lengths do not have the usual 4 bytes. */
#define MPE_ODD_TRACKS 4

struct mpe_odd_tracks {
    uint32_t stream_ids[MPE_ODD_TRACKS];
    uint32_t track_ids[MPE_ODD_TRACKS];
    uint8_t length_bytes[MPE_ODD_TRACKS]; /* 0: no such track */
};

/* Zeroed it is ready. All fields are private to key_frames.c. */
struct mpe_key_frames {
    struct mpe_encoder_report report; /* of the key frame that is read, or was read last */
    struct mpe_sei sei;
    struct mpe_encoder_message message;
    struct mpe_odd_tracks odd;
    uint32_t stream_id; /* these four of the key frame */
    uint32_t track_id;
    uint8_t codec;
    uint8_t length_bytes;
    uint8_t state;    /* enum state of key_frames.c */
    uint8_t head_len; /* of a length, or of the header of a NAL unit */
    uint8_t refresh;  /* enum mpe_refresh */
    bool has_rasl;
    bool is_sei;   /* the NAL unit is one */
    bool is_ready; /* a unit waits */
    uint16_t ticket;
    uint32_t left_bytes; /* of the NAL unit; while its length is read, what it is so far */
};

/* Whether a frame, as it begins, is one to be looked into. */
static inline bool mpe_key_frames_want(const struct mpe_unit *frame)
{
    return frame->key_frame && frame->media == MPE_MEDIA_VIDEO &&
           (frame->codec == MPE_CODEC_AVC || frame->codec == MPE_CODEC_HEVC);
}

/* A MPE_UNIT_HEADER of a track came: how long its NAL lengths are. */
void mpe_key_frames_note_header(struct mpe_key_frames *keys, const struct mpe_unit *header);

/* Such a frame begins. Gives a number, never 0, by which its bytes are known to be its own. */
uint16_t mpe_key_frames_begin(struct mpe_key_frames *keys, const struct mpe_unit *frame);

/* Its coded data, in pieces, then its end. Those of another than the one that began last are ignored. */
void mpe_key_frames_take(struct mpe_key_frames *keys, uint16_t ticket, struct mpe_cursor in);
void mpe_key_frames_end(struct mpe_key_frames *keys, uint16_t ticket);

/* So many bytes of it come now that nobody looks at; UINT32_MAX: all. */
uint32_t mpe_key_frames_quiet_bytes(const struct mpe_key_frames *keys, uint16_t ticket);

/* Of these, all but left were not shown. */
void mpe_key_frames_skip(struct mpe_key_frames *keys, uint16_t ticket, uint32_t left);

/* After its end: what it was, once (all but offset_bytes). false: its NAL units do not fill it. */
bool mpe_key_frames_poll(struct mpe_key_frames *keys, uint16_t ticket, struct mpe_unit *unit);

#endif
