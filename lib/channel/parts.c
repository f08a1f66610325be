/* The sums of a channel: which sessions are part of them, and which of these came last. */
#include "channel/parts.h"

#include <string.h>
#include <utlist.h>

#include "channel/fleet.h"
#include "channel/hash.h"
#include "channel/latest.h"
#include "channel/sums.h"
#include "mpe.h"

static int64_t earlier(int64_t a_us, int64_t b_us)
{
    return a_us < b_us ? a_us : b_us;
}

/* ---- parts ---- */

static void clear_entry(struct mpe_registry *registry, const struct mpe_part *part, struct mpe_entry *entry)
{
    mpe_sums_set_rates(registry, part, entry, 0, 0);
    if (entry->quality != NULL)
        mpe_registry_release(registry, entry->quality, part->is_remote);
    entry->quality = NULL;
}

static bool reserve_entry(struct mpe_registry *registry, struct mpe_part *part, uint16_t index)
{
    const size_t size = sizeof(*part->entries);
    if (index < part->entry_count)
        return true;
    const uint16_t count = (uint16_t)(index < 2 ? 2 : 2 * index);
    struct mpe_entry *const entries =
        mpe_mem_grow(&registry->mem, part->entries, part->entry_count * size, count * size);
    if (entries == NULL)
        return false;
    part->entries = entries;
    part->entry_count = count;
    return true;
}

static bool is_later(const struct mpe_part *a, const struct mpe_part *b)
{
    return a->shared != NULL && b->shared != NULL && mpe_rank_is_later(&a->shared->rank, &b->shared->rank);
}

/* Among the sessions of its name, before those that are known to be later. */
static void take_place(struct mpe_part *part)
{
    struct mpe_part *at = part;
    for (int i = 0; part->name != NULL && i < MPE_NAMESAKES && at != NULL; i++) {
        struct mpe_part *const other = part->name->parts[i];
        if (other != NULL && !is_later(other, at))
            continue;
        part->name->parts[i] = at;
        at = other;
    }
}

static void give_place(struct mpe_part *part)
{
    int kept = 0;
    for (int i = 0; part->name != NULL && i < MPE_NAMESAKES; i++) {
        struct mpe_part *const other = part->name->parts[i];
        part->name->parts[i] = NULL;
        if (other != part)
            part->name->parts[kept++] = other;
    }
}

/* Among all of them. */
static void line_up(struct mpe_registry *registry, struct mpe_part *part)
{
    struct mpe_part *at = registry->parts != NULL ? registry->parts->prev : NULL;
    while (at != NULL && is_later(at, part))
        at = at != registry->parts ? at->prev : NULL;
    DL_APPEND_ELEM(registry->parts, at, part);
}

/* true: it was out. */
static bool enter(struct mpe_registry *registry, struct mpe_part *part, int64_t now_us)
{
    if (part->is_in)
        return false;
    part->is_in = true;
    mpe_part_hear(part, now_us);
    line_up(registry, part);
    registry->part_count++;
    registry->remote.parts += part->is_remote;
    take_place(part);
    mpe_part_unsignal(part, MPE_PART_OUT);
    return true;
}

/* It comes back as one that comes. */
static void forget_rank(struct mpe_shared *shared)
{
    shared->rank.came_us = shared->quality_came_us = MPE_RANK_NOT_SHARED;
}

void mpe_parts_take_out(struct mpe_registry *registry, struct mpe_part *part)
{
    if (!part->is_in)
        return;
    mpe_sums_add_redundant(registry, part->name, -1);
    for (uint16_t i = 0; i < part->entry_count; i++)
        clear_entry(registry, part, &part->entries[i]);
    give_place(part);
    mpe_sums_add_redundant(registry, part->name, 1);
    DL_DELETE(registry->parts, part);
    registry->part_count--;
    registry->remote.parts -= part->is_remote;
    part->is_in = false;
    mpe_part_unsignal(part, MPE_PART_CONTESTED);
    mpe_part_signal(part, MPE_PART_OUT);
    if (part == registry->last) { /* it was the one that was to go */
        registry->excess_bits = 0;
        registry->last = NULL;
        mpe_part_unsignal(part, MPE_PART_LAST);
    }
    if (part->shared != NULL && !part->is_remote)
        forget_rank(part->shared);
}

