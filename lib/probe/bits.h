/* Reading a header bit by bit. Past the end every bit is 0 and the reader says so. */
#ifndef MPE_PROBE_BITS_H
#define MPE_PROBE_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct mpe_bits {
    const uint8_t *bytes;
    size_t end; /* in bits */
    size_t at;  /* in bits; may pass end */
    bool bad;   /* an Exp-Golomb code was longer than its field may be */
};

static inline struct mpe_bits mpe_bits_of(struct mpe_span span)
{
    return (struct mpe_bits){span.bytes, span.len * 8, 0, false};
}

/* false: more was read than is there, or a code was too long. */
static inline bool mpe_bits_ok(const struct mpe_bits *bits)
{
    return !bits->bad && bits->at <= bits->end;
}

static inline size_t mpe_bits_left(const struct mpe_bits *bits)
{
    return bits->at < bits->end ? bits->end - bits->at : 0;
}

/* The next count (0..32) bits. */
static inline uint32_t mpe_bits_read(struct mpe_bits *bits, unsigned count)
{
    uint32_t value = 0;
    for (; count > 0; count--, bits->at++) {
        uint32_t bit = bits->at < bits->end ? bits->bytes[bits->at / 8] >> (7 - bits->at % 8) & 1 : 0;
        value = value << 1 | bit;
    }
    return value;
}

/*
 * ue(v) of ITU-T H.264 9.1: n zeros, a one, n bits. A code of more than max_zeros (up to 31) zeros is bad and reads
 * as 0.
 */
static inline uint32_t mpe_bits_ue(struct mpe_bits *bits, unsigned max_zeros)
{
    unsigned zeros = 0;
    while (zeros <= max_zeros && mpe_bits_read(bits, 1) == 0)
        zeros++;
    if (zeros > max_zeros) {
        bits->bad = true;
        return 0;
    }
    return ((uint32_t)1 << zeros) - 1 + mpe_bits_read(bits, zeros);
}

#endif
