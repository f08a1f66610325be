/* What the readers of this layer borrow from their owner. */
#ifndef MPE_WIRE_TOOLS_H
#define MPE_WIRE_TOOLS_H

#include "base/mem.h"
#include "limits/limits.h"

struct mpe_key_frames;

struct mpe_wire_tools {
    const struct mpe_mem *mem;
    const struct mpe_limits *limits;
    struct mpe_key_frames *key_frames; /* NULL: nobody wants to know what stands in key frames */
};

#endif
