/* Reading bytes that may not be there: a cursor that never passes its end, and big-endian loads. */
#ifndef MPE_BASE_BYTES_H
#define MPE_BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>

/* Text or bytes that belong to somebody else. */
struct mpe_span {
    const uint8_t *bytes;
    size_t len;
};

/* Where a byte stands first; the length where it does not. */
static inline size_t mpe_span_find(struct mpe_span span, uint8_t byte)
{
    size_t at = 0;
    while (at < span.len && span.bytes[at] != byte)
        at++;
    return at;
}

/* Input not read yet: at <= end. */
struct mpe_cursor {
    const uint8_t *at;
    const uint8_t *end;
};

static inline size_t mpe_cursor_left(const struct mpe_cursor *cursor)
{
    return (size_t)(cursor->end - cursor->at);
}

/*
 * Asks the processor to have the byte at a distance at hand soon, if the input goes so far: nothing of what lies
 * between is looked at, so that each header would otherwise be waited for.
 */
static inline void mpe_cursor_prefetch(const struct mpe_cursor *in, size_t distance)
{
#ifdef __GNUC__
    if (distance < mpe_cursor_left(in))
        __builtin_prefetch(in->at + distance);
#else
    (void)in;
    (void)distance;
#endif
}

/*
 * The next count bytes as one piece: those of the input where all of them are there, otherwise head, in which they are
 * gathered over any number of calls. head_len: how many it holds; back to 0 is the caller's business. NULL: all of the
 * input was taken, more is needed.
 */
static inline const uint8_t *mpe_cursor_take(struct mpe_cursor *in, uint8_t *head, uint8_t *head_len, uint32_t count)
{
    if (*head_len == 0 && mpe_cursor_left(in) >= count) {
        in->at += count;
        return in->at - count;
    }
    while (*head_len < count && in->at < in->end)
        head[(*head_len)++] = *in->at++;
    return *head_len == count ? head : NULL;
}

static inline uint16_t mpe_load_be16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t mpe_load_be24(const uint8_t *p)
{
    return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static inline int32_t mpe_load_be24_signed(const uint8_t *p)
{
    const int32_t value = (int32_t)mpe_load_be24(p);
    return value >= 0x800000 ? value - 0x1000000 : value;
}

static inline uint32_t mpe_load_be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t mpe_load_be64(const uint8_t *p)
{
    return (uint64_t)mpe_load_be32(p) << 32 | mpe_load_be32(p + 4);
}

static inline uint32_t mpe_load_le32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* 'a','v','c','1' as a big-endian number. */
#define MPE_FOURCC(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

#endif
