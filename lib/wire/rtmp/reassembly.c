/* Holds the bodies of messages that are under way. */
#include "wire/rtmp/reassembly.h"

/* An idle one more. NULL: no memory. */
static struct mpe_body *add(struct mpe_reassembly *reassembly, const struct mpe_mem *mem)
{
    const size_t size = sizeof(*reassembly->items);
    void *const items = mpe_mem_grow(mem, reassembly->items, reassembly->count * size, (reassembly->count + 1) * size);
    if (items == NULL)
        return NULL;
    reassembly->items = items;
    struct mpe_body *const added = &reassembly->items[reassembly->count++];
    *added = (struct mpe_body){0};
    return added;
}

struct mpe_body *mpe_reassembly_take(struct mpe_reassembly *reassembly, const struct mpe_mem *mem,
                                     uint32_t chunk_stream_id)
{
    struct mpe_body *body = mpe_reassembly_find(reassembly, 0);
    if (body == NULL)
        body = add(reassembly, mem);
    if (body != NULL)
        body->chunk_stream_id = chunk_stream_id;
    return body;
}

void mpe_reassembly_end(struct mpe_body *body, const struct mpe_mem *mem)
{
    mpe_message_reset(&body->message, mem);
    mpe_mem_free(mem, body->aggregate);
    body->aggregate = NULL;
    body->chunk_stream_id = 0;
}

void mpe_reassembly_free(struct mpe_reassembly *reassembly, const struct mpe_mem *mem)
{
    for (uint32_t i = 0; i < reassembly->count; i++) {
        mpe_message_free(&reassembly->items[i].message, mem);
        mpe_mem_free(mem, reassembly->items[i].aggregate);
    }
    mpe_mem_free(mem, reassembly->items);
    *reassembly = (struct mpe_reassembly){0};
}
