/* Keeps the chunk streams of a connection, and says what time their timestamps mean. */
#include "wire/rtmp/chunk_stream.h"

/* FFmpeg opens five chunk streams, OBS three. */
#define GROWTH 5

/*
 * After format 0 a chunk of format 3 that begins a message repeats, says the specification, the timestamp as a delta.
 * SRS and FFmpeg do so; nginx-rtmp, gortmplib and OBS before 30.2 mean "the same time again". Where the first is meant,
 * the time is a frame's duration; a larger one taken for a delta would throw the stream far ahead of its clock.
 */
#define MAX_REPEATED_MS 1000u

/*
 * Extended timestamps of formats 1 and 2 are deltas, but encoders after the draft of 2009 send times. A delta needs the
 * extension from 4 h 39 min on: a value this close to the last time is a time.
 */
#define NEAR_MS 60000

/* Tencent's encoders write small negative deltas; a positive one of this size would be a pause of over two hours. */
static uint32_t sign_extended(uint32_t delta)
{
    return delta >= 0x800000 ? delta | 0xFF000000 : delta;
}

/* Fields below the mark need no extension, and those from 2^31 on are small negative deltas: neither is a time. */
static bool may_be_time(uint32_t field)
{
    return field >= MPE_CHUNK_EXTENDED_MARK && field <= INT32_MAX;
}

static uint32_t after_extended_delta(uint32_t timestamp_ms, uint32_t field)
{
    const int32_t ahead_ms = (int32_t)(field - timestamp_ms);
    if (may_be_time(field) && ahead_ms >= -NEAR_MS && ahead_ms <= NEAR_MS)
        return field;
    return timestamp_ms + field;
}

uint32_t mpe_chunk_stream_next_timestamp(const struct mpe_chunk_stream *stream, unsigned format)
{
    const uint32_t field = stream->timestamp_field;
    if (format == MPE_CHUNK_FULL || (stream->is_absolute && stream->is_extended))
        return field;
    if (stream->is_absolute)
        return stream->timestamp_ms + (field <= MAX_REPEATED_MS ? field : 0);
    if (stream->is_extended)
        return after_extended_delta(stream->timestamp_ms, field);
    return stream->timestamp_ms + sign_extended(field);
}

bool mpe_chunk_streams_add(struct mpe_chunk_streams *streams, const struct mpe_mem *mem, uint32_t id)
{
    if (streams->count == streams->capacity) {
        const uint32_t capacity = streams->capacity + GROWTH + streams->capacity / 8;
        void *const items = mpe_mem_grow(mem, streams->items, streams->count * sizeof(*streams->items),
                                         capacity * sizeof(*streams->items));
        if (items == NULL)
            return false;
        streams->items = items;
        streams->capacity = capacity;
    }
    streams->items[streams->count++] = (struct mpe_chunk_stream){.id = id & 0xFFFFFF};
    return true;
}
