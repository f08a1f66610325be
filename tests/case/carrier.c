/* Messages become FLV tags or RTMP chunks. */
#include "builder.h"

#include <string.h>

enum { EXTENDED = 0xffffff, MESSAGE_AUDIO = 8, MESSAGE_VIDEO = 9, MESSAGE_DATA = 18, MESSAGE_AGGREGATE = 22 };

struct message message_new(uint8_t type, uint32_t timestamp)
{
    return (struct message){.type = type,
                            .timestamp = timestamp,
                            .fmt = -1,
                            .field = -1,
                            .length = -1,
                            .previous_size = -1,
                            .max_chunks = -1,
                            .label = -1};
}

/* The chunk streams that FFmpeg uses. */
static uint32_t usual_csid(uint8_t type)
{
    switch (type) {
    case MESSAGE_VIDEO:
    case MESSAGE_AGGREGATE:
        return 6;
    case MESSAGE_AUDIO:
    case MESSAGE_DATA:
    case 15:
        return 4;
    case 17:
    case 20:
        return 3;
    default:
        return 2;
    }
}

void message_options(struct builder *builder, struct message *message)
{
    struct line *line = &builder->line;
    uint32_t msid = message->csid == 3 || usual_csid(message->type) == 2 || usual_csid(message->type) == 3 ? 0 : 1;

    message->csid = (uint32_t)line_number(line, "csid", message->csid ? message->csid : usual_csid(message->type));
    message->msid = (uint32_t)line_number(line, "msid", message->msid ? message->msid : msid);
    message->csid_form = (int)line_number(line, "form", 0);
    message->fmt = (int)line_number(line, "fmt", -1);
    message->field = line_number(line, "field", -1);
    message->length = line_number(line, "length", -1);
    message->previous_size = line_number(line, "previous-size", -1);
    message->max_chunks = line_number(line, "chunks", -1);
}

/*
 * type(8) size(24) timestamp(24) timestamp upper(8) stream id(24), body, size of all this (32).
 */
static void put_tag_header(struct buffer *out, const struct message *message)
{
    buffer_byte(out, message->type);
    buffer_be(out, message->length >= 0 ? (uint64_t)message->length : message->body.len, 3);
    buffer_be(out, message->timestamp & 0xffffff, 3);
    buffer_byte(out, message->timestamp >> 24);
    buffer_be(out, 0, 3);
}

static uint64_t previous_size(const struct message *message)
{
    return message->previous_size >= 0 ? (uint64_t)message->previous_size : message->body.len + 11;
}

static void carry_tag(struct builder *builder, const struct message *message)
{
    struct buffer edge = {0};
    uint64_t body_at;

    put_tag_header(&edge, message);
    builder_put(builder, edge.at, edge.len);
    body_at = builder_put(builder, message->body.at, message->body.len);
    builder_add_span(builder, message->label, message->place, 0, body_at, message->body.len);
    edge.len = 0;
    buffer_be(&edge, previous_size(message), 4);
    builder_put(builder, edge.at, edge.len);
    buffer_free(&edge);
}

static struct chunk_stream *chunk_stream(struct builder *builder, uint32_t id, bool *is_new)
{
    struct sender *sender = builder_sender(builder);

    *is_new = false;
    for (int i = 0; i < sender->chunk_stream_count; i++) {
        if (sender->chunk_streams[i].id == id)
            return &sender->chunk_streams[i];
    }
    *is_new = true;
    if (sender->chunk_stream_count == MAX_CHUNK_STREAMS) {
        line_error(&builder->line, "too many chunk streams");
        sender->chunk_stream_count--;
    }
    sender->chunk_streams[sender->chunk_stream_count] = (struct chunk_stream){.id = id};
    return &sender->chunk_streams[sender->chunk_stream_count++];
}

/* fmt(2) csid(6): 2..63; or 0 and csid-64 in 8 bits; or 1 and csid-64 in 16 bits, low byte first. */
static void put_basic_header(struct buffer *out, int fmt, const struct message *message)
{
    unsigned top = (unsigned)fmt << 6;
    uint32_t id = message->csid;
    int form = message->csid_form ? message->csid_form : id < 64 ? 1 : id < 320 ? 2 : 3;

    if (form == 1) {
        buffer_byte(out, top | id);
    } else if (form == 2) {
        buffer_byte(out, top);
        buffer_byte(out, id - 64);
    } else {
        buffer_byte(out, top | 1);
        buffer_byte(out, (id - 64) & 0xff);
        buffer_byte(out, (id - 64) >> 8);
    }
}

