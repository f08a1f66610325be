/* Reads the body of a message by its role. */
#include "wire/message.h"

#include <string.h>

#include "mpe.h"
#include "wire/fault.h"
#include "wire/metadata.h"

void mpe_message_begin(struct mpe_message *message, enum mpe_message_role role, uint8_t type,
                       const struct mpe_codec_memory *codecs, uint32_t stream_id, uint32_t timestamp_ms,
                       uint32_t body_bytes)
{
    message->role = (uint8_t)role;
    message->left_bytes = body_bytes;
    message->stream_id = stream_id;
    if (role != MPE_MESSAGE_MEDIA)
        return;
    const uint8_t media = mpe_message_media_of(type);
    mpe_av_tag_begin(&message->tag, media, stream_id, timestamp_ms, body_bytes);
    if (codecs != NULL)
        mpe_av_tag_know(&message->tag, mpe_codec_memory_of(codecs, media), codecs->video != 0 || codecs->audio != 0);
}

static enum mpe_message_result step_media(struct mpe_message *message, const struct mpe_wire_tools *tools,
                                          struct mpe_cursor *in, struct mpe_unit *unit)
{
    return mpe_av_tag_step(&message->tag, &message->gather, tools, in, unit) ? MPE_MESSAGE_UNIT : MPE_MESSAGE_MORE;
}

static enum mpe_message_result step_skip(struct mpe_message *message, struct mpe_cursor *in)
{
    const size_t left = mpe_cursor_left(in);
    const uint32_t skipped = left < message->left_bytes ? (uint32_t)left : message->left_bytes;
    in->at += skipped;
    message->left_bytes -= skipped;
    return MPE_MESSAGE_MORE;
}

/* Gathers the body, or as much of it as a header may have. MORE and FULL as of mpe_gather_take. */
static enum mpe_gather_result gather(struct mpe_message *message, const struct mpe_wire_tools *tools,
                                     struct mpe_cursor *in, struct mpe_unit *unit)
{
    const uint32_t max = (uint32_t)tools->limits->max_header_bytes;
    const uint32_t body = message->gather.len_bytes + message->left_bytes;
    const uint32_t wanted = body < max ? body : max;
    const uint8_t *const before = in->at;
    const enum mpe_gather_result result = mpe_gather_take(&message->gather, tools->mem, in, wanted);
    message->left_bytes -= (uint32_t)(in->at - before);
    if (result == MPE_GATHER_NO_MEMORY)
        mpe_unit_set_fault(unit, MPE_REASON_OUT_OF_MEMORY, "a message", wanted, 0);
    return result;
}

/*
 * Metadata with a long index of key frames is decoded piece by piece, each as long as a header may be. After the first
 * piece what it declares stands in front of what was gathered, and of each piece its end stays, for a property that the
 * next one completes.
 */
#define KEPT_BYTES 64u

_Static_assert(sizeof(struct mpe_declared) + KEPT_BYTES < 256, "the least max_header_bytes has room for a piece");

static void keep_end(struct mpe_gather *gather, const struct mpe_declared *declared)
{
    memmove(gather->bytes + sizeof(*declared), gather->bytes + gather->len_bytes - KEPT_BYTES, KEPT_BYTES);
    memcpy(gather->bytes, declared, sizeof(*declared));
    gather->len_bytes = sizeof(*declared) + KEPT_BYTES;
}

static enum mpe_message_result report_declared(struct mpe_message *message, const struct mpe_declared *declared,
                                               struct mpe_unit *unit)
{
    *unit = (struct mpe_unit){.kind = MPE_UNIT_METADATA, .stream_id = message->stream_id, .declared = *declared};
    message->role = message->left_bytes != 0 ? MPE_MESSAGE_DATA_REST : MPE_MESSAGE_SKIP;
    if (message->left_bytes != 0)
        keep_end(&message->gather, declared);
    return MPE_MESSAGE_UNIT;
}

