#include "channel/registry.h"

#include <string.h>

#include "mpe.h"

/* uthash takes memory through these names; "registry" is the argument of the functions below. */
#define uthash_malloc(size)          mpe_mem_new(&registry->mem, size)
#define uthash_free(block, size)     mpe_mem_free(&registry->mem, block)
#define HASH_NONFATAL_OOM            1
#define uthash_nonfatal_oom(element) (added = false)
#include <uthash.h>

struct mpe_quality {
    struct mpe_quality_key key;
    int64_t holders;
    UT_hash_handle hh;
};

struct mpe_member {
    UT_hash_handle hh;
    char id[];
};

struct mpe_member *mpe_registry_join(struct mpe_registry *registry, const char *id, bool *taken)
{
    size_t len = strlen(id);
    struct mpe_member *member = NULL;
    bool added = true;

    HASH_FIND(hh, registry->members, id, len, member);
    *taken = member != NULL;
    if (*taken)
        return NULL;
    member = mpe_mem_new(&registry->mem, sizeof *member + len + 1);
    if (member == NULL)
        return NULL;
    memcpy(member->id, id, len + 1);
    HASH_ADD_KEYPTR(hh, registry->members, member->id, len, member);
    if (added)
        return member;
    mpe_mem_free(&registry->mem, member);
    return NULL;
}

void mpe_registry_leave(struct mpe_registry *registry, struct mpe_member *member)
{
    HASH_DELETE(hh, registry->members, member);
    mpe_mem_free(&registry->mem, member);
}

static int32_t *count_of(struct mpe_registry *registry, int32_t media)
{
    return media == MPE_MEDIA_VIDEO ? &registry->totals.video_qualities : &registry->totals.audio_qualities;
}

struct mpe_quality *mpe_registry_hold(struct mpe_registry *registry, const struct mpe_quality_key *key, bool *is_new)
{
    struct mpe_quality *quality = NULL;
    bool added = true;

    HASH_FIND(hh, registry->qualities, key, sizeof *key, quality);
    *is_new = quality == NULL;
    if (quality != NULL) {
        quality->holders++;
        return quality;
    }
    quality = mpe_mem_new(&registry->mem, sizeof *quality);
    if (quality == NULL)
        return NULL;
    quality->key = *key;
    quality->holders = 1;
    HASH_ADD(hh, registry->qualities, key, sizeof quality->key, quality);
    if (!added) {
        mpe_mem_free(&registry->mem, quality);
        return NULL;
    }
    ++*count_of(registry, key->media);
    return quality;
}

void mpe_registry_release(struct mpe_registry *registry, struct mpe_quality *quality)
{
    if (--quality->holders > 0)
        return;
    --*count_of(registry, quality->key.media);
    HASH_DELETE(hh, registry->qualities, quality);
    mpe_mem_free(&registry->mem, quality);
}
