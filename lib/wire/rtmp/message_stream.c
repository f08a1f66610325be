/* Keeps the message streams of a connection: which are published, and what their codecs are. */
#include "wire/rtmp/message_stream.h"

/* An encoder publishes one stream. */
#define GROWTH 1

/* FNV-1a, 32 bit. */
static uint32_t hash(struct mpe_span name)
{
    uint32_t value = 2166136261u;
    for (size_t i = 0; i < name.len; i++)
        value = (value ^ name.bytes[i]) * 16777619u;
    return value;
}

struct mpe_message_stream *mpe_message_streams_get(struct mpe_message_streams *streams, const struct mpe_mem *mem,
                                                   uint32_t id)
{
    struct mpe_message_stream *const known = mpe_message_streams_find(streams, id);
    if (known != NULL)
        return known;
    if (streams->count == streams->capacity) {
        const uint32_t capacity = streams->capacity + GROWTH;
        void *const items = mpe_mem_grow(mem, streams->items, streams->count * sizeof(*streams->items),
                                         capacity * sizeof(*streams->items));
        if (items == NULL)
            return NULL;
        streams->items = items;
        streams->capacity = capacity;
    }
    struct mpe_message_stream *const added = &streams->items[streams->count++];
    *added = (struct mpe_message_stream){.id = id};
    return added;
}

struct mpe_message_stream *mpe_message_streams_published(const struct mpe_message_streams *streams,
                                                         struct mpe_span name)
{
    struct mpe_message_stream *found = NULL;
    uint32_t published = 0;
    const uint32_t name_hash = hash(name);
    for (uint32_t i = 0; i < streams->count; i++) {
        struct mpe_message_stream *const stream = &streams->items[i];
        if (!stream->is_published)
            continue;
        if (stream->name_hash == name_hash)
            return stream;
        found = stream;
        published++;
    }
    return published == 1 ? found : NULL;
}

void mpe_message_stream_publish(struct mpe_message_stream *stream, struct mpe_span name)
{
    stream->is_published = true;
    stream->name_hash = hash(name);
}

bool mpe_message_stream_unpublish(struct mpe_message_stream *stream)
{
    if (stream == NULL || !stream->is_published)
        return false;
    *stream = (struct mpe_message_stream){.id = stream->id};
    return true;
}

void mpe_message_streams_remove(struct mpe_message_streams *streams, uint32_t id)
{
    struct mpe_message_stream *const stream = mpe_message_streams_find(streams, id);
    if (stream != NULL)
        *stream = streams->items[--streams->count];
}
