/* Which qualities are too many over a fleet: those that came last. */
#include "channel/latest.h"

#include <string.h>
#include <utlist.h>

#include "channel/fleet.h"
#include "channel/quality.h"
#include "mpe.h"

static struct mpe_rank rank_of(const struct mpe_part *part)
{
    struct mpe_rank rank = part->shared->rank;
    rank.came_us = part->shared->quality_came_us;
    return rank;
}

static bool brought_later(const struct mpe_part *a, const struct mpe_part *b)
{
    const struct mpe_rank a_rank = rank_of(a), b_rank = rank_of(b);
    return mpe_rank_is_later(&a_rank, &b_rank);
}

void mpe_latest_find(struct mpe_registry *registry)
{
    struct mpe_quality *quality, *next;
    const struct mpe_part *part;
    HASH_ITER(hh, registry->qualities, quality, next)
    {
        quality->first = NULL;
    }
    DL_FOREACH(registry->parts, part)
    {
        for (uint16_t i = 0; i < part->entry_count; i++) {
            struct mpe_quality *const held = part->entries[i].quality;
            if (held != NULL && (held->first == NULL || brought_later(held->first, part)))
                held->first = part;
        }
    }
}

/* How many qualities of its medium came before this one. */
static int64_t count_earlier(const struct mpe_registry *registry, const struct mpe_quality *quality)
{
    const struct mpe_quality *at, *next;
    int64_t count = 0;
    HASH_ITER(hh, registry->qualities, at, next)
    {
        count += at != quality && at->key.media == quality->key.media && mpe_quality_counts(at) && at->first != NULL &&
                 (at->first == quality->first ? memcmp(&at->key, &quality->key, sizeof(at->key)) < 0
                                              : brought_later(quality->first, at->first));
    }
    return count;
}

static bool is_one_too_many(const struct mpe_registry *registry, const struct mpe_quality *quality)
{
    const bool is_video = quality->key.media == MPE_MEDIA_VIDEO;
    const int64_t most = is_video ? registry->limits->max_video_qualities : registry->limits->max_audio_qualities;
    return most != 0 && mpe_quality_counts(quality) && count_earlier(registry, quality) >= most;
}

uint8_t mpe_latest_media(const struct mpe_registry *registry, const struct mpe_part *part)
{
    for (uint16_t i = 0; i < part->entry_count; i++) {
        const struct mpe_quality *const quality = part->entries[i].quality;
        if (quality != NULL && is_one_too_many(registry, quality))
            return (uint8_t)quality->key.media;
    }
    return MPE_MEDIA_NONE;
}
