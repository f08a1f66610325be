/* Walks chunks and messages of one direction, and keeps the commands. */
#include "rtmp_commands.h"

#include <stdlib.h>
#include <string.h>

#include "rtmp_decode.h"

#define NO_TIMESTAMP 0xFFFFFFu /* 24 bits that say: an extended timestamp follows */

static const uint8_t message_header_bytes[4] = {11, 7, 3, 0};

static uint32_t big_endian(const unsigned char *bytes, size_t count)
{
    uint32_t value = 0;
    for (size_t i = 0; i < count; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

void rtmp_reader_start(struct rtmp_reader *reader)
{
    memset(reader, 0, sizeof(*reader));
    reader->handshake_left = RTMP_HANDSHAKE_BYTES;
    reader->chunk_size = RTMP_DEFAULT_CHUNK_SIZE;
}

void rtmp_reader_free(struct rtmp_reader *reader)
{
    for (size_t i = 0; i < reader->stream_count; i++) {
        free(reader->streams[i].command);
    }
    free(reader->streams);
    memset(reader, 0, sizeof(*reader));
    reader->lost = true;
}

bool rtmp_reader_between(const struct rtmp_reader *reader)
{
    return reader->handshake_left == 0 && reader->header_have == 0 && reader->chunk_left == 0 &&
           reader->open_messages == 0 && !reader->lost;
}

/* ---------------------------------------------------------- chunk streams */

static struct rtmp_chunk_stream *find_chunk_stream(const struct rtmp_reader *reader, uint32_t id)
{
    for (size_t i = 0; i < reader->stream_count; i++) {
        if (reader->streams[i].id == id) {
            return &reader->streams[i];
        }
    }
    return NULL;
}

static struct rtmp_chunk_stream *find_or_add(struct rtmp_reader *reader, uint32_t id)
{
    struct rtmp_chunk_stream *found = find_chunk_stream(reader, id);
    if (found != NULL || reader->stream_count == RTMP_CHUNK_STREAMS) {
        return found;
    }
    if (reader->stream_count == reader->stream_space) {
        uint16_t space = reader->stream_space == 0 ? 8 : (uint16_t)(reader->stream_space * 2);
        struct rtmp_chunk_stream *more = realloc(reader->streams, space * sizeof(*more));
        if (more == NULL) {
            return NULL;
        }
        reader->streams = more;
        reader->stream_space = space;
    }
    found = &reader->streams[reader->stream_count++];
    memset(found, 0, sizeof(*found));
    found->id = id;
    return found;
}

static void forget_command(struct rtmp_reader *reader, struct rtmp_chunk_stream *stream)
{
    if (stream->command != NULL) {
        reader->command_bytes -= stream->length;
        free(stream->command);
        stream->command = NULL;
    }
}

static void drop_message(struct rtmp_reader *reader, struct rtmp_chunk_stream *stream)
{
    if (stream->left > 0) {
        reader->open_messages--;
        stream->left = 0;
    }
    forget_command(reader, stream);
}

/* --------------------------------------------------------------- messages */

static void begin_message(struct rtmp_reader *reader, struct rtmp_chunk_stream *stream)
{
    reader->message_at = reader->header_at;
    reader->is_alone = reader->open_messages == 0;
    bool is_command = stream->type == RTMP_COMMAND_AMF0 || stream->type == RTMP_COMMAND_AMF3;
    stream->left = stream->length;
    stream->control = 0;
    reader->open_messages++;
    if (is_command && stream->length > 0 && stream->length <= RTMP_COMMAND_BYTES - reader->command_bytes) {
        stream->command = malloc(stream->length);
        reader->command_bytes += stream->command != NULL ? stream->length : 0;
    }
}

/* -------------------------------------------------------- whole messages */

static void obey_control(struct rtmp_reader *reader, const struct rtmp_chunk_stream *stream)
{
    if (stream->length < 4) {
        return;
    }
    if (stream->type == RTMP_SET_CHUNK_SIZE) {
        reader->chunk_size = stream->control;
        reader->lost = stream->control == 0 || stream->control > INT32_MAX;
    } else if (stream->type == RTMP_ABORT) {
        struct rtmp_chunk_stream *aborted = find_chunk_stream(reader, stream->control);
        if (aborted != NULL) {
            drop_message(reader, aborted);
        }
    }
}

static enum rtmp_seen end_message(struct rtmp_reader *reader, struct rtmp_chunk_stream *stream,
                                  struct rtmp_command *command)
{
    bool is_command = stream->command != NULL &&
                      rtmp_decode_command(stream->command, stream->length, stream->type == RTMP_COMMAND_AMF3, command);
    command->stream_id = stream->stream_id;
    reader->last_type = stream->type;
    reader->open_messages--;
    forget_command(reader, stream);
    obey_control(reader, stream);
    return is_command ? RTMP_SAW_COMMAND : RTMP_SAW_MESSAGE;
}

/* Takes bytes of a chunk's payload; len is at most chunk_left. */
static enum rtmp_seen take_payload(struct rtmp_reader *reader, const unsigned char *data, uint32_t len,
                                   struct rtmp_command *command)
{
    struct rtmp_chunk_stream *stream = &reader->streams[reader->current];
    uint32_t done = stream->length - stream->left;
    if (stream->command != NULL) {
        memcpy(stream->command + done, data, len);
    }
    for (uint32_t i = 0; i < len && done + i < 4; i++) {
        stream->control = stream->control << 8 | data[i];
    }
    stream->left -= len;
    reader->chunk_left -= len;
    return stream->left == 0 ? end_message(reader, stream, command) : RTMP_SAW_NOTHING;
}

/* ---------------------------------------------------------- chunk headers */

/*
 *   0 1 2 3 4 5 6 7
 *  +---+-----------+
 *  |fmt|   csid    |   csid 0: one more byte, 64 + b;  csid 1: two more bytes, 64 + b + 256 * b
 *  +---+-----------+
 */
static uint8_t basic_bytes(const struct rtmp_reader *reader)
{
    uint8_t low = reader->header[0] & 0x3F;
    return low == 0 ? 2 : low == 1 ? 3 : 1;
}

static uint32_t chunk_stream_id(const struct rtmp_reader *reader)
{
    switch (basic_bytes(reader)) {
    case 2:
        return 64u + reader->header[1];
    case 3:
        return 64u + reader->header[1] + 256u * reader->header[2];
    default:
        return reader->header[0] & 0x3F;
    }
}

static uint32_t payload_of_next_chunk(const struct rtmp_reader *reader, const struct rtmp_chunk_stream *stream)
{
    return smaller(stream->left > 0 ? stream->left : stream->length, reader->chunk_size);
}

/*
 * A type 3 header whose message has an extended timestamp repeats it (FFmpeg, OBS) or not (the older reading of the
 * specification). Only the bytes can tell: equal to the extended timestamp, as far as the chunk reaches, is a
 * repetition, anything else is payload already. Returns how many bytes belong before that can be said.
 */
static uint8_t repeated_timestamp_bytes(const struct rtmp_reader *reader, const struct rtmp_chunk_stream *stream,
                                        bool *is_payload)
{
    uint8_t basic = basic_bytes(reader);
    uint32_t payload = payload_of_next_chunk(reader, stream);
    uint8_t peek = (uint8_t)(payload > 0 ? smaller(payload, 4) : 4);
    *is_payload = false;
    if (reader->header_have < basic + peek) {
        return peek;
    }
    for (uint8_t i = 0; i < peek; i++) {
        if (reader->header[basic + i] != (uint8_t)(stream->extended >> (24 - 8 * i))) {
            *is_payload = true;
            return peek;
        }
    }
    return 4;
}

/* How many bytes the header has, as far as the bytes that are there can tell. */
static uint8_t header_bytes(const struct rtmp_reader *reader, bool *is_payload)
{
    uint8_t format = reader->header[0] >> 6;
    uint8_t basic = basic_bytes(reader);
    uint8_t need = (uint8_t)(basic + message_header_bytes[format]);
    *is_payload = false;
    if (reader->header_have < need) {
        return need;
    }
    if (format < 3) {
        return (uint8_t)(need + (big_endian(reader->header + basic, 3) == NO_TIMESTAMP ? 4 : 0));
    }
    const struct rtmp_chunk_stream *stream = find_chunk_stream(reader, chunk_stream_id(reader));
    if (stream == NULL || !stream->has_extended) {
        return need;
    }
    return (uint8_t)(need + repeated_timestamp_bytes(reader, stream, is_payload));
}

/*
 *  fmt 0: timestamp 3 | length 3 | type 1 | stream id 4 (little-endian)
 *  fmt 1: delta     3 | length 3 | type 1
 *  fmt 2: delta     3
 */
static void read_message_header(struct rtmp_reader *reader, struct rtmp_chunk_stream *stream)
{
    uint8_t format = reader->header[0] >> 6;
    const unsigned char *header = reader->header + basic_bytes(reader);
    if (format == 3) {
        return;
    }
    drop_message(reader, stream);
    stream->has_extended = big_endian(header, 3) == NO_TIMESTAMP;
    if (stream->has_extended) {
        stream->extended = big_endian(header + message_header_bytes[format], 4);
    }
    if (format < 2) {
        stream->length = big_endian(header + 3, 3);
        stream->type = header[6];
    }
    if (format == 0) {
        stream->stream_id =
            (uint32_t)header[10] << 24 | (uint32_t)header[9] << 16 | (uint32_t)header[8] << 8 | header[7];
    }
}

static enum rtmp_seen begin_chunk(struct rtmp_reader *reader, bool is_payload, struct rtmp_command *command)
{
    struct rtmp_chunk_stream *stream = find_or_add(reader, chunk_stream_id(reader));
    if (stream == NULL) {
        reader->lost = true;
        return RTMP_SAW_NOTHING;
    }
    uint8_t basic = basic_bytes(reader);
    uint8_t spilled = is_payload ? (uint8_t)(reader->header_have - basic) : 0;
    read_message_header(reader, stream);
    if (stream->left == 0) {
        begin_message(reader, stream);
        reader->payload_at = reader->header_at + reader->header_have - spilled;
    }
    reader->current = (uint16_t)(stream - reader->streams);
    reader->chunk_left = smaller(stream->left, reader->chunk_size);
    reader->header_have = 0;
    if (stream->left == 0 || spilled > 0) {
        return take_payload(reader, reader->header + basic, spilled, command);
    }
    return RTMP_SAW_NOTHING;
}

/* Takes bytes of a chunk's header, as many as are known to belong to it, until it is whole. Returns how many. */
static uint32_t take_header(struct rtmp_reader *reader, const unsigned char *data, size_t len, enum rtmp_seen *seen,
                            struct rtmp_command *command)
{
    bool is_payload = false;
    uint32_t used = 0;
    if (reader->header_have == 0) {
        reader->header_at = reader->position;
        reader->header[reader->header_have++] = data[used++];
    }
    uint8_t need = header_bytes(reader, &is_payload);
    while (reader->header_have < need && used < len) {
        const uint32_t missing = need - reader->header_have;
        const uint32_t part = len - used < missing ? (uint32_t)(len - used) : missing;
        memcpy(reader->header + reader->header_have, data + used, part);
        reader->header_have = (uint8_t)(reader->header_have + part);
        used += part;
        need = header_bytes(reader, &is_payload);
    }
    if (reader->header_have == need) {
        *seen = begin_chunk(reader, is_payload, command);
    }
    return used;
}

size_t rtmp_reader_take(struct rtmp_reader *reader, const unsigned char *data, size_t len, enum rtmp_seen *seen,
                        struct rtmp_command *command)
{
    const size_t greeting = len < reader->handshake_left ? len : reader->handshake_left;
    size_t used = greeting;
    reader->handshake_left -= (uint32_t)greeting;
    reader->position += greeting;
    *seen = RTMP_SAW_NOTHING;
    while (used < len && *seen == RTMP_SAW_NOTHING && !reader->lost) {
        uint32_t part = 0;
        if (reader->chunk_left == 0) {
            part = take_header(reader, data + used, len - used, seen, command);
        } else {
            part = len - used < reader->chunk_left ? (uint32_t)(len - used) : reader->chunk_left;
            *seen = take_payload(reader, data + used, part, command);
        }
        used += part;
        reader->position += part;
    }
    reader->position += reader->lost ? len - used : 0;
    return reader->lost ? len : used;
}

size_t rtmp_reader_message_bytes(const struct rtmp_reader *reader)
{
    return reader->is_alone ? (size_t)(reader->position - reader->message_at) : 0;
}
