/* The caller's allocator, or malloc. The only file of the library that calls malloc and free is mem.c. */
#ifndef MPE_BASE_MEM_H
#define MPE_BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

struct mpe_mem {
    void *(*allocate)(void *user, size_t size_bytes);
    void (*release)(void *user, void *block);
    void *user;
    void *(*reallocate)(void *user, void *block, size_t new_size_bytes); /* as realloc; NULL: the others serve */
};

/* malloc and free. */
struct mpe_mem mpe_mem_default(void);

/* A zeroed block of size bytes (> 0), or NULL. */
void *mpe_mem_new(const struct mpe_mem *mem, size_t size_bytes);

/* Gives a block back; NULL is allowed. */
void mpe_mem_free(const struct mpe_mem *mem, void *block);

/*
 * A block of new_size bytes that begins with the first old_size bytes of block, the rest zeroed; block is released.
 * NULL when memory ran out: then block is untouched. old_size <= new_size; block may be NULL when old_size is 0.
 */
void *mpe_mem_grow(const struct mpe_mem *mem, void *block, size_t old_size_bytes, size_t new_size_bytes);

#endif
