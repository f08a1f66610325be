/* The sums of a channel: which sessions are part of them, and which of these came last. */
#include "channel/parts.h"

#include <string.h>
#include <utlist.h>

#include "channel/hash.h"
#include "channel/name.h"
#include "mpe.h"

/* So many sessions of one stream name are looked at: more add up like any others. */
#define NAMESAKES 4

/* Sums and differences of rates and times that are multiplied: 10^12 bit/s for 1000 s. */
#define MOST_BPS 1000000000000
#define MOST_US  1000000000

struct mpe_stream_name {
    struct mpe_part *parts[NAMESAKES]; /* that are in the sums, in the order in which they came; NULL after the last */
    int64_t holders;
    int64_t contested_us; /* caller's time when one of them brought one quality too many */
    UT_hash_handle hh;
    uint8_t text[];
};

static void give_signal(struct mpe_part *part, unsigned signal)
{
    atomic_fetch_or_explicit(&part->signals, (uint8_t)signal, memory_order_relaxed);
}

static void take_signal(struct mpe_part *part, unsigned signal)
{
    atomic_fetch_and_explicit(&part->signals, (uint8_t)~signal, memory_order_relaxed);
}

/* ---- redundant pushes: of two sessions of one name with the same quality, the higher rate counts ---- */

static const struct mpe_entry *entry_of(const struct mpe_part *part, const struct mpe_quality *quality)
{
    for (uint16_t i = 0; i < part->entry_count; i++) {
        if (part->entries[i].quality != NULL && mpe_quality_is_same(part->entries[i].quality, quality))
            return &part->entries[i];
    }
    return NULL;
}

