/* Streams that no encoder sends: each asks for as much memory or work for its bytes as it can. */
#ifndef TESTS_UNIT_HOSTILE_H
#define TESTS_UNIT_HOSTILE_H

#include "stream_out.h"

struct hostile {
    const char *name;
    int32_t protocol;
    int32_t reason; /* the finding it ends in, of reasons at the level of bytes; 0: it may go on for ever */
    /* Writes about bytes bytes, at least a few hundred. */
    void (*make)(struct out *out, size_t bytes);
};

extern const struct hostile hostile_streams[];
extern const int hostile_count;

#endif
