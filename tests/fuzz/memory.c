/* Counts blocks, and fails where it is told to. */
#include "memory.h"

#include <stdlib.h>

static bool fails(struct memory *memory)
{
    uint64_t number = ++memory->asked;

    return memory->fails_at != 0 &&
           (number == memory->fails_at || (memory->fails_for_good && number > memory->fails_at));
}

static void *allocate(void *user, size_t size_bytes)
{
    struct memory *memory = user;
    void *block = NULL;

    if (fails(memory))
        memory->failed++;
    else
        block = malloc(size_bytes);
    memory->blocks += block != NULL;
    return block;
}

static void release(void *user, void *block)
{
    struct memory *memory = user;

    memory->blocks -= block != NULL;
    free(block);
}

mpe_allocator memory_allocator(struct memory *memory)
{
    return (mpe_allocator){
        .struct_size = sizeof(mpe_allocator), .allocate = allocate, .release = release, .user = memory};
}

struct mpe_mem memory_mem(struct memory *memory)
{
    return (struct mpe_mem){.allocate = allocate, .release = release, .user = memory};
}