/* The entry that this one is the second push of, or NULL: it is the first, a third, or has no stream name. */
static const struct mpe_entry *first_push(const struct mpe_part *part, const struct mpe_entry *entry)
{
    const struct mpe_entry *first = NULL;
    int pushes = 0, i = 0;
    if (part->name == NULL || entry->quality == NULL)
        return NULL;
    for (; i < NAMESAKES && part->name->parts[i] != NULL && part->name->parts[i] != part; i++) {
        const struct mpe_entry *const push = entry_of(part->name->parts[i], entry->quality);
        pushes += push != NULL;
        first = first == NULL ? push : first;
    }
    return pushes == 1 && i < NAMESAKES && part->name->parts[i] == part ? first : NULL;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What is there twice of a stream name is added to the sum of that, or taken from it. */
static void add_redundant(struct mpe_registry *registry, const struct mpe_stream_name *name, int sign)
{
    for (int i = 1; name != NULL && i < NAMESAKES && name->parts[i] != NULL; i++) {
        const struct mpe_part *const part = name->parts[i];
        for (uint16_t k = 0; k < part->entry_count; k++) {
            const struct mpe_entry *const entry = &part->entries[k];
            const struct mpe_entry *const first = first_push(part, entry);
            if (first == NULL)
                continue;
            registry->redundant.measured_bps += sign * smaller(first->measured_bps, entry->measured_bps);
            registry->redundant.declared_bps += sign * smaller(first->declared_bps, entry->declared_bps);
        }
    }
}

/* ---- the sum over time ---- */

static int64_t measured_bps(const struct mpe_registry *registry)
{
    return registry->sums.measured_bps - (registry->limits->sum_redundant ? 0 : registry->redundant.measured_bps);
}

static int64_t declared_bps(const struct mpe_registry *registry)
{
    return registry->sums.declared_bps - (registry->limits->sum_redundant ? 0 : registry->redundant.declared_bps);
}

/* INT64_MAX: no limit. */
static int64_t highest_bps(const struct mpe_limits *limits)
{
    const int64_t max_bps = limits->max_bitrate_bps;
    return max_bps != 0 ? max_bps + max_bps / 100 * limits->bitrate_tolerance_percent : INT64_MAX;
}

/* How far the sum is above the limit; below it where that is negative. */
static int64_t above_bps(const struct mpe_registry *registry)
{
    const int64_t max_bps = registry->limits->max_bitrate_bps;
    const int64_t above = max_bps != 0 ? measured_bps(registry) - max_bps : -MOST_BPS;
    return above > MOST_BPS ? MOST_BPS : above < -MOST_BPS ? -MOST_BPS : above;
}

static int64_t bits_in(int64_t bps, int64_t time_us)
{
    return bps / 1000 * time_us / 1000 + bps % 1000 * time_us / 1000000;
}

static int64_t most_excess_bits(const struct mpe_limits *limits)
{
    return limits->max_bitrate_bps * MPE_EXCESS_S;
}

/* More than twice what is too much is not added up, so that it is over soon after the sum is. */
static void set_excess(struct mpe_registry *registry, int64_t bits)
{
    const int64_t most_bits = 2 * most_excess_bits(registry->limits);
    registry->excess_bits = bits < 0 ? 0 : smaller(bits, most_bits);
}

/* Adds up to now what was above the limit, before the sum changes. */
static void add_excess(struct mpe_registry *registry, int64_t now_us)
{
    const int64_t since_us = registry->has_time ? now_us - registry->excess_us : 0;
    if (since_us > 0)
        set_excess(registry, registry->excess_bits + bits_in(above_bps(registry), smaller(since_us, MOST_US)));
    if (since_us > 0 || !registry->has_time)
        registry->excess_us = now_us;
    registry->has_time = true;
}

/* By more than what is tolerated. */
static bool is_measured_too_high(const struct mpe_registry *registry)
{
    return measured_bps(registry) > highest_bps(registry->limits);
}

static bool is_declared_too_high(const struct mpe_registry *registry)
{
    return registry->limits->trust_declared_bitrate && declared_bps(registry) > highest_bps(registry->limits);
}

/* ---- who came last ---- */

/* Would the sum, or what is left of it when others go, be lower without it? */
static bool adds_up(const struct mpe_registry *registry, const struct mpe_part *part)
{
    const bool trusts_declared = registry->limits->trust_declared_bitrate;
    for (uint16_t i = 0; i < part->entry_count; i++) {
        const struct mpe_entry *const entry = &part->entries[i];
        const struct mpe_entry *const first = registry->limits->sum_redundant ? NULL : first_push(part, entry);
        if (entry->measured_bps > (first != NULL ? first->measured_bps : 0) ||
            (trusts_declared && entry->declared_bps > (first != NULL ? first->declared_bps : 0)))
            return true;
    }
    return false;
}

static struct mpe_part *find_last(const struct mpe_registry *registry)
{
    struct mpe_part *part = registry->parts != NULL ? registry->parts->prev : NULL;
    while (part != NULL && !adds_up(registry, part))
        part = part != registry->parts ? part->prev : NULL;
    return part;
}

static void signal_last(struct mpe_registry *registry)
{
    const bool is_too_high = is_measured_too_high(registry) || is_declared_too_high(registry);
    struct mpe_part *const last = is_too_high ? find_last(registry) : NULL;
    if (last == registry->last)
        return;
    if (registry->last != NULL)
        take_signal(registry->last, MPE_PART_LAST);
    if (last != NULL)
        give_signal(last, MPE_PART_LAST);
    registry->last = last;
}

/*
 * The sum has changed. Each rate in it is the least average that its track had since any moment of a window or more
 * ago: as much was above the limit for a window already.
 */
static void judge_sum(struct mpe_registry *registry)
{
    const int64_t for_a_window_bits = bits_in(above_bps(registry), registry->limits->bitrate_window_us);
    set_excess(registry, for_a_window_bits > registry->excess_bits ? for_a_window_bits : registry->excess_bits);
    signal_last(registry);
}

/* ---- parts ---- */

static void set_rates(struct mpe_registry *registry, struct mpe_entry *entry, int64_t measured, int64_t declared)
{
    registry->sums.measured_bps += measured - entry->measured_bps;
    registry->sums.declared_bps += declared - entry->declared_bps;
    entry->measured_bps = measured;
    entry->declared_bps = declared;
}

static void clear_entry(struct mpe_registry *registry, struct mpe_entry *entry)
{
    set_rates(registry, entry, 0, 0);
    if (entry->quality != NULL)
        mpe_registry_release(registry, entry->quality);
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

static void take_place(struct mpe_part *part)
{
    int i = 0;
    while (part->name != NULL && i < NAMESAKES && part->name->parts[i] != NULL)
        i++;
    if (part->name != NULL && i < NAMESAKES)
        part->name->parts[i] = part;
}

static void give_place(struct mpe_part *part)
{
    int kept = 0;
    for (int i = 0; part->name != NULL && i < NAMESAKES; i++) {
        struct mpe_part *const other = part->name->parts[i];
        part->name->parts[i] = NULL;
        if (other != part)
            part->name->parts[kept++] = other;
    }
}

static void enter(struct mpe_registry *registry, struct mpe_part *part, int64_t now_us)
{
    if (part->is_in)
        return;
    part->is_in = true;
    mpe_part_hear(part, now_us);
    DL_APPEND(registry->parts, part);
    registry->part_count++;
    take_place(part);
    take_signal(part, MPE_PART_OUT);
}

void mpe_parts_out(struct mpe_registry *registry, struct mpe_part *part)
{
    if (!part->is_in)
        return;
    add_redundant(registry, part->name, -1);
    for (uint16_t i = 0; i < part->entry_count; i++)
        clear_entry(registry, &part->entries[i]);
    give_place(part);
    add_redundant(registry, part->name, 1);
    DL_DELETE(registry->parts, part);
    registry->part_count--;
    part->is_in = false;
    take_signal(part, MPE_PART_CONTESTED);
    give_signal(part, MPE_PART_OUT);
    if (part == registry->last)
        registry->excess_bits = 0; /* it was the one that went */
    judge_sum(registry);
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
    add_redundant(registry, old, -1);
    give_place(part);
    add_redundant(registry, old, 1);
    add_redundant(registry, name, -1);
    part->name = name;
    if (part->is_in)
        take_place(part);
    add_redundant(registry, name, 1);
    release_name(registry, old);
    judge_sum(registry);
}

bool mpe_parts_name(struct mpe_registry *registry, struct mpe_part *part, struct mpe_span whole)
{
    const struct mpe_span name = mpe_name_without_query(whole);
    const bool is_known = name.len > 0 && name.len < MPE_NAME_BYTES;
    struct mpe_stream_name *const held = is_known ? hold_name(registry, name) : NULL;
    rename_part(registry, part, held);
    return held != NULL || !is_known;
}

/* ---- takeovers ---- */

/* Another session of its stream name that is in the sums, or NULL. */
static struct mpe_part *namesake(const struct mpe_part *part, int *at)
{
    while (part->name != NULL && *at < NAMESAKES && part->name->parts[*at] != NULL) {
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

/* Namesakes that have been silent for long enough go. */
static void take_over(struct mpe_registry *registry, const struct mpe_part *part, int64_t now_us)
{
    struct mpe_part *other;
    for (int at = 0; (other = namesake(part, &at)) != NULL;) {
        if (now_us < takeover_from_us(registry, other))
            continue;
        mpe_parts_out(registry, other);
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

/* One quality too many is a matter of the namesakes that may be silent. */
static bool begin_contest(struct mpe_registry *registry, struct mpe_part *part, int64_t now_us)
{
    int at = 0;
    if (media_of_too_many(registry) == MPE_MEDIA_NONE || namesake(part, &at) == NULL)
        return false;
    part->name->contested_us = now_us;
    give_signal(part, MPE_PART_CONTESTED);
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

uint8_t mpe_parts_contest(struct mpe_registry *registry, struct mpe_part *part, int64_t now_us)
{
    int at = 0;
    if ((mpe_part_signals(part) & MPE_PART_CONTESTED) == 0)
        return MPE_MEDIA_NONE;
    add_excess(registry, now_us);
    take_over(registry, part, now_us);
    const uint8_t media = media_of_too_many(registry);
    if (media != MPE_MEDIA_NONE && namesake(part, &at) != NULL && !is_any_heard(part))
        return MPE_MEDIA_NONE;
    take_signal(part, MPE_PART_CONTESTED);
    return media;
}

int64_t mpe_parts_contest_end_us(struct mpe_registry *registry, const struct mpe_part *part)
{
    int64_t end_us = INT64_MAX;
    struct mpe_part *other;
    for (int at = 0; (other = namesake(part, &at)) != NULL;)
        end_us = smaller(end_us, takeover_from_us(registry, other));
    return end_us;
}

/* ---- tracks ---- */

bool mpe_parts_hold(struct mpe_registry *registry, struct mpe_part *part, uint16_t index,
                    const struct mpe_quality_key *key, int64_t now_us, bool *is_new)
{
    *is_new = false;
    if (!reserve_entry(registry, part, index))
        return false;
    add_excess(registry, now_us);
    enter(registry, part, now_us);
    take_over(registry, part, now_us);
    struct mpe_entry *const entry = &part->entries[index];
    struct mpe_quality *const old = entry->quality;
    add_redundant(registry, part->name, -1);
    entry->quality = mpe_registry_hold(registry, key, is_new);
    if (old != NULL)
        mpe_registry_release(registry, old);
    add_redundant(registry, part->name, 1);
    judge_sum(registry);
    if (*is_new && begin_contest(registry, part, now_us))
        *is_new = false;
    return entry->quality != NULL;
}

bool mpe_parts_rates(struct mpe_registry *registry, struct mpe_part *part, uint16_t index, int64_t measured,
                     int64_t declared, int64_t now_us)
{
    const bool is_out = (mpe_part_signals(part) & MPE_PART_OUT) != 0;
    if (is_out || (index >= part->entry_count && measured == 0 && declared == 0))
        return true;
    if (!reserve_entry(registry, part, index))
        return false;
    add_excess(registry, now_us);
    enter(registry, part, now_us);
    add_redundant(registry, part->name, -1);
    set_rates(registry, &part->entries[index], measured, declared);
    add_redundant(registry, part->name, 1);
    judge_sum(registry);
    return true;
}

void mpe_parts_drop(struct mpe_registry *registry, struct mpe_part *part, uint16_t index)
{
    if (index >= part->entry_count)
        return;
    add_redundant(registry, part->name, -1);
    clear_entry(registry, &part->entries[index]);
    add_redundant(registry, part->name, 1);
    judge_sum(registry);
}

void mpe_parts_leave(struct mpe_registry *registry, struct mpe_part *part)
{
    mpe_parts_out(registry, part);
    release_name(registry, part->name);
    mpe_mem_free(&registry->mem, part->entries);
    part->name = NULL;
    part->entries = NULL;
    part->entry_count = 0;
}

/* ---- time and limits ---- */

int64_t mpe_parts_gone_from_us(const struct mpe_part *part, const struct mpe_limits *limits)
{
    const int64_t window_us = mpe_part_heard_us(part) + limits->bitrate_window_us;
    const int64_t takeover_us = mpe_part_silent_from_us(part) + limits->takeover_us;
    return (window_us > takeover_us ? window_us : takeover_us) + 1;
}

void mpe_parts_pass_time(struct mpe_registry *registry, int64_t now_us)
{
    struct mpe_part *part, *next;
    add_excess(registry, now_us);
    if (registry->excess_bits <= most_excess_bits(registry->limits) || registry->limits->media_clock)
        return;
    DL_FOREACH_SAFE(registry->parts, part, next)
    {
        if (now_us >= mpe_parts_gone_from_us(part, registry->limits))
            mpe_parts_out(registry, part);
    }
}

int64_t mpe_parts_due_us(const struct mpe_registry *registry)
{
    const int64_t above = above_bps(registry);
    const int64_t left_bits = most_excess_bits(registry->limits) - registry->excess_bits;
    const bool is_too_high = above > 0 && is_measured_too_high(registry);
    if (is_declared_too_high(registry) || (is_too_high && left_bits < 0))
        return registry->excess_us;
    return is_too_high ? registry->excess_us + left_bits / above * 1000000 + left_bits % above * 1000000 / above + 1
                       : INT64_MAX;
}

void mpe_parts_limit(struct mpe_registry *registry, const struct mpe_limits *limits)
{
    registry->limits = limits;
    judge_sum(registry);
}

struct mpe_totals mpe_parts_totals(const struct mpe_registry *registry, const struct mpe_part *part)
{
    const struct mpe_limits *const limits = registry->limits;
    return (struct mpe_totals){.video_qualities = registry->video_qualities,
                               .audio_qualities = registry->audio_qualities,
                               .max_video_qualities = (int32_t)limits->max_video_qualities,
                               .max_audio_qualities = (int32_t)limits->max_audio_qualities,
                               .measured_bps = measured_bps(registry),
                               .declared_bps = declared_bps(registry),
                               .max_bitrate_bps = limits->max_bitrate_bps,
                               .highest_bps = highest_bps(limits),
                               .excess_bits = registry->excess_bits,
                               .trusts_declared = limits->trust_declared_bitrate != 0,
                               .came_last = part != NULL && part == registry->last};
}
