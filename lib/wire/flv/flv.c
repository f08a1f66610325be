/* Takes the messages out of the tags of an FLV stream. */
#include "wire/flv/flv.h"

#include "mpe.h"
#include "wire/av_frame.h"
#include "wire/fault.h"

/*
 *    0     3       4     5           9
 *   +-----+-------+-----+-----------+- - -+----+-----------+----------+----+-----------+-
 *   |"FLV"|version|flags|DataOffset | ... |0000|tag header |tag body  |size|tag header | ...
 *   |     |u8     |u8   |u32        |     |u32 |11 bytes   |          |u32 |           |
 *   +-----+-------+-----+-----------+- - -+----+-----------+----------+----+-----------+-
 *
 * Version, flags and the sizes after the tags are not looked at: muxers get them wrong, and nothing depends on them.
 */
enum state { STATE_SIGNATURE, STATE_FILE_HEADER, STATE_SKIP, STATE_TAG_HEADER, STATE_BODY };

enum outcome { GO_ON, MORE, UNIT };

#define SIGNATURE_BYTES   3
#define FILE_HEADER_BYTES 9

static enum outcome go(struct mpe_flv *flv, enum state state)
{
    flv->state = (uint8_t)state;
    return GO_ON;
}

static enum outcome skip_to_tag(struct mpe_flv *flv, uint32_t skip_bytes)
{
    flv->skip_bytes = skip_bytes;
    flv->head_len = 0;
    return go(flv, STATE_SKIP);
}

static enum outcome signature(struct mpe_flv *flv, struct mpe_cursor *in, struct mpe_unit *unit)
{
    if (in->at == in->end)
        return MORE;
    const uint8_t byte = *in->at++;
    if (byte != "FLV"[flv->head_len]) {
        mpe_unit_set_malformed(unit, "the stream does not begin with the FLV signature");
        return UNIT;
    }
    flv->head[flv->head_len++] = byte;
    return flv->head_len == SIGNATURE_BYTES ? go(flv, STATE_FILE_HEADER) : GO_ON;
}

static enum outcome file_header(struct mpe_flv *flv, struct mpe_cursor *in, struct mpe_unit *unit)
{
    const uint8_t *const head = mpe_cursor_take(in, flv->head, &flv->head_len, FILE_HEADER_BYTES);
    if (head == NULL)
        return MORE;
    const uint32_t data_offset = mpe_load_be32(head + 5);
    if (data_offset < FILE_HEADER_BYTES || data_offset > UINT32_MAX - MPE_FLV_PREVIOUS_TAG_SIZE_BYTES) {
        mpe_unit_set_malformed(unit, "the DataOffset of the FLV header does not lie after the header");
        return UNIT;
    }
    return skip_to_tag(flv, data_offset - FILE_HEADER_BYTES + MPE_FLV_PREVIOUS_TAG_SIZE_BYTES);
}

static enum outcome skip(struct mpe_flv *flv, struct mpe_cursor *in)
{
    const size_t left = mpe_cursor_left(in);
    const uint32_t skipped = left < flv->skip_bytes ? (uint32_t)left : flv->skip_bytes;
    in->at += skipped;
    flv->skip_bytes -= skipped;
    return flv->skip_bytes != 0 ? MORE : go(flv, STATE_TAG_HEADER);
}

static bool is_known(uint8_t type)
{
    return mpe_message_role_of(type) != MPE_MESSAGE_SKIP;
}

/*
 * Tag types that the specification does not name are skipped as other readers do (some recorders pad with zeros) as
 * long as the rest of the header is in order; elsewhere the reader has lost its place.
 */
static bool is_plausible(const struct mpe_flv_tag_header *tag)
{
    return is_known(tag->type) || tag->stream_id == 0;
}

static bool refuse(const struct mpe_flv_tag_header *tag, int64_t max_message_bytes, struct mpe_unit *unit)
{
    if (!is_plausible(tag))
        mpe_unit_set_fault(unit, MPE_REASON_MALFORMED_INPUT,
                           "an FLV tag is neither audio (8), video (9) nor script data (18)", tag->type, 0);
    else if (is_known(tag->type) && tag->is_filtered)
        mpe_unit_set_fault(unit, MPE_REASON_PROTOCOL_NOT_SUPPORTED, "the FLV tags are encrypted", 0, 0);
    else if (tag->body_bytes > max_message_bytes)
        mpe_unit_set_fault(unit, MPE_REASON_INTERNAL_LIMIT, "bytes of an FLV tag", tag->body_bytes, max_message_bytes);
    else
        return false;
    return true;
}

