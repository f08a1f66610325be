/* Where a reader stands in boxes that still arrive: three levels, no recursion, no memory but the head of a box. */
#ifndef MPE_WIRE_FMP4_WALK_H
#define MPE_WIRE_FMP4_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "wire/fmp4/fmp4_fault.h"
#include "wire/gather.h"

/* What is decoded while it arrives; everything else is skipped, or gathered whole (moov). */
enum mpe_walk_level { MPE_WALK_TOP = 0, MPE_WALK_MOOF, MPE_WALK_TRAF, MPE_WALK_LEVELS };

/* The end of a box that goes on up to the end of the stream. */
#define MPE_WALK_NO_END (UINT64_MAX >> 1)

/* Holds the largest head (large size and user type) and the largest tfhd. */
#define MPE_WALK_HEAD_BYTES 32u

struct mpe_walk {
    uint64_t at;                    /* index, from 0, of the next byte of the stream */
    uint64_t start;                 /* of the current box */
    uint64_t end;                   /* of the current box */
    uint64_t ends[MPE_WALK_LEVELS]; /* of the open containers */
    uint32_t type;                  /* of the current box */
    uint8_t level;                  /* enum mpe_walk_level: of what holds the current box */
    uint8_t head_len;
    uint8_t head[MPE_WALK_HEAD_BYTES]; /* the head of the current box, then the first bytes of its body */
};

enum mpe_walk_result { MPE_WALK_MORE = 0, MPE_WALK_BOX, MPE_WALK_CLOSED, MPE_WALK_FAULT };

/* walk must be zeroed. */
void mpe_walk_begin(struct mpe_walk *walk);

/*
 * Goes on to the next box. MPE_WALK_BOX: its head is in head. MPE_WALK_CLOSED: there is none, the container of level
 * ended. MPE_WALK_FAULT: fault is filled. in: mpe_walk_forget must have been called after the last box.
 */
enum mpe_walk_result mpe_walk_next(struct mpe_walk *walk, struct mpe_cursor *in, enum mpe_fmp4_fault *fault);

/* Enters the current box, or leaves the container. */
void mpe_walk_enter(struct mpe_walk *walk);
void mpe_walk_leave(struct mpe_walk *walk);

/* Makes the current box as large as what holds it: all that follows in there is to be skipped. */
void mpe_walk_widen(struct mpe_walk *walk);

/* Forgets the bytes of head. */
void mpe_walk_forget(struct mpe_walk *walk);

/* Whether head holds count bytes now. count <= MPE_WALK_HEAD_BYTES. */
bool mpe_walk_has(struct mpe_walk *walk, struct mpe_cursor *in, uint32_t count);

/* The next count bytes of the body as mpe_cursor_take gives them, forgotten with the next call; NULL: not all are here.
 */
static inline const uint8_t *mpe_walk_take(struct mpe_walk *walk, struct mpe_cursor *in, uint32_t count)
{
    const uint8_t *const before = in->at;
    const uint8_t *const bytes = mpe_cursor_take(in, walk->head, &walk->head_len, count);
    walk->at += (uint64_t)(in->at - before);
    if (bytes != NULL)
        walk->head_len = 0;
    return bytes;
}

/* Bytes of the current box that were not read yet. */
uint64_t mpe_walk_left(const struct mpe_walk *walk);

/* Skips the rest of the current box. true: its end was reached. */
bool mpe_walk_skip(struct mpe_walk *walk, struct mpe_cursor *in);

/* mpe_gather_take, counted. */
enum mpe_gather_result mpe_walk_gather(struct mpe_walk *walk, struct mpe_cursor *in, struct mpe_gather *gather,
                                       const struct mpe_mem *mem, uint32_t wanted_bytes);

/* The user type of a current box of type 'uuid' that was not forgotten yet. */
const uint8_t *mpe_walk_user_type(const struct mpe_walk *walk);

#endif