void mpe_parts_out(struct mpe_registry *registry, struct mpe_part *part)
{
    if (!part->is_in)
        return;
    mpe_parts_take_out(registry, part);
    mpe_sums_judge(registry);
}

void mpe_parts_rank(struct mpe_registry *registry, struct mpe_part *part, int64_t came_us)
{
    mpe_sums_add_redundant(registry, part->name, -1);
    part->shared->rank.came_us = came_us;
    if (part->is_in) {
        DL_DELETE(registry->parts, part);
        line_up(registry, part);
        give_place(part);
        take_place(part);
    }
    mpe_sums_add_redundant(registry, part->name, 1);
}

/* ---- stream names ---- */

static void release_name(struct mpe_registry *registry, struct mpe_stream_name *name)
{
    if (name == NULL || --name->holders > 0)
        return;
    HASH_DELETE(hh, registry->names, name);
    mpe_mem_free(&registry->mem, name);
}

/* NULL: no memory. */
static struct mpe_stream_name *hold_name(struct mpe_registry *registry, struct mpe_span text)
{
    struct mpe_stream_name *name = NULL;
    bool added = true;
    HASH_FIND(hh, registry->names, text.bytes, text.len, name);
    if (name == NULL) {
        name = mpe_mem_new(&registry->mem, sizeof(*name) + text.len);
        if (name == NULL)
            return NULL;
        memcpy(name->text, text.bytes, text.len);
        HASH_ADD_KEYPTR(hh, registry->names, name->text, text.len, name);
    }
    if (added)
        name->holders++;
    else
        mpe_mem_free(&registry->mem, name);
    return added ? name : NULL;
}

/* Puts a session into the place of another name. */
static void rename_part(struct mpe_registry *registry, struct mpe_part *part, struct mpe_stream_name *name)
{
    struct mpe_stream_name *const old = part->name;
    mpe_sums_add_redundant(registry, old, -1);
    give_place(part);
    mpe_sums_add_redundant(registry, old, 1);
    mpe_sums_add_redundant(registry, name, -1);
    part->name = name;
    if (part->is_in)
        take_place(part);
    mpe_sums_add_redundant(registry, name, 1);
    release_name(registry, old);
}

static bool has_name(const struct mpe_part *part, struct mpe_span name)
{
    return part->name != NULL && part->name->hh.keylen == name.len &&
           memcmp(part->name->text, name.bytes, name.len) == 0;
}

bool mpe_parts_put_name(struct mpe_registry *registry, struct mpe_part *part, struct mpe_span name)
{
    const bool is_any = name.len > 0;
    if (is_any ? has_name(part, name) : part->name == NULL)
        return true;
    struct mpe_stream_name *const held = is_any ? hold_name(registry, name) : NULL;
    rename_part(registry, part, held);
    return held != NULL || !is_any;
}

bool mpe_parts_name(struct mpe_registry *registry, struct mpe_part *part, struct mpe_span name)
{
    const bool is_put = mpe_parts_put_name(registry, part, name);
    mpe_sums_judge(registry);
    return is_put;
}

/* ---- takeovers ---- */

/* Another session of its stream name that is in the sums, or NULL. */
static struct mpe_part *namesake(const struct mpe_part *part, int *at)
{
    while (part->name != NULL && *at < MPE_NAMESAKES && part->name->parts[*at] != NULL) {
        struct mpe_part *const other = part->name->parts[(*at)++];
        if (other != part)
            return other;
    }
    return NULL;
}

static int64_t takeover_from_us(const struct mpe_registry *registry, const struct mpe_part *part)
{
    return mpe_part_silent_from_us(part) + registry->limits->takeover_us;
}

/* Namesakes that have been silent for long enough go; the sums are to be judged after that. */
static void take_over(struct mpe_registry *registry, const struct mpe_part *part, int64_t now_us)
{
    struct mpe_part *other;
    for (int at = 0; (other = namesake(part, &at)) != NULL;) {
        if (now_us < takeover_from_us(registry, other))
            continue;
        mpe_parts_take_out(registry, other);
        at = 0;
    }
}

