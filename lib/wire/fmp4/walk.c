/* Walks over boxes that still arrive, three levels deep. */
#include "wire/fmp4/walk.h"

#include <string.h>

#include "wire/fmp4/box.h"

#define UUID MPE_FOURCC('u', 'u', 'i', 'd')

static const struct {
    uint8_t small;
    uint8_t large;
    uint8_t type;
    uint8_t rest;
} faults[MPE_WALK_LEVELS] = {
    [MPE_WALK_TOP] = {MPE_FMP4_BOX_SMALL, MPE_FMP4_BOX_LARGE, MPE_FMP4_BOX_TYPE, MPE_FMP4_BOX_LARGE},
    [MPE_WALK_MOOF] = {MPE_FMP4_MOOF_CHILD_SMALL, MPE_FMP4_MOOF_CHILD_LARGE, MPE_FMP4_MOOF_CHILD_TYPE,
                       MPE_FMP4_MOOF_REST},
    [MPE_WALK_TRAF] = {MPE_FMP4_TRAF_CHILD_SMALL, MPE_FMP4_TRAF_CHILD_LARGE, MPE_FMP4_TRAF_CHILD_TYPE,
                       MPE_FMP4_TRAF_REST},
};

void mpe_walk_begin(struct mpe_walk *walk)
{
    walk->ends[MPE_WALK_TOP] = MPE_WALK_NO_END;
}

bool mpe_walk_has(struct mpe_walk *walk, struct mpe_cursor *in, uint32_t count)
{
    if (walk->head_len >= count)
        return true;
    const size_t left = mpe_cursor_left(in);
    const size_t missing = count - walk->head_len;
    const size_t taken = left < missing ? left : missing;
    if (taken != 0)
        memcpy(walk->head + walk->head_len, in->at, taken);
    in->at += taken;
    walk->at += taken;
    walk->head_len = (uint8_t)(walk->head_len + taken);
    return taken == missing;
}

static enum mpe_walk_result fail(enum mpe_fmp4_fault *fault, uint8_t value)
{
    *fault = (enum mpe_fmp4_fault)value;
    return MPE_WALK_FAULT;
}

/* Sets the end of the box by its size, which counts from start. false: fault. */
static bool set_end(struct mpe_walk *walk, uint64_t size, uint32_t head_bytes, enum mpe_fmp4_fault *fault)
{
    if (size < head_bytes)
        return fail(fault, faults[walk->level].small) == MPE_WALK_BOX;
    if (size > walk->ends[walk->level] - walk->start)
        return fail(fault, faults[walk->level].large) == MPE_WALK_BOX;
    walk->end = walk->start + size;
    return true;
}

static uint32_t head_bytes(const struct mpe_walk *walk)
{
    return mpe_load_be32(walk->head) == 1 ? MPE_BOX_LARGE_HEAD_BYTES : MPE_BOX_HEAD_BYTES;
}

/* Each field is judged when its last byte came: head holds more and more. */
static enum mpe_walk_result read_head(struct mpe_walk *walk, struct mpe_cursor *in, enum mpe_fmp4_fault *fault)
{
    if (!mpe_walk_has(walk, in, 4))
        return MPE_WALK_MORE;
    const uint32_t size = mpe_load_be32(walk->head);
    const uint32_t bytes = head_bytes(walk);
    const uint64_t least = size > 1 ? size : size == 1 ? bytes : walk->ends[walk->level] - walk->start;
    if (!set_end(walk, least, bytes, fault))
        return MPE_WALK_FAULT;
    if (!mpe_walk_has(walk, in, MPE_BOX_HEAD_BYTES))
        return MPE_WALK_MORE;
    walk->type = mpe_load_be32(walk->head + 4);
    if (!mpe_box_is_type(walk->type))
        return fail(fault, faults[walk->level].type);
    if (!mpe_walk_has(walk, in, bytes))
        return MPE_WALK_MORE;
    if (size == 1 && !set_end(walk, mpe_load_be64(walk->head + MPE_BOX_HEAD_BYTES), bytes, fault))
        return MPE_WALK_FAULT;
    if (walk->type != UUID)
        return MPE_WALK_BOX;
    if (walk->end - walk->start < bytes + MPE_BOX_UUID_BYTES)
        return fail(fault, faults[walk->level].small);
    return mpe_walk_has(walk, in, bytes + MPE_BOX_UUID_BYTES) ? MPE_WALK_BOX : MPE_WALK_MORE;
}

enum mpe_walk_result mpe_walk_next(struct mpe_walk *walk, struct mpe_cursor *in, enum mpe_fmp4_fault *fault)
{
    const uint64_t left = walk->ends[walk->level] - walk->at;
    if (walk->head_len != 0)
        return read_head(walk, in, fault);
    if (left == 0)
        return MPE_WALK_CLOSED;
    if (left < MPE_BOX_HEAD_BYTES)
        return fail(fault, faults[walk->level].rest);
    walk->start = walk->at;
    return read_head(walk, in, fault);
}

void mpe_walk_enter(struct mpe_walk *walk)
{
    walk->level++;
    walk->ends[walk->level] = walk->end;
    mpe_walk_forget(walk);
}

void mpe_walk_leave(struct mpe_walk *walk)
{
    walk->level--;
}

void mpe_walk_widen(struct mpe_walk *walk)
{
    walk->end = walk->ends[walk->level];
}

void mpe_walk_forget(struct mpe_walk *walk)
{
    walk->head_len = 0;
}

uint64_t mpe_walk_left(const struct mpe_walk *walk)
{
    return walk->end - walk->at;
}

bool mpe_walk_skip(struct mpe_walk *walk, struct mpe_cursor *in)
{
    const size_t left = mpe_cursor_left(in);
    const uint64_t missing = mpe_walk_left(walk);
    const size_t taken = left < missing ? left : (size_t)missing;
    in->at += taken;
    walk->at += taken;
    return taken == missing;
}

enum mpe_gather_result mpe_walk_gather(struct mpe_walk *walk, struct mpe_cursor *in, struct mpe_gather *gather,
                                       const struct mpe_mem *mem, uint32_t wanted_bytes)
{
    const uint8_t *const before = in->at;
    const enum mpe_gather_result result = mpe_gather_take(gather, mem, in, wanted_bytes);
    walk->at += (uint64_t)(in->at - before);
    return result;
}

const uint8_t *mpe_walk_user_type(const struct mpe_walk *walk)
{
    return walk->head + head_bytes(walk);
}