/* timestamp or delta(24) [length(24) type(8) [message stream, low byte first(32)]] [extended timestamp(32)] */
static void put_message_header(struct buffer *out, int fmt, const struct message *message)
{
    if (fmt <= 2)
        buffer_be(out, message->wire_field >= EXTENDED ? EXTENDED : message->wire_field, 3);
    if (fmt <= 1) {
        buffer_be(out, message->length >= 0 ? (uint64_t)message->length : message->body.len, 3);
        buffer_byte(out, message->type);
    }
    if (fmt == 0)
        buffer_le32(out, message->msid);
    if (message->wire_field >= EXTENDED)
        buffer_be(out, message->wire_field, 4);
}

static void put_first_header(struct builder *builder, struct buffer *out, struct message *message)
{
    bool is_new;
    struct chunk_stream *stream = chunk_stream(builder, message->csid, &is_new);
    uint32_t delta = message->timestamp - stream->timestamp;
    bool whole = is_new || delta > INT32_MAX || stream->msid != message->msid;
    int fmt = message->fmt >= 0 ? message->fmt : whole ? 0 : 1;

    if (message->field >= 0)
        message->wire_field = (uint32_t)message->field;
    else if (fmt == 3)
        message->wire_field = stream->field;
    else
        message->wire_field = fmt == 0 ? message->timestamp : delta;
    stream->timestamp = message->timestamp;
    stream->field = message->wire_field;
    stream->msid = message->msid;
    put_basic_header(out, fmt, message);
    put_message_header(out, fmt, message);
}

static void put_continuation_header(struct builder *builder, struct buffer *out, const struct message *message)
{
    put_basic_header(out, 3, message);
    if (message->wire_field < EXTENDED)
        return;
    switch (builder_sender(builder)->continuation) {
    case CONTINUATION_SAME:
        buffer_be(out, message->wire_field, 4);
        break;
    case CONTINUATION_ABSOLUTE:
        buffer_be(out, message->timestamp, 4);
        break;
    case CONTINUATION_NONE:
        break;
    }
}

/* Set Chunk Size counts from the chunk after it on. */
static void note_chunk_size(struct builder *builder, const struct message *message)
{
    const uint8_t *at = message->body.at;

    if (message->type == 1 && message->body.len == 4)
        builder_sender(builder)->chunk_size =
            (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Writes the next chunk. false: that was the last one. */
static bool carry_chunk(struct builder *builder, struct message *message)
{
    size_t left = message->body.len - message->sent;
    uint32_t chunk_size = builder_sender(builder)->chunk_size;
    size_t len = left < chunk_size ? left : chunk_size;
    struct buffer header = {0};
    uint64_t at;

    if (!message->begun)
        put_first_header(builder, &header, message);
    else
        put_continuation_header(builder, &header, message);
    builder_put(builder, header.at, header.len);
    buffer_free(&header);
    at = builder_put(builder, message->body.at + message->sent, len);
    builder_add_span(builder, message->label, message->place, message->sent, at, len);
    message->begun = true;
    message->sent += len;
    if (message->max_chunks > 0)
        message->max_chunks--;
    if (message->sent == message->body.len)
        note_chunk_size(builder, message);
    return message->sent < message->body.len && message->max_chunks != 0;
}

void carry_queue(struct builder *builder)
{
    size_t open = builder->queue_count;

    while (open > 0) {
        open = 0;
        for (size_t i = 0; i < builder->queue_count; i++) {
            struct message *message = &builder->queue[i];

            if (!message->begun || (message->sent < message->body.len && message->max_chunks != 0))
                open += carry_chunk(builder, message);
        }
    }
    for (size_t i = 0; i < builder->queue_count; i++)
        buffer_free(&builder->queue[i].body);
    builder->queue_count = 0;
}

static void carry_in_aggregate(struct block *block, const struct message *message)
{
    put_tag_header(&block->aggregate.body, message);
    buffer_bytes(&block->aggregate.body, message->body.at, message->body.len);
    buffer_be(&block->aggregate.body, previous_size(message), 4);
}

void carry(struct builder *builder, struct message *message)
{
    enum carrier carrier = builder_sender(builder)->carrier;

    for (int i = builder->block_count - 1; i >= 0; i--) {
        struct block *block = &builder->blocks[i];

        if (block->kind == BLOCK_AGGREGATE) {
            carry_in_aggregate(block, message);
            buffer_free(&message->body);
            return;
        }
        if (block->kind == BLOCK_INTERLEAVE) {
            builder_begin_place(builder, message);
            builder->queue = grow(builder->queue, (builder->queue_count + 1) * sizeof(*builder->queue));
            builder->queue[builder->queue_count++] = *message;
            return;
        }
    }
    builder_begin_place(builder, message);
    if (carrier == CARRIER_FLV)
        carry_tag(builder, message);
    else if (carrier == CARRIER_RTMP)
        while (carry_chunk(builder, message))
            ;
    else
        line_error(&builder->line, "neither flv-header nor handshake stands before this");
    buffer_free(&message->body);
}
