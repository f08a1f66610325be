/* The ids, the qualities and the last fragments of the sessions of a channel. */
#include "channel/registry.h"

#include <string.h>

#include "channel/hash.h"
#include "channel/quality.h"
#include "channel/rank.h"
#include "mpe.h"

struct mpe_member *mpe_registry_member(const struct mpe_registry *registry, struct mpe_span id)
{
    struct mpe_member *member = NULL;
    HASH_FIND(hh, registry->members, id.bytes, id.len, member);
    return member;
}

bool mpe_registry_join(struct mpe_registry *registry, struct mpe_span id, bool *taken)
{
    bool added = true;
    *taken = mpe_registry_member(registry, id) != NULL;
    if (*taken)
        return false;
    struct mpe_member *const member = mpe_mem_new(&registry->mem, sizeof(*member) + id.len);
    if (member == NULL)
        return false;
    member->came_us = MPE_RANK_NOT_SHARED;
    memcpy(member->id, id.bytes, id.len);
    HASH_ADD_KEYPTR(hh, registry->members, member->id, id.len, member);
    if (!added)
        mpe_mem_free(&registry->mem, member);
    return added;
}

void mpe_registry_leave(struct mpe_registry *registry, struct mpe_span id)
{
    struct mpe_member *const member = mpe_registry_member(registry, id);
    HASH_DELETE(hh, registry->members, member);
    mpe_mem_free(&registry->mem, member);
}

/* ---- qualities ---- */

/* How many qualities a rendition counts for: one of an unknown rate may be any of those whose rate is known. */
static int32_t count_of(const struct mpe_rendition *rendition)
{
    return rendition->known > 0 ? rendition->known : rendition->unknown;
}

/* Adds delta to the qualities of a rendition, and what that changes to the sum of its media. */
static void count(struct mpe_registry *registry, struct mpe_rendition *rendition, bool has_rate, int32_t delta)
{
    const bool is_video = rendition->key.media == MPE_MEDIA_VIDEO;
    int32_t *const sum = is_video ? &registry->video_qualities : &registry->audio_qualities;
    *sum -= count_of(rendition);
    *(has_rate ? &rendition->known : &rendition->unknown) += delta;
    *sum += count_of(rendition);
}

/* Finds the rendition of key or makes it. NULL: no memory. */
static struct mpe_rendition *rendition_of(struct mpe_registry *registry, struct mpe_quality_key key)
{
    struct mpe_rendition *rendition = NULL;
    bool added = true;
    key.declared_bps = 0;
    HASH_FIND(hh, registry->renditions, &key, sizeof(key), rendition);
    if (rendition != NULL)
        return rendition;
    rendition = mpe_mem_new(&registry->mem, sizeof(*rendition));
    if (rendition == NULL)
        return NULL;
    rendition->key = key;
    HASH_ADD(hh, registry->renditions, key, sizeof(rendition->key), rendition);
    if (added)
        return rendition;
    mpe_mem_free(&registry->mem, rendition);
    return NULL;
}

static void drop_if_empty(struct mpe_registry *registry, struct mpe_rendition *rendition)
{
    if (count_of(rendition) > 0)
        return;
    HASH_DELETE(hh, registry->renditions, rendition);
    mpe_mem_free(&registry->mem, rendition);
}

/* A quality that nobody holds yet. NULL: no memory. */
static struct mpe_quality *add_quality(struct mpe_registry *registry, struct mpe_rendition *rendition,
                                       const struct mpe_quality_key *key)
{
    struct mpe_quality *const quality = mpe_mem_new(&registry->mem, sizeof(*quality));
    bool added = true;
    if (quality == NULL)
        return NULL;
    quality->key = *key;
    quality->rendition = rendition;
    HASH_ADD(hh, registry->qualities, key, sizeof(quality->key), quality);
    if (added)
        return quality;
    mpe_mem_free(&registry->mem, quality);
    return NULL;
}

static bool is_only_remote(const struct mpe_quality *quality)
{
    return quality->holders > 0 && quality->holders == quality->remote_holders;
}

/* One holder more, or less, and what that changes to what is remote. */
static void count_holder(struct mpe_registry *registry, struct mpe_quality *quality, bool is_remote, int delta)
{
    const bool is_video = quality->key.media == MPE_MEDIA_VIDEO;
    int32_t *const remote = is_video ? &registry->remote.video_qualities : &registry->remote.audio_qualities;
    *remote -= is_only_remote(quality);
    quality->holders += delta;
    quality->remote_holders += is_remote ? delta : 0;
    *remote += is_only_remote(quality);
}

struct mpe_quality *mpe_registry_hold(struct mpe_registry *registry, const struct mpe_quality_key *key, bool is_remote,
                                      bool *is_new)
{
    struct mpe_quality *quality = NULL;
    HASH_FIND(hh, registry->qualities, key, sizeof(*key), quality);
    *is_new = false;
    if (quality != NULL) {
        count_holder(registry, quality, is_remote, 1);
        return quality;
    }
    struct mpe_rendition *const rendition = rendition_of(registry, *key);
    if (rendition == NULL)
        return NULL;
    quality = add_quality(registry, rendition, key);
    if (quality == NULL) {
        drop_if_empty(registry, rendition);
        return NULL;
    }
    const int32_t before = count_of(rendition);
    count_holder(registry, quality, is_remote, 1);
    count(registry, rendition, key->declared_bps != 0, 1);
    *is_new = count_of(rendition) > before;
    return quality;
}

void mpe_registry_release(struct mpe_registry *registry, struct mpe_quality *quality, bool is_remote)
{
    struct mpe_rendition *const rendition = quality->rendition;
    count_holder(registry, quality, is_remote, -1);
    if (quality->holders > 0)
        return;
    count(registry, rendition, quality->key.declared_bps != 0, -1);
    HASH_DELETE(hh, registry->qualities, quality);
    mpe_mem_free(&registry->mem, quality);
    drop_if_empty(registry, rendition);
}

bool mpe_quality_is_same(const struct mpe_quality *a, const struct mpe_quality *b)
{
    return a == b || (a->rendition == b->rendition && (a->key.declared_bps == 0 || b->key.declared_bps == 0));
}

/* ---- what was sent ---- */

struct mpe_sent *mpe_registry_find_sent(struct mpe_registry *registry, const struct mpe_quality_key *key,
                                        int64_t track_id)
{
    const uint64_t count = registry->sent_count < MPE_SENT_KEPT ? registry->sent_count : MPE_SENT_KEPT;
    for (uint64_t i = 0; i < count; i++) {
        struct mpe_sent *const sent = &registry->sent[i];
        if (sent->track_id == track_id && memcmp(&sent->key, key, sizeof(*key)) == 0)
            return sent;
    }
    return NULL;
}

void mpe_registry_note_sent(struct mpe_registry *registry, const struct mpe_sent *sent)
{
    struct mpe_sent *place = mpe_registry_find_sent(registry, &sent->key, sent->track_id);
    if (place == NULL)
        place = &registry->sent[registry->sent_count++ % MPE_SENT_KEPT];
    *place = *sent;
}
