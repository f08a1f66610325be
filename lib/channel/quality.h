/* The qualities of a channel: what registry.c keeps of each. */
#ifndef MPE_CHANNEL_QUALITY_H
#define MPE_CHANNEL_QUALITY_H

#include <stddef.h>
#include <string.h>

#include "channel/hash.h"
#include "channel/registry.h"

struct mpe_rendition {
    struct mpe_quality_key key; /* without a rate */
    int32_t known;              /* qualities of known rates */
    int32_t unknown;            /* 1: one of a rate not known */
    UT_hash_handle hh;
};

struct mpe_quality {
    struct mpe_quality_key key;
    struct mpe_rendition *rendition;
    int64_t holders;
    int64_t remote_holders;       /* of these */
    const struct mpe_part *first; /* of these, while channel/latest.c looks for who came last */
    UT_hash_handle hh;
};

/* One of an unknown rate may be any of those whose rate is known. */
static inline bool mpe_quality_counts(const struct mpe_quality *quality)
{
    return quality->key.declared_bps != 0 || quality->rendition->known == 0;
}

/* In the place of what a quality is, its digest. */
static inline void mpe_quality_key_put(struct mpe_quality_key *key, const uint8_t digest[16])
{
    memcpy((uint8_t *)key + offsetof(struct mpe_quality_key, width_px), digest, 16);
}

static inline const uint8_t *mpe_quality_key_digest(const struct mpe_quality_key *key)
{
    return (const uint8_t *)key + offsetof(struct mpe_quality_key, width_px);
}

_Static_assert(offsetof(struct mpe_quality_key, reserved) - offsetof(struct mpe_quality_key, width_px) == 16,
               "a digest fits into what a quality is");

#endif
