/* The rates of a channel's sessions added up: redundant pushes once, over time, and who of them came last. */
#include "channel/sums.h"

#include <utlist.h>

#include "mpe.h"

/* Sums and differences of rates and times that are multiplied: 10^12 bit/s for 1000 s. */
#define MOST_BPS 1000000000000
#define MOST_US  1000000000

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
    for (; i < MPE_NAMESAKES && part->name->parts[i] != NULL && part->name->parts[i] != part; i++) {
        const struct mpe_entry *const push = entry_of(part->name->parts[i], entry->quality);
        pushes += push != NULL;
        first = first == NULL ? push : first;
    }
    return pushes == 1 && i < MPE_NAMESAKES && part->name->parts[i] == part ? first : NULL;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void mpe_sums_add_redundant(struct mpe_registry *registry, const struct mpe_stream_name *name, int sign)
{
    for (int i = 1; name != NULL && i < MPE_NAMESAKES && name->parts[i] != NULL; i++) {
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

void mpe_sums_add_excess(struct mpe_registry *registry, int64_t now_us)
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
        mpe_part_unsignal(registry->last, MPE_PART_LAST);
    if (last != NULL)
        mpe_part_signal(last, MPE_PART_LAST);
    registry->last = last;
}

void mpe_sums_judge(struct mpe_registry *registry)
{
    const int64_t for_a_window_bits = bits_in(above_bps(registry), registry->limits->bitrate_window_us);
    set_excess(registry, for_a_window_bits > registry->excess_bits ? for_a_window_bits : registry->excess_bits);
    signal_last(registry);
}

void mpe_sums_set_rates(struct mpe_registry *registry, const struct mpe_part *part, struct mpe_entry *entry,
                        int64_t measured, int64_t declared)
{
    const int64_t more_measured_bps = measured - entry->measured_bps;
    const int64_t more_declared_bps = declared - entry->declared_bps;
    registry->sums.measured_bps += more_measured_bps;
    registry->sums.declared_bps += more_declared_bps;
    if (part->is_remote) {
        registry->remote.rates.measured_bps += more_measured_bps;
        registry->remote.rates.declared_bps += more_declared_bps;
    }
    entry->measured_bps = measured;
    entry->declared_bps = declared;
}

bool mpe_sums_is_over(const struct mpe_registry *registry)
{
    return registry->excess_bits > most_excess_bits(registry->limits) && !registry->limits->media_clock;
}

int64_t mpe_sums_due_us(const struct mpe_registry *registry)
{
    const int64_t above = above_bps(registry);
    const int64_t left_bits = most_excess_bits(registry->limits) - registry->excess_bits;
    const bool is_too_high = above > 0 && is_measured_too_high(registry);
    if (is_declared_too_high(registry) || (is_too_high && left_bits < 0))
        return registry->excess_us;
    return is_too_high ? registry->excess_us + left_bits / above * 1000000 + left_bits % above * 1000000 / above + 1
                       : INT64_MAX;
}

/* Rates that are there twice may be those of other edges: no more is remote than the sum is. */
static struct mpe_remote_totals remote_of(const struct mpe_registry *registry)
{
    struct mpe_remote_totals remote = {.edges = registry->remote.edges};
    if (remote.edges == 0)
        return remote;
    remote.video_qualities = registry->remote.video_qualities;
    remote.audio_qualities = registry->remote.audio_qualities;
    remote.measured_bps = smaller(registry->remote.rates.measured_bps, measured_bps(registry));
    remote.declared_bps = smaller(registry->remote.rates.declared_bps, declared_bps(registry));
    remote.oldest_us = registry->remote.oldest_us;
    return remote;
}

struct mpe_totals mpe_sums_totals(const struct mpe_registry *registry, const struct mpe_part *part)
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
                               .came_last = part != NULL && part == registry->last,
                               .remote = remote_of(registry)};
}