/* The fast path for nearly all tags: a frame, here in full. false: the tag goes the slow path, nothing was read. */
static bool whole_frame(struct mpe_flv *flv, struct mpe_cursor *in, struct mpe_unit *unit)
{
    const size_t here = mpe_cursor_left(in);
    if (flv->head_len != 0 || here < MPE_FLV_TAG_HEADER_BYTES + MPE_AV_FRAME_HEADER_BYTES)
        return false;
    const struct mpe_flv_tag_header tag = mpe_flv_tag_header_read(in->at);
    const size_t tag_bytes = MPE_FLV_TAG_HEADER_BYTES + (size_t)tag.body_bytes;
    const uint8_t media = mpe_message_media_of(tag.type);
    mpe_cursor_prefetch(in, tag_bytes + MPE_FLV_PREVIOUS_TAG_SIZE_BYTES);
    if (mpe_message_role_of(tag.type) != MPE_MESSAGE_MEDIA || tag.is_filtered || tag.body_bytes == 0 ||
        tag.body_bytes > flv->tools->limits->max_message_bytes || here < tag_bytes ||
        mpe_av_frame_is_wanted(flv->tools, media, in->at[MPE_FLV_TAG_HEADER_BYTES]) ||
        mpe_av_frame_read(media, mpe_codec_memory_of(&flv->codecs, media), in->at + MPE_FLV_TAG_HEADER_BYTES,
                          tag.body_bytes, unit) == 0)
        return false;
    unit->stream_id = 0;
    unit->dts = tag.timestamp_ms;
    unit->tail_bytes = unit->size_bytes;
    in->at += tag_bytes;
    return true;
}

static enum outcome empty_tag(struct mpe_flv *flv, const struct mpe_flv_tag_header *tag, struct mpe_unit *unit)
{
    skip_to_tag(flv, MPE_FLV_PREVIOUS_TAG_SIZE_BYTES);
    if (mpe_message_role_of(tag->type) != MPE_MESSAGE_MEDIA)
        return GO_ON;
    *unit = (struct mpe_unit){.kind = MPE_UNIT_NO_FRAME};
    return UNIT;
}

static enum outcome tag_header(struct mpe_flv *flv, struct mpe_cursor *in, struct mpe_unit *unit)
{
    if (whole_frame(flv, in, unit)) {
        skip_to_tag(flv, MPE_FLV_PREVIOUS_TAG_SIZE_BYTES);
        return UNIT;
    }
    const uint8_t *const head = mpe_cursor_take(in, flv->head, &flv->head_len, MPE_FLV_TAG_HEADER_BYTES);
    if (head == NULL)
        return MORE;
    const struct mpe_flv_tag_header tag = mpe_flv_tag_header_read(head);
    if (refuse(&tag, flv->tools->limits->max_message_bytes, unit))
        return UNIT;
    if (tag.body_bytes == 0)
        return empty_tag(flv, &tag, unit);
    mpe_message_begin(&flv->message, mpe_message_role_of(tag.type), tag.type, &flv->codecs, 0, tag.timestamp_ms,
                      tag.body_bytes);
    return go(flv, STATE_BODY);
}

static enum outcome end_body(struct mpe_flv *flv)
{
    mpe_message_reset(&flv->message, flv->tools->mem);
    return skip_to_tag(flv, MPE_FLV_PREVIOUS_TAG_SIZE_BYTES);
}

static enum outcome body(struct mpe_flv *flv, struct mpe_cursor *in, struct mpe_unit *unit)
{
    const size_t here = mpe_cursor_left(in);
    if (here < mpe_message_quiet_bytes(&flv->message)) {
        mpe_message_skip_quiet(&flv->message, (uint32_t)here);
        in->at = in->end;
        return MORE;
    }
    if (mpe_message_step(&flv->message, flv->tools, in, unit) != MPE_MESSAGE_UNIT)
        return mpe_message_ended(&flv->message) ? end_body(flv) : MORE;
    if (unit->kind == MPE_UNIT_TRACK)
        mpe_codec_memory_note(&flv->codecs, unit);
    return UNIT;
}

static enum outcome run(struct mpe_flv *flv, struct mpe_cursor *in, struct mpe_unit *unit)
{
    switch ((enum state)flv->state) {
    case STATE_SIGNATURE:
        return signature(flv, in, unit);
    case STATE_FILE_HEADER:
        return file_header(flv, in, unit);
    case STATE_SKIP:
        return skip(flv, in);
    case STATE_TAG_HEADER:
        return tag_header(flv, in, unit);
    case STATE_BODY:
        return body(flv, in, unit);
    }
    return MORE;
}

bool mpe_flv_step(struct mpe_flv *flv, struct mpe_cursor *in, struct mpe_unit *unit)
{
    enum outcome outcome;
    do
        outcome = run(flv, in, unit);
    while (outcome == GO_ON);
    return outcome == UNIT;
}

void mpe_flv_clear(struct mpe_flv *flv)
{
    mpe_message_free(&flv->message, flv->tools->mem);
}