static bool is_too_many(int32_t count, int64_t max)
{
    return max != 0 && count > max;
}

static uint8_t media_of_too_many(const struct mpe_registry *registry)
{
    if (is_too_many(registry->video_qualities, registry->limits->max_video_qualities))
        return MPE_MEDIA_VIDEO;
    return is_too_many(registry->audio_qualities, registry->limits->max_audio_qualities) ? MPE_MEDIA_AUDIO
                                                                                         : MPE_MEDIA_NONE;
}

/* From now on it is to be seen whether others of its name are heard. */
static void contest(struct mpe_part *part, int64_t now_us)
{
    if (part->name != NULL)
        part->name->contested_us = now_us;
    mpe_part_signal(part, MPE_PART_CONTESTED);
}

/* One quality too many is a matter of the namesakes that may be silent. */
static bool begin_contest(struct mpe_registry *registry, struct mpe_part *part, int64_t now_us)
{
    int at = 0;
    if (media_of_too_many(registry) == MPE_MEDIA_NONE || namesake(part, &at) == NULL)
        return false;
    contest(part, now_us);
    return true;
}

static bool is_any_heard(const struct mpe_part *part)
{
    struct mpe_part *other;
    for (int at = 0; (other = namesake(part, &at)) != NULL;) {
        if (mpe_part_heard_us(other) > part->name->contested_us)
            return true;
    }
    return false;
}

/* In a fleet another edge's session may have come later. */
static uint8_t media_of_too_many_of(struct mpe_registry *registry, const struct mpe_part *part)
{
    const uint8_t media = media_of_too_many(registry);
    if (media == MPE_MEDIA_NONE || part->shared == NULL)
        return media;
    mpe_latest_find(registry);
    return mpe_latest_media(registry, part);
}

uint8_t mpe_parts_contest(struct mpe_registry *registry, struct mpe_part *part, int64_t now_us)
{
    int at = 0;
    if ((mpe_part_signals(part) & MPE_PART_CONTESTED) == 0)
        return MPE_MEDIA_NONE;
    mpe_sums_add_excess(registry, now_us);
    take_over(registry, part, now_us);
    mpe_sums_judge(registry);
    const uint8_t media = media_of_too_many_of(registry, part);
    if (media != MPE_MEDIA_NONE && namesake(part, &at) != NULL && !is_any_heard(part))
        return MPE_MEDIA_NONE;
    mpe_part_unsignal(part, MPE_PART_CONTESTED);
    return media;
}

int64_t mpe_parts_contest_end_us(struct mpe_registry *registry, const struct mpe_part *part)
{
    int64_t end_us = INT64_MAX;
    struct mpe_part *other;
    for (int at = 0; (other = namesake(part, &at)) != NULL;)
        end_us = earlier(end_us, takeover_from_us(registry, other));
    return end_us;
}

/* ---- tracks ---- */

/* The track has this quality, or none, from now on; NULL in the end where there is no memory. */
static void put_quality(struct mpe_registry *registry, struct mpe_part *part, struct mpe_entry *entry,
                        const struct mpe_quality_key *key, bool *is_new)
{
    struct mpe_quality *const old = entry->quality;
    *is_new = false;
    mpe_sums_add_redundant(registry, part->name, -1);
    entry->quality = key != NULL ? mpe_registry_hold(registry, key, part->is_remote, is_new) : NULL;
    if (old != NULL)
        mpe_registry_release(registry, old, part->is_remote);
    mpe_sums_add_redundant(registry, part->name, 1);
    if (part->shared != NULL && !part->is_remote && entry->quality != old)
        part->shared->quality_came_us = MPE_RANK_NOT_SHARED;
}

bool mpe_parts_hold(struct mpe_registry *registry, struct mpe_part *part, uint16_t index,
                    const struct mpe_quality_key *key, int64_t now_us, bool *is_new)
{
    *is_new = false;
    if (!reserve_entry(registry, part, index))
        return false;
    mpe_sums_add_excess(registry, now_us);
    enter(registry, part, now_us);
    take_over(registry, part, now_us);
    put_quality(registry, part, &part->entries[index], key, is_new);
    mpe_sums_judge(registry);
    if (*is_new && begin_contest(registry, part, now_us))
        *is_new = false;
    return part->entries[index].quality != NULL;
}

