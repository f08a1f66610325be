/* ISO/IEC 14496-12 4.2: boxes, in memory. The walk over boxes that still arrive is in fmp4.c. */
#ifndef MPE_WIRE_FMP4_BOX_H
#define MPE_WIRE_FMP4_BOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/*
 *    0          4          8                    16        +16
 *   +----------+----------+--------------------+---------+--------- -
 *   |size      |type      |large size          |user type|body
 *   |u32       |FourCC    |u64, if size is 1   |if 'uuid'|
 *   +----------+----------+--------------------+---------+--------- -
 *    size counts from its own first byte; 0: up to the end of what holds the box
 */
#define MPE_BOX_HEAD_BYTES       8u
#define MPE_BOX_LARGE_HEAD_BYTES 16u
#define MPE_BOX_UUID_BYTES       16u

/* Version and flags, which begin the body of a "full box". */
#define MPE_FULL_BOX_BYTES 4u

struct mpe_box {
    uint32_t type;
    struct mpe_span body;
};

enum mpe_box_result { MPE_BOX_END = 0, MPE_BOX_NEXT, MPE_BOX_BROKEN };

/*
 * The next box of what holds them. MPE_BOX_BROKEN: it is smaller than its header or does not fit. Fewer bytes than a
 * size and a type need are the end: QuickTime closes its lists with 4 zeros.
 */
enum mpe_box_result mpe_box_next(struct mpe_cursor *in, struct mpe_box *box);

/* The first box of a type. MPE_BOX_END: there is none; MPE_BOX_BROKEN: one of all the boxes is. */
enum mpe_box_result mpe_box_find(struct mpe_span boxes, uint32_t type, struct mpe_span *body);

/*
 * The first box of a type among boxes of which the last one may be cut short: what is there of it counts. false: there
 * is none before one that is broken.
 */
bool mpe_box_find_cut(struct mpe_span boxes, uint32_t type, struct mpe_span *body);

/* Whether fragmented MP4, or a piece of it, can begin with a box of this type. */
bool mpe_box_may_begin(uint32_t type);

/* A type is text: printable ASCII, or the copyright sign that QuickTime uses. Elsewhere a reader has lost its place. */
bool mpe_box_is_type(uint32_t type);

#endif
