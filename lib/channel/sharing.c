/* The channel as its sessions see it: each call is one visit under its mutex. */
#include <string.h>

#include "channel/fleet.h"
#include "channel/name.h"
#include "channel/parts.h"
#include "channel/state.h"
#include "channel/sums.h"

void mpe_channel_retain(mpe_channel *channel)
{
    pthread_mutex_lock(&channel->mutex);
    channel->references++;
    pthread_mutex_unlock(&channel->mutex);
}

const struct mpe_mem *mpe_channel_mem(const mpe_channel *channel)
{
    return &channel->mem;
}

int32_t mpe_channel_kind_of(const mpe_channel *channel)
{
    return channel->kind;
}

const struct mpe_policy *mpe_channel_hold_policy(mpe_channel *channel)
{
    pthread_mutex_lock(&channel->mutex);
    struct mpe_policy *const policy = channel->policy;
    policy->holders++;
    channel->sessions++;
    pthread_mutex_unlock(&channel->mutex);
    return policy;
}

void mpe_channel_release_policy(mpe_channel *channel, const struct mpe_policy *policy)
{
    pthread_mutex_lock(&channel->mutex);
    mpe_policy_release(&channel->mem, (struct mpe_policy *)policy); /* who held it only read it */
    channel->sessions--;
    pthread_mutex_unlock(&channel->mutex);
}

uint64_t mpe_channel_next_serial(mpe_channel *channel)
{
    pthread_mutex_lock(&channel->mutex);
    const uint64_t serial = ++channel->sessions_made;
    pthread_mutex_unlock(&channel->mutex);
    return serial;
}

static enum mpe_match match_list(const mpe_channel *channel, const struct mpe_peer *peer)
{
    if (!channel->has_allow_list)
        return MPE_MATCH_NOT_CHECKED;
    if (!peer->known)
        return MPE_MATCH_MISSING;
    for (size_t i = 0; i < channel->network_count; i++)
        if (mpe_network_holds(&channel->networks[i], &peer->address))
            return MPE_MATCH_YES;
    return MPE_MATCH_NO;
}

enum mpe_match mpe_channel_match_peer(mpe_channel *channel, const struct mpe_peer *peer)
{
    pthread_mutex_lock(&channel->mutex);
    const enum mpe_match match = match_list(channel, peer);
    pthread_mutex_unlock(&channel->mutex);
    return match;
}

static struct mpe_span id_of(const mpe_channel *channel, const char *id, struct mpe_digest *digest)
{
    return mpe_fleet_name(channel, MPE_DIGEST_SESSION_ID, (struct mpe_span){(const uint8_t *)id, strlen(id)}, digest);
}

bool mpe_channel_join(mpe_channel *channel, const char *id, bool *taken)
{
    struct mpe_digest digest;
    pthread_mutex_lock(&channel->mutex);
    const struct mpe_span text = id_of(channel, id, &digest);
    *taken = mpe_fleet_has_id(channel, text);
    const bool has_joined = !*taken && mpe_registry_join(&channel->registry, text, taken);
    mpe_fleet_touch(channel);
    pthread_mutex_unlock(&channel->mutex);
    return has_joined;
}

void mpe_channel_own(mpe_channel *channel, const char *id, struct mpe_part *part)
{
    struct mpe_digest digest;
    pthread_mutex_lock(&channel->mutex);
    mpe_registry_member(&channel->registry, id_of(channel, id, &digest))->part = part;
    pthread_mutex_unlock(&channel->mutex);
}

void mpe_channel_leave(mpe_channel *channel, const char *id)
{
    struct mpe_digest digest;
    pthread_mutex_lock(&channel->mutex);
    mpe_registry_leave(&channel->registry, id_of(channel, id, &digest));
    mpe_fleet_touch(channel);
    pthread_mutex_unlock(&channel->mutex);
}

void mpe_channel_note_sent(mpe_channel *channel, const struct mpe_sent *sent)
{
    pthread_mutex_lock(&channel->mutex);
    mpe_registry_note_sent(&channel->registry, sent);
    pthread_mutex_unlock(&channel->mutex);
}

bool mpe_channel_find_sent(mpe_channel *channel, const struct mpe_quality_key *key, int64_t track_id,
                           struct mpe_sent *sent)
{
    pthread_mutex_lock(&channel->mutex);
    const struct mpe_sent *const known = mpe_registry_find_sent(&channel->registry, key, track_id);
    if (known != NULL)
        *sent = *known;
    pthread_mutex_unlock(&channel->mutex);
    return known != NULL;
}

