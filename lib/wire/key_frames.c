/* Walks the NAL units of a key frame. */
#include "wire/key_frames.h"

/*
 *   +-----------------+--------------------------+-----------------+---------
 *   | length: 1, 2 or | NAL unit: header of 1 or | length          | NAL unit
 *   | 4 bytes         | 2 bytes, then its data   |                 | ...
 *   +-----------------+--------------------------+-----------------+---------
 *
 * How long the lengths are stands in the decoder configuration (ISO/IEC 14496-15 5.3.3.1, 8.3.3.1).
 *
 *   header, H.264: 0|ref 2|type 5        HEVC: 0|type 6|layer 6|temporal id 3
 */
enum state { STATE_LENGTH, STATE_HEADER, STATE_SEI, STATE_SKIP, STATE_BROKEN };

#define USUAL_LENGTH_BYTES 4u

enum { AVC_SLICE = 1, AVC_PARTITION_A = 2, AVC_IDR = 5, AVC_SEI = 6 };

enum {
    HEVC_RASL_N = 8,
    HEVC_RASL_R = 9,
    HEVC_IDR_W_RADL = 19,
    HEVC_IDR_N_LP = 20,
    HEVC_LAST_PICTURE = 31,
    HEVC_PREFIX_SEI = 39,
    HEVC_SUFFIX_SEI = 40
};

/* ---- headers ---- */

/* Where the length of such a track is; NULL: it is the usual one. */
static uint8_t *find_odd(struct mpe_odd_tracks *odd, uint32_t stream_id, uint32_t track_id)
{
    for (unsigned i = 0; i < MPE_ODD_TRACKS; i++) {
        if (odd->length_bytes[i] != 0 && odd->stream_ids[i] == stream_id && odd->track_ids[i] == track_id)
            return &odd->length_bytes[i];
    }
    return NULL;
}

static void remember(struct mpe_odd_tracks *odd, const struct mpe_unit *header, uint8_t length_bytes)
{
    for (unsigned i = 0; i < MPE_ODD_TRACKS; i++) {
        if (odd->length_bytes[i] != 0)
            continue;
        odd->stream_ids[i] = header->stream_id;
        odd->track_ids[i] = header->track_id;
        odd->length_bytes[i] = length_bytes;
        return;
    }
}

void mpe_key_frames_note_header(struct mpe_key_frames *keys, const struct mpe_unit *header)
{
    const size_t at = header->codec == MPE_CODEC_AVC ? 4 : 21;
    if ((header->codec != MPE_CODEC_AVC && header->codec != MPE_CODEC_HEVC) || header->data.len <= at)
        return;
    const uint8_t length_bytes = (header->data.bytes[at] & 3u) + 1u;
    uint8_t *const odd_bytes = find_odd(&keys->odd, header->stream_id, header->track_id);
    if (odd_bytes != NULL)
        *odd_bytes = length_bytes;
    else if (length_bytes != USUAL_LENGTH_BYTES)
        remember(&keys->odd, header, length_bytes);
}

/* ---- NAL units ---- */

static void go(struct mpe_key_frames *keys, enum state state)
{
    keys->state = (uint8_t)state;
    keys->head_len = 0;
    if (state == STATE_LENGTH)
        keys->left_bytes = 0;
}

/* The first picture of the frame decides. */
static void note_picture(struct mpe_key_frames *keys, bool is_idr)
{
    if (keys->refresh == MPE_REFRESH_UNKNOWN)
        keys->refresh = is_idr ? MPE_REFRESH_IDR : MPE_REFRESH_OPEN;
}

/* true: its data is to be read. */
static bool begin_avc(struct mpe_key_frames *keys, uint8_t type)
{
    if (type == AVC_SLICE || type == AVC_PARTITION_A || type == AVC_IDR)
        note_picture(keys, type == AVC_IDR);
    return type == AVC_SEI;
}

static bool begin_hevc(struct mpe_key_frames *keys, uint8_t type)
{
    if (type <= HEVC_LAST_PICTURE)
        note_picture(keys, type == HEVC_IDR_W_RADL || type == HEVC_IDR_N_LP);
    keys->has_rasl |= type == HEVC_RASL_N || type == HEVC_RASL_R;
    return type == HEVC_PREFIX_SEI || type == HEVC_SUFFIX_SEI;
}

/* The next byte of the length of a NAL unit. One without bytes is harmless. */
static void length(struct mpe_key_frames *keys, uint8_t byte)
{
    keys->left_bytes = keys->left_bytes << 8 | byte;
    if (++keys->head_len == keys->length_bytes)
        go(keys, keys->left_bytes != 0 ? STATE_HEADER : STATE_LENGTH);
}

