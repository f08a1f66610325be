/* Gives each message to who reads it, and does what its commands and control messages ask. */
#include "wire/rtmp/payload.h"

#include "mpe.h"
#include "wire/fault.h"
#include "wire/rtmp/command.h"
#include "wire/rtmp/message_type.h"

#define CONTROL_BYTES 4

static bool fault(struct mpe_unit *unit, int32_t reason, const char *what, int64_t value, int64_t limit)
{
    mpe_unit_set_fault(unit, reason, what, value, limit);
    return true;
}

/* Acknowledgement, user control, window size, shared object and unknown types are skipped. */
static enum mpe_message_role role_of(uint8_t type)
{
    switch (type) {
    case MPE_RTMP_TYPE_SET_CHUNK_SIZE:
    case MPE_RTMP_TYPE_ABORT:
    case MPE_RTMP_TYPE_COMMAND_AMF3:
    case MPE_RTMP_TYPE_COMMAND:
        return MPE_MESSAGE_BODY;
    default:
        return mpe_message_role_of(type);
    }
}

static bool begin_aggregate(struct mpe_rtmp *rtmp, const struct mpe_chunk_stream *stream, struct mpe_body *body,
                            struct mpe_unit *unit)
{
    struct mpe_aggregate *const aggregate = mpe_mem_new(rtmp->tools->mem, sizeof(*aggregate));
    if (aggregate == NULL)
        return !fault(unit, MPE_REASON_OUT_OF_MEMORY, "an aggregate message", sizeof(*aggregate), 0);
    mpe_aggregate_begin(aggregate, stream->stream_id, stream->timestamp_ms, stream->message_bytes);
    body->aggregate = aggregate;
    return true;
}

/* What is known of the tracks of a message stream; NULL: nothing. */
static const struct mpe_codec_memory *codecs_of(const struct mpe_rtmp *rtmp, uint32_t stream_id)
{
    const struct mpe_message_stream *const stream = mpe_message_streams_find(&rtmp->message_streams, stream_id);
    return stream != NULL ? &stream->codecs : NULL;
}

bool mpe_rtmp_begin_payload(struct mpe_rtmp *rtmp, const struct mpe_chunk_stream *stream, struct mpe_unit *unit)
{
    const uint8_t type = stream->message_type;
    const enum mpe_message_role role = role_of(type);
    const int64_t max_header_bytes = rtmp->tools->limits->max_header_bytes;
    if (role == MPE_MESSAGE_SKIP && type != MPE_RTMP_TYPE_AGGREGATE)
        return true;
    if (role == MPE_MESSAGE_BODY && stream->message_bytes > max_header_bytes)
        return !fault(unit, MPE_REASON_INTERNAL_LIMIT, "bytes of a command", stream->message_bytes, max_header_bytes);
    struct mpe_body *const body = mpe_reassembly_take(&rtmp->reassembly, rtmp->tools->mem, stream->id);
    if (body == NULL)
        return !fault(unit, MPE_REASON_OUT_OF_MEMORY, "a message", sizeof(*body), 0);
    if (type == MPE_RTMP_TYPE_AGGREGATE)
        return begin_aggregate(rtmp, stream, body, unit);
    mpe_message_begin(&body->message, role, type, codecs_of(rtmp, stream->stream_id), stream->stream_id,
                      stream->timestamp_ms, stream->message_bytes);
    return true;
}

void mpe_rtmp_end_payload(struct mpe_rtmp *rtmp, struct mpe_chunk_stream *stream, struct mpe_body *body)
{
    if (body != NULL)
        mpe_reassembly_end(body, rtmp->tools->mem);
    stream->left_bytes = 0;
}

/* ----------------------------------------------------------------- control */

static bool set_chunk_size(struct mpe_rtmp *rtmp, uint32_t size, struct mpe_unit *unit)
{
    const int64_t max = rtmp->tools->limits->max_chunk_size_bytes;
    if (size == 0 || size > INT32_MAX)
        return fault(unit, MPE_REASON_MALFORMED_INPUT, "Set Chunk Size asks for no size that a chunk can have", 0, 0);
    if (size > max)
        return fault(unit, MPE_REASON_INTERNAL_LIMIT, "bytes of an RTMP chunk", size, max);
    rtmp->chunk_size_bytes = size;
    return false;
}