/* What is published, without its query: none, where it is too long to be compared. */
static struct mpe_span name_of(struct mpe_span whole)
{
    const struct mpe_span name = mpe_name_without_query(whole);
    return (struct mpe_span){name.bytes, name.len < MPE_NAME_BYTES ? name.len : 0};
}

bool mpe_channel_name(mpe_channel *channel, struct mpe_part *part, struct mpe_span whole)
{
    struct mpe_digest digest;
    pthread_mutex_lock(&channel->mutex);
    const struct mpe_span name = mpe_fleet_name(channel, MPE_DIGEST_NAME, name_of(whole), &digest);
    const bool is_named = mpe_parts_name(&channel->registry, part, name);
    mpe_fleet_touch(channel);
    pthread_mutex_unlock(&channel->mutex);
    return is_named;
}

bool mpe_channel_hold(mpe_channel *channel, struct mpe_part *part, uint16_t index, const struct mpe_quality_key *key,
                      int64_t now_us, bool *is_new, struct mpe_totals *totals)
{
    pthread_mutex_lock(&channel->mutex);
    const struct mpe_quality_key quality = mpe_fleet_quality(channel, key);
    mpe_fleet_pass_time(channel, now_us);
    const bool is_held =
        mpe_fleet_admit(channel, part) && mpe_parts_hold(&channel->registry, part, index, &quality, now_us, is_new);
    *totals = mpe_sums_totals(&channel->registry, part);
    mpe_fleet_touch(channel);
    pthread_mutex_unlock(&channel->mutex);
    return is_held;
}

bool mpe_channel_rates(mpe_channel *channel, struct mpe_part *part, uint16_t index, const struct mpe_entry *rates,
                       int64_t now_us, struct mpe_totals *totals)
{
    pthread_mutex_lock(&channel->mutex);
    mpe_fleet_pass_time(channel, now_us);
    const bool is_set =
        mpe_fleet_admit(channel, part) &&
        mpe_parts_rates(&channel->registry, part, index, rates->measured_bps, rates->declared_bps, now_us);
    *totals = mpe_sums_totals(&channel->registry, part);
    mpe_fleet_touch_rates(channel);
    pthread_mutex_unlock(&channel->mutex);
    return is_set;
}

void mpe_channel_drop(mpe_channel *channel, struct mpe_part *part, uint16_t index)
{
    pthread_mutex_lock(&channel->mutex);
    mpe_parts_drop(&channel->registry, part, index);
    mpe_fleet_touch(channel);
    pthread_mutex_unlock(&channel->mutex);
}

void mpe_channel_part_out(mpe_channel *channel, struct mpe_part *part)
{
    pthread_mutex_lock(&channel->mutex);
    mpe_parts_out(&channel->registry, part);
    mpe_fleet_touch(channel);
    pthread_mutex_unlock(&channel->mutex);
}

void mpe_channel_part_leave(mpe_channel *channel, struct mpe_part *part)
{
    pthread_mutex_lock(&channel->mutex);
    mpe_parts_leave(&channel->registry, part);
    mpe_fleet_dismiss(channel, part);
    mpe_fleet_touch(channel);
    pthread_mutex_unlock(&channel->mutex);
}

uint8_t mpe_channel_pass_time(mpe_channel *channel, struct mpe_part *part, int64_t now_us, struct mpe_totals *totals)
{
    pthread_mutex_lock(&channel->mutex);
    mpe_fleet_pass_time(channel, now_us);
    const uint8_t media = mpe_parts_contest(&channel->registry, part, now_us);
    mpe_parts_pass_time(&channel->registry, now_us);
    *totals = mpe_sums_totals(&channel->registry, part);
    pthread_mutex_unlock(&channel->mutex);
    return media;
}

int64_t mpe_channel_due_us(mpe_channel *channel, const struct mpe_part *part)
{
    const unsigned signals = mpe_part_signals(part);
    int64_t due_us = INT64_MAX;
    if ((signals & (MPE_PART_LAST | MPE_PART_CONTESTED)) == 0)
        return due_us;
    pthread_mutex_lock(&channel->mutex);
    if ((signals & MPE_PART_CONTESTED) != 0)
        due_us = mpe_parts_contest_end_us(&channel->registry, part);
    const int64_t sum_due_us = part == channel->registry.last ? mpe_sums_due_us(&channel->registry) : INT64_MAX;
    pthread_mutex_unlock(&channel->mutex);
    return sum_due_us < due_us ? sum_due_us : due_us;
}