/* The next byte of the header of a NAL unit; the first one has its type. */
static void header(struct mpe_key_frames *keys, uint8_t byte)
{
    const bool is_avc = keys->codec == MPE_CODEC_AVC;
    keys->left_bytes--;
    if (keys->head_len == 0)
        keys->is_sei = is_avc ? begin_avc(keys, byte & 31) : begin_hevc(keys, byte >> 1 & 63);
    if (++keys->head_len < (is_avc ? 1 : 2) && keys->left_bytes != 0)
        return;
    mpe_sei_begin(&keys->sei);
    go(keys, keys->left_bytes == 0 ? STATE_LENGTH : keys->is_sei ? STATE_SEI : STATE_SKIP);
}

/* What of the NAL unit is here. */
static struct mpe_cursor take_rest(struct mpe_key_frames *keys, struct mpe_cursor *in)
{
    const size_t here = mpe_cursor_left(in);
    const uint32_t count = here < keys->left_bytes ? (uint32_t)here : keys->left_bytes;
    const struct mpe_cursor rest = {in->at, in->at + count};
    in->at += count;
    keys->left_bytes -= count;
    return rest;
}

static void sei(struct mpe_key_frames *keys, struct mpe_cursor rest)
{
    uint8_t byte;
    while (mpe_sei_take(&keys->sei, &rest, &byte)) {
        const size_t left_bytes = keys->left_bytes + mpe_cursor_left(&rest);
        if (mpe_sei_begins_message(&keys->sei))
            mpe_encoder_report_begin(&keys->message);
        if (keys->sei.left_bytes > left_bytes || !mpe_encoder_report_take(&keys->message, byte, &keys->report))
            mpe_sei_drop_message(&keys->sei); /* it is longer than its NAL unit, or of no interest */
    }
}

static void read(struct mpe_key_frames *keys, struct mpe_cursor *in)
{
    switch ((enum state)keys->state) {
    case STATE_LENGTH:
        length(keys, *in->at++);
        return;
    case STATE_HEADER:
        header(keys, *in->at++);
        return;
    case STATE_SEI:
        sei(keys, take_rest(keys, in));
        break;
    case STATE_SKIP:
        take_rest(keys, in);
        break;
    case STATE_BROKEN:
        in->at = in->end;
        return;
    }
    if (keys->left_bytes == 0)
        go(keys, STATE_LENGTH);
}

/* ---- a frame ---- */

uint16_t mpe_key_frames_begin(struct mpe_key_frames *keys, const struct mpe_unit *frame)
{
    const uint8_t *const odd_bytes = find_odd(&keys->odd, frame->stream_id, frame->track_id);
    keys->length_bytes = odd_bytes != NULL ? *odd_bytes : USUAL_LENGTH_BYTES;
    keys->stream_id = frame->stream_id;
    keys->track_id = frame->track_id;
    keys->codec = frame->codec;
    keys->report = (struct mpe_encoder_report){0};
    keys->refresh = MPE_REFRESH_UNKNOWN;
    keys->has_rasl = keys->is_ready = false;
    go(keys, STATE_LENGTH);
    if (++keys->ticket == 0)
        keys->ticket = 1;
    return keys->ticket;
}

void mpe_key_frames_take(struct mpe_key_frames *keys, uint16_t ticket, struct mpe_cursor in)
{
    while (ticket == keys->ticket && in.at < in.end)
        read(keys, &in);
}

uint32_t mpe_key_frames_quiet_bytes(const struct mpe_key_frames *keys, uint16_t ticket)
{
    if (ticket != keys->ticket || keys->state == STATE_BROKEN)
        return UINT32_MAX;
    return keys->state == STATE_SKIP ? keys->left_bytes : 0;
}

void mpe_key_frames_skip(struct mpe_key_frames *keys, uint16_t ticket, uint32_t left)
{
    if (ticket != keys->ticket || keys->state != STATE_SKIP)
        return;
    keys->left_bytes = left;
    if (left == 0)
        go(keys, STATE_LENGTH);
}

/* What is not cut at the end of a NAL unit was none: encrypted, or no length-prefixed NAL units at all. */
void mpe_key_frames_end(struct mpe_key_frames *keys, uint16_t ticket)
{
    if (ticket != keys->ticket)
        return;
    keys->is_ready = keys->state == STATE_LENGTH && keys->head_len == 0;
    keys->state = STATE_BROKEN;
}

bool mpe_key_frames_poll(struct mpe_key_frames *keys, uint16_t ticket, struct mpe_unit *unit)
{
    if (ticket != keys->ticket || !keys->is_ready)
        return false;
    keys->is_ready = false;
    *unit = (struct mpe_unit){.kind = MPE_UNIT_KEY_FRAME,
                              .media = MPE_MEDIA_VIDEO,
                              .codec = keys->codec,
                              .key_frame = true,
                              .stream_id = keys->stream_id,
                              .track_id = keys->track_id};
    unit->report = keys->report.is_there ? &keys->report : NULL;
    unit->refresh = keys->refresh;
    unit->has_rasl = keys->has_rasl;
    return true;
}
