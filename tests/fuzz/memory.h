/* The allocator of the fuzz targets: counts what is out, and can fail. */
#ifndef TESTS_FUZZ_MEMORY_H
#define TESTS_FUZZ_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "mpe.h"

struct memory {
    size_t blocks;       /* out now */
    uint64_t asked;      /* allocations so far */
    uint64_t fails_at;   /* number, from 1, of the allocation that fails; 0: none */
    bool fails_for_good; /* and all after it */
    uint64_t failed;     /* so many did */
};

mpe_allocator memory_allocator(struct memory *memory);
struct mpe_mem memory_mem(struct memory *memory);

#endif
