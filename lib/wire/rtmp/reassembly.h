/* The bodies of messages under way, and idle ones that are kept for the messages to come. */
#ifndef MPE_WIRE_RTMP_REASSEMBLY_H
#define MPE_WIRE_RTMP_REASSEMBLY_H

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "wire/message.h"
#include "wire/rtmp/aggregate.h"

struct mpe_body {
    struct mpe_aggregate *aggregate; /* NULL: message is the whole message, else a part of this one */
    uint32_t chunk_stream_id;        /* on which it comes; 0: idle */
    struct mpe_message message;
};

/* As many as ever were under way at once: one, unless the encoder interleaves messages. */
struct mpe_reassembly {
    struct mpe_body *items;
    uint32_t count;
};

/* The body under way on a chunk stream, id 0: an idle one; NULL: none, or nobody reads it. Valid until the next take.
 */
static inline struct mpe_body *mpe_reassembly_find(const struct mpe_reassembly *reassembly, uint32_t chunk_stream_id)
{
    for (uint32_t i = 0; i < reassembly->count; i++) {
        if (reassembly->items[i].chunk_stream_id == chunk_stream_id)
            return &reassembly->items[i];
    }
    return NULL;
}

/* For a message that begins on a chunk stream. NULL: no memory. */
struct mpe_body *mpe_reassembly_take(struct mpe_reassembly *reassembly, const struct mpe_mem *mem,
                                     uint32_t chunk_stream_id);

/* Forgets the bytes of a body, complete or not; it is idle then. */
void mpe_reassembly_end(struct mpe_body *body, const struct mpe_mem *mem);

void mpe_reassembly_free(struct mpe_reassembly *reassembly, const struct mpe_mem *mem);

#endif