/* Drops what came of the message on another chunk stream; a chunk stream that has none is no harm. */
static void abort_message(struct mpe_rtmp *rtmp, const struct mpe_chunk_stream *current, uint32_t id)
{
    const uint32_t index = mpe_chunk_streams_find(&rtmp->chunk_streams, id, 0);
    if (index < rtmp->chunk_streams.count && &rtmp->chunk_streams.items[index] != current)
        mpe_rtmp_end_payload(rtmp, &rtmp->chunk_streams.items[index], mpe_reassembly_find(&rtmp->reassembly, id));
}

static bool run_control(struct mpe_rtmp *rtmp, const struct mpe_chunk_stream *stream, struct mpe_span body,
                        struct mpe_unit *unit)
{
    if (body.len < CONTROL_BYTES)
        return fault(unit, MPE_REASON_MALFORMED_INPUT, "a control message is shorter than 4 bytes", 0, 0);
    const uint32_t argument = mpe_load_be32(body.bytes);
    if (stream->message_type == MPE_RTMP_TYPE_SET_CHUNK_SIZE)
        return set_chunk_size(rtmp, argument, unit);
    abort_message(rtmp, stream, argument);
    return false;
}

/* ---------------------------------------------------------------- commands */

/* The record of a message stream, made where there is none. NULL: unit is a fault. */
static struct mpe_message_stream *get_message_stream(struct mpe_rtmp *rtmp, uint32_t id, struct mpe_unit *unit)
{
    const int64_t max = rtmp->tools->limits->max_tracks;
    struct mpe_message_stream *stream = mpe_message_streams_find(&rtmp->message_streams, id);
    if (stream == NULL && rtmp->message_streams.count >= max) {
        fault(unit, MPE_REASON_INTERNAL_LIMIT, "RTMP message streams", (int64_t)rtmp->message_streams.count + 1, max);
        return NULL;
    }
    stream = mpe_message_streams_get(&rtmp->message_streams, rtmp->tools->mem, id);
    if (stream == NULL)
        fault(unit, MPE_REASON_OUT_OF_MEMORY, "a message stream", sizeof(*stream), 0);
    return stream;
}

static bool publish(struct mpe_rtmp *rtmp, uint32_t stream_id, struct mpe_span name, struct mpe_unit *unit)
{
    struct mpe_message_stream *const stream = get_message_stream(rtmp, stream_id, unit);
    if (stream == NULL)
        return true;
    mpe_message_stream_publish(stream, name);
    *unit = (struct mpe_unit){.kind = MPE_UNIT_PUBLISH, .stream_id = stream_id, .name = name};
    return true;
}

static bool unpublish(struct mpe_message_stream *stream, struct mpe_unit *unit)
{
    if (!mpe_message_stream_unpublish(stream))
        return false;
    *unit = (struct mpe_unit){.kind = MPE_UNIT_UNPUBLISH, .stream_id = stream->id};
    return true;
}

static bool delete_stream(struct mpe_rtmp *rtmp, uint32_t stream_id, struct mpe_unit *unit)
{
    const bool was_published = unpublish(mpe_message_streams_find(&rtmp->message_streams, stream_id), unit);
    mpe_message_streams_remove(&rtmp->message_streams, stream_id);
    return was_published;
}

static bool run_command(struct mpe_rtmp *rtmp, uint32_t stream_id, struct mpe_span body, struct mpe_unit *unit)
{
    const struct mpe_command command = mpe_command_read(body);
    switch (command.kind) {
    case MPE_COMMAND_CONNECT:
        *unit = (struct mpe_unit){.kind = MPE_UNIT_CONNECT,
                                  .name = command.name,
                                  .url = command.url,
                                  .transaction = command.transaction,
                                  .caps_ex = command.caps_ex};
        return true;
    case MPE_COMMAND_CREATE_STREAM:
    case MPE_COMMAND_OTHER:
        *unit = (struct mpe_unit){.kind = MPE_UNIT_COMMAND,
                                  .transaction = command.transaction,
                                  .creates_stream = command.kind == MPE_COMMAND_CREATE_STREAM};
        return true;
    case MPE_COMMAND_PUBLISH:
        return publish(rtmp, stream_id, command.name, unit);
    case MPE_COMMAND_FC_UNPUBLISH:
        return unpublish(mpe_message_streams_published(&rtmp->message_streams, command.name), unit);
    case MPE_COMMAND_CLOSE_STREAM:
        return unpublish(mpe_message_streams_find(&rtmp->message_streams, stream_id), unit);
    case MPE_COMMAND_DELETE_STREAM:
        return delete_stream(rtmp, command.stream_id, unit);
    case MPE_COMMAND_BROKEN:
        return fault(unit, MPE_REASON_MALFORMED_INPUT, "the AMF of an RTMP command cannot be read", 0, 0);
    }
    return false;
}

