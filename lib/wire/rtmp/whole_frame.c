/* The fast path for messages that are here in full, chunk after chunk. */
#include "wire/rtmp/whole_frame.h"

#include "wire/av_frame.h"
#include "wire/message.h"

const uint8_t *mpe_rtmp_skip_chunks(const uint8_t *at, const uint8_t *end, uint32_t size, uint32_t *left, uint32_t id)
{
    const uint32_t header = MPE_CHUNK_CONTINUES(id);
    const size_t stride = 1 + (size_t)size;
    /* Small chunks four at a time: a byte in each cache line or two is all that is looked at, let them come together.
     */
    while (*left / 4 > size && (size_t)(end - at) > 4 * stride) {
        if (((at[0] ^ header) | (at[stride] ^ header) | (at[2 * stride] ^ header) | (at[3 * stride] ^ header)) != 0)
            break;
        at += 4 * stride;
        *left -= 4 * size;
    }
    while (*left > size && (size_t)(end - at) >= stride && *at == header) {
        at += stride;
        *left -= size;
    }
    return at;
}

/* The byte after a message whose first chunk's payload begins at at; NULL: it is not all here, or not in one piece. */
static const uint8_t *behind_message(const struct mpe_rtmp *rtmp, const struct mpe_chunk_stream *stream,
                                     const uint8_t *at, const uint8_t *end)
{
    const uint32_t size = rtmp->chunk_size_bytes;
    uint32_t left = stream->message_bytes;
    if ((size_t)(end - at) < left)
        return NULL;
    if (left <= size)
        return at + left;
    left -= size;
    at = mpe_rtmp_skip_chunks(at + size, end, size, &left, stream->id);
    return (size_t)(end - at) > left && *at == MPE_CHUNK_CONTINUES(stream->id) ? at + 1 + left : NULL;
}

/* What the message of a header, or without one, would be; false: it goes the slow path. */
static bool read_header(const struct mpe_rtmp *rtmp, struct mpe_chunk_stream *stream, unsigned format,
                        const uint8_t *header)
{
    if (format != MPE_CHUNK_CONTINUATION)
        mpe_chunk_stream_read_header(stream, format, header);
    return !stream->is_extended && stream->message_bytes != 0 &&
           stream->message_bytes <= rtmp->tools->limits->max_message_bytes &&
           mpe_message_role_of(stream->message_type) == MPE_MESSAGE_MEDIA;
}

static uint32_t known_fourcc(const struct mpe_rtmp *rtmp, uint32_t stream_id, uint8_t media)
{
    const struct mpe_message_stream *const stream = mpe_message_streams_find(&rtmp->message_streams, stream_id);
    return stream != NULL ? mpe_codec_memory_of(&stream->codecs, media) : 0;
}

bool mpe_rtmp_whole_frame(struct mpe_rtmp *rtmp, struct mpe_cursor *in, struct mpe_unit *unit)
{
    const uint8_t *at = in->at;
    if (mpe_cursor_left(in) < 1 + MPE_CHUNK_MAX_MESSAGE_HEADER_BYTES + MPE_AV_FRAME_HEADER_BYTES ||
        rtmp->chunk_size_bytes < MPE_AV_FRAME_HEADER_BYTES)
        return false;
    const unsigned format = *at >> 6;
    const uint32_t index = mpe_chunk_streams_find(&rtmp->chunk_streams, *at & 63, rtmp->current);
    if (index == rtmp->chunk_streams.count || rtmp->chunk_streams.items[index].left_bytes != 0)
        return false;
    struct mpe_chunk_stream stream = rtmp->chunk_streams.items[index];
    if (!read_header(rtmp, &stream, format, at + 1))
        return false;
    at += 1 + mpe_chunk_message_header_bytes(format);
    const uint8_t media = mpe_message_media_of(stream.message_type);
    const uint8_t *const end = behind_message(rtmp, &stream, at, in->end);
    if (end == NULL || mpe_av_frame_is_wanted(rtmp->tools, media, *at))
        return false;
    const uint32_t header_bytes =
        mpe_av_frame_read(media, known_fourcc(rtmp, stream.stream_id, media), at, stream.message_bytes, unit);
    if (header_bytes == 0)
        return false;
    stream.timestamp_ms = mpe_chunk_stream_next_timestamp(&stream, format);
    rtmp->chunk_streams.items[index] = stream;
    rtmp->current = index;
    unit->stream_id = stream.stream_id;
    unit->dts = stream.timestamp_ms;
    unit->tail_bytes = (uint32_t)(end - at) - header_bytes;
    in->at = end;
    return true;
}
