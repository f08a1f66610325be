/* Collects bytes that come in pieces. */
#include "wire/gather.h"

#include <stdbool.h>
#include <string.h>

/* Holds a usual AVC or AAC sequence header (about 50 bytes). */
#define FIRST_BYTES 64u
/* Little enough to keep for the life of a session. */
#define KEPT_BYTES 128u

/*
 * Room for needed_bytes now, growing towards wanted_bytes and no further; but by half at least, so that many small
 * pieces, each wanted by itself, are not copied for each.
 */
static bool reserve(struct mpe_gather *gather, const struct mpe_mem *mem, uint32_t needed_bytes, uint32_t wanted_bytes)
{
    if (needed_bytes <= gather->capacity_bytes)
        return true;
    const uint32_t by_half = gather->capacity_bytes + gather->capacity_bytes / 2;
    uint32_t capacity = gather->capacity_bytes == 0 ? FIRST_BYTES : gather->capacity_bytes;
    while (capacity < needed_bytes)
        capacity *= 2;
    if (capacity > wanted_bytes && wanted_bytes > FIRST_BYTES)
        capacity = wanted_bytes > by_half ? wanted_bytes : by_half;
    uint8_t *const grown = mpe_mem_grow(mem, gather->bytes, gather->len_bytes, capacity);
    if (grown == NULL)
        return false;
    gather->bytes = grown;
    gather->capacity_bytes = capacity;
    return true;
}

static void take(struct mpe_gather *gather, struct mpe_cursor *in, uint32_t count)
{
    if (count == 0)
        return;
    memcpy(gather->bytes + gather->len_bytes, in->at, count);
    gather->len_bytes += count;
    in->at += count;
}

enum mpe_gather_result mpe_gather_take(struct mpe_gather *gather, const struct mpe_mem *mem, struct mpe_cursor *in,
                                       uint32_t wanted_bytes)
{
    const size_t left = mpe_cursor_left(in);
    const uint32_t missing = wanted_bytes - gather->len_bytes;
    const uint32_t taken = left < missing ? (uint32_t)left : missing;
    if (!reserve(gather, mem, gather->len_bytes + taken, wanted_bytes)) {
        take(gather, in, gather->capacity_bytes - gather->len_bytes); /* as if the bytes came one by one */
        return MPE_GATHER_NO_MEMORY;
    }
    take(gather, in, taken);
    return gather->len_bytes == wanted_bytes ? MPE_GATHER_FULL : MPE_GATHER_MORE;
}

void mpe_gather_reset(struct mpe_gather *gather, const struct mpe_mem *mem)
{
    if (gather->capacity_bytes > KEPT_BYTES)
        mpe_gather_free(gather, mem);
    gather->len_bytes = 0;
}

void mpe_gather_free(struct mpe_gather *gather, const struct mpe_mem *mem)
{
    mpe_mem_free(mem, gather->bytes);
    *gather = (struct mpe_gather){0};
}