/* ---- parts of other edges ---- */

bool mpe_parts_enter(struct mpe_registry *registry, struct mpe_part *part, uint16_t tracks, bool is_silent,
                     int64_t now_us)
{
    const bool is_reserved = tracks == 0 || reserve_entry(registry, part, (uint16_t)(tracks - 1));
    if (is_reserved && enter(registry, part, now_us) && !is_silent)
        take_over(registry, part, now_us);
    return is_reserved;
}

bool mpe_parts_put(struct mpe_registry *registry, struct mpe_part *part, uint16_t index,
                   const struct mpe_quality_key *key, const struct mpe_entry *rates)
{
    struct mpe_entry *const entry = &part->entries[index];
    bool is_new;
    put_quality(registry, part, entry, key, &is_new);
    mpe_sums_add_redundant(registry, part->name, -1);
    mpe_sums_set_rates(registry, part, entry, rates->measured_bps, rates->declared_bps);
    mpe_sums_add_redundant(registry, part->name, 1);
    return entry->quality != NULL || key == NULL;
}

void mpe_parts_judge(struct mpe_registry *registry, int64_t now_us)
{
    struct mpe_part *part;
    mpe_sums_judge(registry);
    if (media_of_too_many(registry) == MPE_MEDIA_NONE)
        return;
    mpe_latest_find(registry);
    DL_FOREACH(registry->parts, part)
    {
        const bool is_looked_at = part->is_remote || (mpe_part_signals(part) & MPE_PART_CONTESTED) != 0;
        if (!is_looked_at && mpe_latest_media(registry, part) != MPE_MEDIA_NONE)
            contest(part, now_us);
    }
}

/* ---- rates, and leaving ---- */

bool mpe_parts_rates(struct mpe_registry *registry, struct mpe_part *part, uint16_t index, int64_t measured,
                     int64_t declared, int64_t now_us)
{
    const bool is_out = (mpe_part_signals(part) & MPE_PART_OUT) != 0;
    if (is_out || (index >= part->entry_count && measured == 0 && declared == 0))
        return true;
    if (!reserve_entry(registry, part, index))
        return false;
    mpe_sums_add_excess(registry, now_us);
    enter(registry, part, now_us);
    mpe_sums_add_redundant(registry, part->name, -1);
    mpe_sums_set_rates(registry, part, &part->entries[index], measured, declared);
    mpe_sums_add_redundant(registry, part->name, 1);
    mpe_sums_judge(registry);
    return true;
}

void mpe_parts_drop(struct mpe_registry *registry, struct mpe_part *part, uint16_t index)
{
    if (index >= part->entry_count)
        return;
    mpe_sums_add_redundant(registry, part->name, -1);
    clear_entry(registry, part, &part->entries[index]);
    mpe_sums_add_redundant(registry, part->name, 1);
    mpe_sums_judge(registry);
}

void mpe_parts_remove(struct mpe_registry *registry, struct mpe_part *part)
{
    mpe_parts_take_out(registry, part);
    release_name(registry, part->name);
    mpe_mem_free(&registry->mem, part->entries);
    part->name = NULL;
    part->entries = NULL;
    part->entry_count = 0;
}

void mpe_parts_leave(struct mpe_registry *registry, struct mpe_part *part)
{
    mpe_parts_remove(registry, part);
    mpe_sums_judge(registry);
}

/* ---- time and limits ---- */

void mpe_parts_pass_time(struct mpe_registry *registry, int64_t now_us)
{
    struct mpe_part *part, *next;
    mpe_sums_add_excess(registry, now_us);
    if (!mpe_sums_is_over(registry))
        return;
    DL_FOREACH_SAFE(registry->parts, part, next)
    {
        if (now_us >= mpe_part_gone_from_us(part, registry->limits))
            mpe_parts_out(registry, part);
    }
}

void mpe_parts_limit(struct mpe_registry *registry, const struct mpe_limits *limits)
{
    registry->limits = limits;
    mpe_sums_judge(registry);
}
