/* Blocks from the caller's allocator, zeroed; the default is malloc. */
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static void *default_allocate(void *user, size_t size_bytes)
{
    (void)user;
    return malloc(size_bytes);
}

static void default_release(void *user, void *block)
{
    (void)user;
    free(block);
}

static void *default_reallocate(void *user, void *block, size_t new_size_bytes)
{
    (void)user;
    return realloc(block, new_size_bytes);
}

struct mpe_mem mpe_mem_default(void)
{
    return (struct mpe_mem){
        .allocate = default_allocate, .release = default_release, .reallocate = default_reallocate, .user = NULL};
}

void *mpe_mem_new(const struct mpe_mem *mem, size_t size_bytes)
{
    void *const block = mem->allocate(mem->user, size_bytes);
    if (block != NULL)
        memset(block, 0, size_bytes);
    return block;
}

void mpe_mem_free(const struct mpe_mem *mem, void *block)
{
    if (block != NULL)
        mem->release(mem->user, block);
}

static void *move(const struct mpe_mem *mem, void *block, size_t old_size_bytes, size_t new_size_bytes)
{
    uint8_t *const grown = mpe_mem_new(mem, new_size_bytes);
    if (grown == NULL)
        return NULL;
    if (old_size_bytes != 0)
        memcpy(grown, block, old_size_bytes);
    mpe_mem_free(mem, block);
    return grown;
}

void *mpe_mem_grow(const struct mpe_mem *mem, void *block, size_t old_size_bytes, size_t new_size_bytes)
{
    if (mem->reallocate == NULL || block == NULL)
        return move(mem, block, old_size_bytes, new_size_bytes);
    uint8_t *const grown = mem->reallocate(mem->user, block, new_size_bytes);
    if (grown != NULL)
        memset(grown + old_size_bytes, 0, new_size_bytes - old_size_bytes);
    return grown;
}
