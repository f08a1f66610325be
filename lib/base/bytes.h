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

/* Input not read yet: at <= end. */
struct mpe_cursor {
    const uint8_t *at;
    const uint8_t *end;
};

static inline size_t mpe_cursor_left(const struct mpe_cursor *cursor)
{
    return (size_t)(cursor->end - cursor->at);
}

static inline uint16_t mpe_load_be16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t mpe_load_be24(const uint8_t *p)
{
    return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
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
