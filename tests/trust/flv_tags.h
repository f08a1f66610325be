/* The tags of an FLV file, or of an aggregate message, that are all there. */
#ifndef TESTS_TRUST_FLV_TAGS_H
#define TESTS_TRUST_FLV_TAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline uint32_t tag_be24(const uint8_t *p)
{
    return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

struct tag {
    uint8_t type;
    uint32_t timestamp_ms;
    const uint8_t *body;
    uint32_t len;
};

/* The tag at *at, which moves on. false: no whole tag is there. */
static inline bool next_tag(const uint8_t *flv, size_t len, size_t *at, struct tag *tag)
{
    if (len - *at < 11)
        return false;
    const uint8_t *const head = flv + *at;
    *tag = (struct tag){head[0] & 0x1F, (uint32_t)head[7] << 24 | tag_be24(head + 4), head + 11, tag_be24(head + 1)};
    if (len - *at - 11 < tag->len)
        return false;
    *at += 11 + (size_t)tag->len;
    *at = len - *at < 4 ? len : *at + 4;
    return true;
}

#endif
