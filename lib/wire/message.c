/* Reads the body of a message by its role. */
#include "wire/message.h"

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

/* Metadata with a long index of key frames is decoded as far as a header goes: what matters stands in front. */
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
    *unit = (struct mpe_unit){.kind = MPE_UNIT_METADATA, .stream_id = message->stream_id, .declared = declared};
    return MPE_MESSAGE_UNIT;
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