static enum mpe_message_result step_data(struct mpe_message *message, const struct mpe_wire_tools *tools,
                                         struct mpe_cursor *in, struct mpe_unit *unit)
{
    const enum mpe_gather_result result = gather(message, tools, in, unit);
    if (result == MPE_GATHER_MORE)
        return MPE_MESSAGE_MORE;
    message->role = MPE_MESSAGE_SKIP;
    if (result == MPE_GATHER_NO_MEMORY)
        return MPE_MESSAGE_UNIT;
    struct mpe_declared declared;
    if (!mpe_metadata_read(mpe_message_body(message), &declared))
        return step_skip(message, in);
    return report_declared(message, &declared, unit);
}

static bool declares_the_same(const struct mpe_declared *a, const struct mpe_declared *b)
{
    return a->video_bps == b->video_bps && a->audio_bps == b->audio_bps && a->frame_rate_mfps == b->frame_rate_mfps &&
           a->has_video == b->has_video && a->has_audio == b->has_audio;
}

/* Reads the piece that was gathered. Is anything declared that was not before? */
static bool read_piece(const struct mpe_gather *gather, struct mpe_declared *declared)
{
    struct mpe_declared before;
    memcpy(&before, gather->bytes, sizeof(before));
    *declared = before;
    mpe_metadata_read_more(
        (struct mpe_span){gather->bytes + sizeof(before), gather->len_bytes - (uint32_t)sizeof(before)}, declared);
    return !declares_the_same(&before, declared);
}

/* Reads all pieces that are here; a unit where one declares something else. */
static enum mpe_message_result step_data_rest(struct mpe_message *message, const struct mpe_wire_tools *tools,
                                              struct mpe_cursor *in, struct mpe_unit *unit)
{
    struct mpe_declared declared;
    while (message->left_bytes != 0) {
        const enum mpe_gather_result result = gather(message, tools, in, unit);
        if (result == MPE_GATHER_MORE)
            return MPE_MESSAGE_MORE;
        if (result == MPE_GATHER_NO_MEMORY)
            break;
        if (read_piece(&message->gather, &declared))
            return report_declared(message, &declared, unit);
        if (message->left_bytes != 0)
            keep_end(&message->gather, &declared);
    }
    const bool is_fault = message->left_bytes != 0;
    message->role = MPE_MESSAGE_SKIP;
    return is_fault ? MPE_MESSAGE_UNIT : MPE_MESSAGE_MORE;
}

static enum mpe_message_result step_body(struct mpe_message *message, const struct mpe_wire_tools *tools,
                                         struct mpe_cursor *in, struct mpe_unit *unit)
{
    const enum mpe_gather_result result = gather(message, tools, in, unit);
    if (result == MPE_GATHER_MORE)
        return MPE_MESSAGE_MORE;
    message->role = MPE_MESSAGE_SKIP;
    return result == MPE_GATHER_FULL ? MPE_MESSAGE_GATHERED : MPE_MESSAGE_UNIT;
}

enum mpe_message_result mpe_message_step(struct mpe_message *message, const struct mpe_wire_tools *tools,
                                         struct mpe_cursor *in, struct mpe_unit *unit)
{
    switch ((enum mpe_message_role)message->role) {
    case MPE_MESSAGE_MEDIA:
        return step_media(message, tools, in, unit);
    case MPE_MESSAGE_DATA:
        return step_data(message, tools, in, unit);
    case MPE_MESSAGE_DATA_REST:
        return step_data_rest(message, tools, in, unit);
    case MPE_MESSAGE_BODY:
        return step_body(message, tools, in, unit);
    case MPE_MESSAGE_SKIP:
        break;
    }
    return step_skip(message, in);
}

void mpe_message_reset(struct mpe_message *message, const struct mpe_mem *mem)
{
    if (message->role == MPE_MESSAGE_MEDIA)
        mpe_gather_reset(&message->gather, mem);
    else
        mpe_gather_free(&message->gather, mem);
}

void mpe_message_free(struct mpe_message *message, const struct mpe_mem *mem)
{
    mpe_av_tag_free(&message->tag, mem);
    mpe_gather_free(&message->gather, mem);
}
