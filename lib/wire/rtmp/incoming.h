/* The bodies of messages under way, and idle ones that are kept for the messages to come. */
#ifndef MPE_WIRE_RTMP_INCOMING_H
#define MPE_WIRE_RTMP_INCOMING_H

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "wire/message.h"
#include "wire/rtmp/aggregate.h"

struct mpe_incoming {
    struct mpe_message message;
    struct mpe_aggregate *aggregate; /* NULL: message is the whole message, else a part of this one */
    uint32_t chunk_stream_id;        /* on which it comes; 0: idle */
};

/* As many as ever were under way at once: one, unless the encoder interleaves messages. */
struct mpe_incomings {
    struct mpe_incoming *items;
    uint32_t count;
};

/* The body under way on a chunk stream, id 0: an idle one; NULL: none, or nobody reads it. Valid until the next take.
 */
static inline struct mpe_incoming *mpe_incomings_find(const struct mpe_incomings *incomings, uint32_t chunk_stream_id)
{
    for (uint32_t i = 0; i < incomings->count; i++) {
        if (incomings->items[i].chunk_stream_id == chunk_stream_id)
            return &incomings->items[i];
    }
    return NULL;
}

/* For a message that begins on a chunk stream. NULL: no memory. */
struct mpe_incoming *mpe_incomings_take(struct mpe_incomings *incomings, const struct mpe_mem *mem,
                                        uint32_t chunk_stream_id);

/* Forgets the bytes of a body, complete or not; it is idle then. */
void mpe_incoming_end(struct mpe_incoming *incoming, const struct mpe_mem *mem);

void mpe_incomings_free(struct mpe_incomings *incomings, const struct mpe_mem *mem);

#endif
