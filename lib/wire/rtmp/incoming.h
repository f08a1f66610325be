/* The bodies of messages under way, and a pool that keeps them for the messages to come. */
#ifndef MPE_WIRE_RTMP_INCOMING_H
#define MPE_WIRE_RTMP_INCOMING_H

#include "base/mem.h"
#include "wire/message.h"
#include "wire/rtmp/aggregate.h"

struct mpe_incoming {
    struct mpe_message message;
    struct mpe_aggregate *aggregate; /* NULL: message is the whole message, else a part of this one */
    struct mpe_incoming *next_idle;
};

/* As many as ever were under way at once: one, unless the encoder interleaves messages. */
struct mpe_incoming_pool {
    struct mpe_incoming *idle;
};

/* NULL: no memory. */
struct mpe_incoming *mpe_incoming_take(struct mpe_incoming_pool *pool, const struct mpe_mem *mem);

/* Gives incoming back and forgets its bytes; NULL is allowed. */
void mpe_incoming_give_back(struct mpe_incoming_pool *pool, const struct mpe_mem *mem, struct mpe_incoming *incoming);

/* Frees the idle ones. */
void mpe_incoming_pool_free(struct mpe_incoming_pool *pool, const struct mpe_mem *mem);

#endif
