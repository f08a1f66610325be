/* What the sessions of a program may hold in memory: an allocator for libmpe that counts, on one thread. */
#ifndef SERVER_MEMORY_BOUND_H
#define SERVER_MEMORY_BOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpe/mpe.h>

struct memory_bound {
    uint64_t most_bytes;
    uint64_t used_bytes; /* of all blocks, and of what else its owner adds */
    int64_t *holder;     /* counts the same of whoever the library works for now; NULL: nobody */
};

/* A quarter of the machine's memory. */
uint64_t memory_bound_default_bytes(void);

/* For mpe_channel_new; the bound must outlive the channel. */
mpe_allocator memory_bound_allocator(struct memory_bound *bound);

/* "512M": a whole number, with K, M or G (of 1024). false: it is none, or 0, or too large. */
bool memory_bound_read(const char *text, uint64_t *bytes);

#endif