/* ------------------------------------------------------------------ bodies */

static bool run_body(struct mpe_rtmp *rtmp, const struct mpe_chunk_stream *stream, struct mpe_span body,
                     struct mpe_unit *unit)
{
    switch (stream->message_type) {
    case MPE_RTMP_TYPE_SET_CHUNK_SIZE:
    case MPE_RTMP_TYPE_ABORT:
        return run_control(rtmp, stream, body, unit);
    default:
        return run_command(rtmp, stream->stream_id, body, unit);
    }
}

enum news { NEWS_NONE, NEWS_UNIT, NEWS_DOUBTED };

/* A MPE_UNIT_TRACK that gives its track another codec: a reader that is out of step takes payload for such messages. */
static enum news news_of_change(struct mpe_rtmp *rtmp, const struct mpe_chunk_stream *chunk_stream,
                                struct mpe_codec_memory *codecs, struct mpe_unit *unit)
{
    const struct mpe_body *const body = mpe_reassembly_find(&rtmp->reassembly, chunk_stream->id);
    if (chunk_stream->format > MPE_CHUNK_SAME_STREAM && body->aggregate == NULL) {
        mpe_unit_set_malformed(unit, MPE_OUT_OF_STEP("the codec changes in a message of the same length"));
        return NEWS_UNIT;
    }
    if (!mpe_codec_memory_confirms(codecs, unit))
        return NEWS_DOUBTED;
    mpe_codec_memory_note(codecs, unit);
    return NEWS_UNIT;
}

/* Whether a unit goes out, as it is or as a fault. */
static enum news news_of(struct mpe_rtmp *rtmp, const struct mpe_chunk_stream *chunk_stream, struct mpe_unit *unit)
{
    if (unit->kind != MPE_UNIT_TRACK)
        return NEWS_UNIT;
    struct mpe_message_stream *const stream = get_message_stream(rtmp, unit->stream_id, unit);
    if (stream == NULL)
        return NEWS_UNIT;
    if (mpe_codec_memory_changes(&stream->codecs, unit))
        return news_of_change(rtmp, chunk_stream, &stream->codecs, unit);
    return mpe_codec_memory_note(&stream->codecs, unit) ? NEWS_UNIT : NEWS_NONE;
}

static enum mpe_message_result step(struct mpe_rtmp *rtmp, struct mpe_body *body, struct mpe_cursor *in,
                                    struct mpe_unit *unit)
{
    if (body->aggregate != NULL)
        return mpe_aggregate_step(body->aggregate, &body->message, codecs_of(rtmp, body->aggregate->stream_id),
                                  rtmp->tools, in, unit);
    return mpe_message_step(&body->message, rtmp->tools, in, unit);
}

bool mpe_rtmp_step_payload(struct mpe_rtmp *rtmp, const struct mpe_chunk_stream *stream, struct mpe_body *body,
                           struct mpe_cursor *in, struct mpe_unit *unit)
{
    if (body == NULL) {
        in->at = in->end;
        return false;
    }
    for (;;) {
        switch (step(rtmp, body, in, unit)) {
        case MPE_MESSAGE_MORE:
            return false;
        case MPE_MESSAGE_UNIT:
            switch (news_of(rtmp, stream, unit)) {
            case NEWS_UNIT:
                return true;
            case NEWS_DOUBTED:
                mpe_message_skip(&body->message);
                break;
            case NEWS_NONE:
                break;
            }
            break;
        case MPE_MESSAGE_GATHERED:
            if (run_body(rtmp, stream, mpe_message_body(&body->message), unit))
                return true;
            break;
        }
    }
}
