/* Collects bytes that come in pieces, in memory that grows with what came, never with what was announced. */
#ifndef MPE_WIRE_GATHER_H
#define MPE_WIRE_GATHER_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/mem.h"

struct mpe_gather {
    uint8_t *bytes; /* NULL: nothing gathered yet */
    uint32_t len_bytes;
    uint32_t capacity_bytes;
};

enum mpe_gather_result {
    MPE_GATHER_MORE = 0, /* all of in was taken, more is needed */
    MPE_GATHER_FULL,     /* wanted_bytes are here */
    MPE_GATHER_NO_MEMORY /* nothing was taken; what was gathered stays */
};

/* Moves bytes from in until wanted_bytes are gathered. */
enum mpe_gather_result mpe_gather_take(struct mpe_gather *gather, const struct mpe_mem *mem, struct mpe_cursor *in,
                                       uint32_t wanted_bytes);

/* Forgets the bytes; keeps a small block, so that a repeated sequence header allocates nothing. */
void mpe_gather_reset(struct mpe_gather *gather, const struct mpe_mem *mem);

void mpe_gather_free(struct mpe_gather *gather, const struct mpe_mem *mem);

#endif
