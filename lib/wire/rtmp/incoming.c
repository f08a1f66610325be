/* Holds the bodies of messages that are under way. */
#include "wire/rtmp/incoming.h"

/* An idle one more. NULL: no memory. */
static struct mpe_incoming *add(struct mpe_incomings *incomings, const struct mpe_mem *mem)
{
    const size_t size = sizeof(*incomings->items);
    void *const items = mpe_mem_grow(mem, incomings->items, incomings->count * size, (incomings->count + 1) * size);
    if (items == NULL)
        return NULL;
    incomings->items = items;
    struct mpe_incoming *const added = &incomings->items[incomings->count++];
    *added = (struct mpe_incoming){0};
    return added;
}

struct mpe_incoming *mpe_incomings_take(struct mpe_incomings *incomings, const struct mpe_mem *mem,
                                        uint32_t chunk_stream_id)
{
    struct mpe_incoming *incoming = mpe_incomings_find(incomings, 0);
    if (incoming == NULL)
        incoming = add(incomings, mem);
    if (incoming != NULL)
        incoming->chunk_stream_id = chunk_stream_id;
    return incoming;
}

void mpe_incoming_end(struct mpe_incoming *incoming, const struct mpe_mem *mem)
{
    mpe_message_reset(&incoming->message, mem);
    mpe_mem_free(mem, incoming->aggregate);
    incoming->aggregate = NULL;
    incoming->chunk_stream_id = 0;
}

void mpe_incomings_free(struct mpe_incomings *incomings, const struct mpe_mem *mem)
{
    for (uint32_t i = 0; i < incomings->count; i++) {
        mpe_message_free(&incomings->items[i].message, mem);
        mpe_mem_free(mem, incomings->items[i].aggregate);
    }
    mpe_mem_free(mem, incomings->items);
    *incomings = (struct mpe_incomings){0};
}
