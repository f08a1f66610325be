/* Chunk streams: what each remembers from one chunk header to the next, and the table of them. */
#ifndef MPE_WIRE_RTMP_CHUNK_STREAM_H
#define MPE_WIRE_RTMP_CHUNK_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/mem.h"

/* Formats of a chunk's message header: how much of it repeats. */
enum {
    MPE_CHUNK_FULL = 0,           /* timestamp, length, type, message stream: 11 bytes */
    MPE_CHUNK_SAME_STREAM = 1,    /* timestamp delta, length, type: 7 bytes */
    MPE_CHUNK_TIMESTAMP_ONLY = 2, /* timestamp delta: 3 bytes */
    MPE_CHUNK_CONTINUATION = 3    /* nothing: goes on with a message, or begins one like the last */
};

#define MPE_CHUNK_MAX_MESSAGE_HEADER_BYTES 11

/* The basic header of a continuation on chunk stream id; above 255, and so no byte, where it takes more than one. */
#define MPE_CHUNK_CONTINUES(id) (0xC0u + (id))

/* 24 bytes: a session has five or so of them. */
struct mpe_chunk_stream {
    uint32_t id : 24;         /* 2..65599 */
    uint32_t is_extended : 1; /* the last header said so: 24-bit field 0xFFFFFF */
    uint32_t format : 2;      /* of the chunk that began the current message */
    uint32_t is_absolute : 1; /* timestamp_field is a time (format 0), else a delta */
    uint32_t message_bytes : 24;
    uint32_t message_type : 8;
    uint32_t stream_id;
    uint32_t timestamp_field; /* as on the wire; the 32-bit one where is_extended */
    uint32_t timestamp_ms;    /* of the current or last message */
    uint32_t left_bytes;      /* of the current message; 0: between messages */
};

/* Bytes of the message header of a format 0..3. */
static inline uint32_t mpe_chunk_message_header_bytes(unsigned format)
{
    static const uint8_t bytes[] = {MPE_CHUNK_MAX_MESSAGE_HEADER_BYTES, 7, 3, 0};
    return bytes[format & 3];
}

#define MPE_CHUNK_EXTENDED_MARK 0xFFFFFFu

/*
 * Takes the message header of a format 0, 1 or 2 over into stream. An extended timestamp is still to come.
 *
 *    0               3               6      7              11
 *   +---------------+---------------+------+---------------+
 *   |timestamp or   |message length |type  |message stream |
 *   |delta, u24     |u24            |u8    |little-endian  |
 *   +---------------+---------------+------+---------------+
 *    format 2 ends:  ^       format 1 ends: ^     format 0: ^
 */
static inline void mpe_chunk_stream_read_header(struct mpe_chunk_stream *stream, unsigned format, const uint8_t *header)
{
    stream->timestamp_field = mpe_load_be24(header);
    stream->is_extended = stream->timestamp_field == MPE_CHUNK_EXTENDED_MARK;
    stream->is_absolute = format == MPE_CHUNK_FULL;
    if (format > MPE_CHUNK_SAME_STREAM)
        return;
    const uint32_t length_and_type = mpe_load_be32(header + 3);
    stream->message_bytes = length_and_type >> 8;
    stream->message_type = length_and_type & 0xFF;
    if (format == MPE_CHUNK_FULL)
        stream->stream_id = mpe_load_le32(header + 7);
}

/* The timestamp of the message that a chunk of this format begins; its fields are in stream. */
uint32_t mpe_chunk_stream_next_timestamp(const struct mpe_chunk_stream *stream, unsigned format);

struct mpe_chunk_streams {
    struct mpe_chunk_stream *items;
    uint32_t count;
    uint32_t capacity;
};

/* Index of chunk stream id, or count when there is none. guess: an index to look at first; any number. */
static inline uint32_t mpe_chunk_streams_find(const struct mpe_chunk_streams *streams, uint32_t id, uint32_t guess)
{
    if (guess < streams->count && streams->items[guess].id == id)
        return guess;
    uint32_t index = 0;
    while (index < streams->count && streams->items[index].id != id)
        index++;
    return index;
}

/* Adds a zeroed chunk stream at index count. false: no memory, nothing changed. */
bool mpe_chunk_streams_add(struct mpe_chunk_streams *streams, const struct mpe_mem *mem, uint32_t id);

#endif
