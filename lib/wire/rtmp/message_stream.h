/* Message streams: which are published, and the codecs of their tracks. */
#ifndef MPE_WIRE_RTMP_MESSAGE_STREAM_H
#define MPE_WIRE_RTMP_MESSAGE_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "wire/codec_memory.h"

struct mpe_message_stream {
    uint32_t id;
    uint32_t name_hash; /* distinguishes the streams of a connection; the name itself is a secret and is not kept */
    struct mpe_codec_memory codecs;
    bool is_published;
};

struct mpe_message_streams {
    struct mpe_message_stream *items;
    uint32_t count;
    uint32_t capacity;
};

/* NULL: none. */
static inline struct mpe_message_stream *mpe_message_streams_find(const struct mpe_message_streams *streams,
                                                                  uint32_t id)
{
    for (uint32_t i = 0; i < streams->count; i++) {
        if (streams->items[i].id == id)
            return &streams->items[i];
    }
    return NULL;
}

/* Finds id or adds it. NULL: no memory. */
struct mpe_message_stream *mpe_message_streams_get(struct mpe_message_streams *streams, const struct mpe_mem *mem,
                                                   uint32_t id);

/* The published stream of this name, else the only published one, else NULL. */
struct mpe_message_stream *mpe_message_streams_published(const struct mpe_message_streams *streams,
                                                         struct mpe_span name);

void mpe_message_stream_publish(struct mpe_message_stream *stream, struct mpe_span name);

/* Forgets its name and codecs. false: it was not published, or is NULL. */
bool mpe_message_stream_unpublish(struct mpe_message_stream *stream);

void mpe_message_streams_remove(struct mpe_message_streams *streams, uint32_t id);

#endif
