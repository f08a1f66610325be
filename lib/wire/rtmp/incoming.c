#include "wire/rtmp/incoming.h"

struct mpe_incoming *mpe_incoming_take(struct mpe_incoming_pool *pool, const struct mpe_mem *mem)
{
    struct mpe_incoming *const incoming = pool->idle;
    if (incoming == NULL)
        return mpe_mem_new(mem, sizeof *incoming);
    pool->idle = incoming->next_idle;
    incoming->next_idle = NULL;
    return incoming;
}

void mpe_incoming_give_back(struct mpe_incoming_pool *pool, const struct mpe_mem *mem, struct mpe_incoming *incoming)
{
    if (incoming == NULL)
        return;
    mpe_message_reset(&incoming->message, mem);
    mpe_mem_free(mem, incoming->aggregate);
    incoming->aggregate = NULL;
    incoming->next_idle = pool->idle;
    pool->idle = incoming;
}

void mpe_incoming_pool_free(struct mpe_incoming_pool *pool, const struct mpe_mem *mem)
{
    while (pool->idle != NULL) {
        struct mpe_incoming *const incoming = pool->idle;
        pool->idle = incoming->next_idle;
        mpe_message_free(&incoming->message, mem);
        mpe_mem_free(mem, incoming);
    }
}
