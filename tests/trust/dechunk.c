/* Puts messages together from chunks in the plainest way. */
#include "trust/dechunk.h"

#include "trust/flv_tags.h"

#define HANDSHAKE_BYTES (1 + 2 * 1536)

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | tag_be24(p + 1);
}

struct chunk_stream {
    uint32_t timestamp_ms, delta_ms, len, stream_id;
    uint8_t type;
    bool is_extended;
    struct out body;
};

enum { CHUNK_STREAMS = 65600 };

static struct chunk_stream chunk_streams[CHUNK_STREAMS];

struct dechunker {
    const uint8_t *at;
    const uint8_t *end;
    uint32_t chunk_bytes;
    struct out *flv;
};

static uint32_t take_be(struct dechunker *in, int bytes)
{
    uint32_t value = 0;
    for (; bytes > 0 && in->at < in->end; bytes--)
        value = value << 8 | *in->at++;
    return value;
}

/* Messages in the form of tags; their times count from that of the first. */
static void end_aggregate(struct dechunker *in, const struct chunk_stream *stream)
{
    struct tag tag;
    uint32_t shift_ms = 0;
    bool is_first = true;
    for (size_t at = 0; next_tag(stream->body.bytes, stream->body.len, &at, &tag); is_first = false) {
        if (is_first)
            shift_ms = stream->timestamp_ms - tag.timestamp_ms;
        if (tag.type == TAG_AUDIO || tag.type == TAG_VIDEO)
            flv_tag(in->flv, tag.type, tag.timestamp_ms + shift_ms, tag.body, tag.len);
    }
}

static void end_message(struct dechunker *in, struct chunk_stream *stream)
{
    if (stream->type == 22)
        end_aggregate(in, stream);
    if (stream->type == 1 && stream->len == 4)
        in->chunk_bytes = be32(stream->body.bytes);
    if (stream->type == TAG_AUDIO || stream->type == TAG_VIDEO)
        flv_tag(in->flv, stream->type, stream->timestamp_ms, stream->body.bytes, stream->body.len);
    stream->body.len = 0;
}

static void read_header(struct dechunker *in, struct chunk_stream *stream, unsigned format)
{
    const bool is_new = stream->body.len == 0;
    if (format < 3) {
        stream->delta_ms = take_be(in, 3);
        stream->is_extended = stream->delta_ms == 0xFFFFFF;
    }
    if (format < 2) {
        stream->len = take_be(in, 3);
        stream->type = (uint8_t)take_be(in, 1);
    }
    if (format == 0)
        stream->stream_id = take_be(in, 4);
    if (stream->is_extended)
        stream->delta_ms = take_be(in, 4);
    if (format == 0)
        stream->timestamp_ms = stream->delta_ms;
    else if (is_new)
        stream->timestamp_ms += stream->delta_ms;
    if (format == 0)
        stream->delta_ms = 0;
}

static void read_chunks(struct dechunker *in)
{
    while (in->at < in->end) {
        const uint8_t first = *in->at++;
        uint32_t id = first & 63;
        if (id == 0) {
            id = 64 + take_be(in, 1);
        } else if (id == 1) {
            id = 64 + take_be(in, 1);
            id += take_be(in, 1) << 8;
        }
        struct chunk_stream *const stream = &chunk_streams[id];
        read_header(in, stream, first >> 6);
        const size_t missing = stream->len - stream->body.len;
        const size_t chunk = missing < in->chunk_bytes ? missing : in->chunk_bytes;
        const size_t left = (size_t)(in->end - in->at);
        const size_t taken = chunk < left ? chunk : left;
        out_put(&stream->body, in->at, taken);
        in->at += taken;
        if (stream->body.len == stream->len && stream->len != 0)
            end_message(in, stream);
    }
}

void dechunk(const uint8_t *bytes, size_t len, struct out *flv)
{
    struct dechunker in = {bytes + HANDSHAKE_BYTES, bytes + len, 128, flv};
    if (len > HANDSHAKE_BYTES)
        read_chunks(&in);
    for (int id = 0; id < CHUNK_STREAMS; id++) {
        out_free(&chunk_streams[id].body);
        chunk_streams[id] = (struct chunk_stream){0};
    }
}
