/* The channel as its host sees it: made, set, asked, freed. */
#include "channel/channel.h"

#include <string.h>

#include "channel/fleet.h"
#include "channel/parts.h"
#include "channel/state.h"
#include "channel/sums.h"
#include "limits/actions.h"

static struct mpe_mem mem_of(const mpe_allocator *allocator)
{
    struct mpe_mem mem;

    if (allocator == NULL)
        return mpe_mem_default();
    mem.allocate = allocator->allocate;
    mem.release = allocator->release;
    mem.reallocate = allocator->reallocate;
    mem.user = allocator->user;
    return mem;
}

mpe_status mpe_channel_new(mpe_channel **out, int32_t kind, const mpe_allocator *allocator)
{
    struct mpe_mem mem;
    mpe_channel *channel;

    if (out == NULL)
        return MPE_BAD_OUTPUT;
    *out = NULL;
    if (kind < MPE_ENCODING || kind > MPE_OPEN)
        return MPE_BAD_KIND;
    if (allocator != NULL && allocator->struct_size < sizeof(*allocator))
        return MPE_BAD_STRUCT_SIZE;
    if (allocator != NULL && (allocator->allocate == NULL || allocator->release == NULL))
        return MPE_BAD_PARAM;
    mem = mem_of(allocator);
    channel = mpe_mem_new(&mem, sizeof(*channel));
    if (channel == NULL)
        return MPE_NO_MEMORY;
    channel->policy = mpe_policy_new(&mem, kind);
    if (channel->policy == NULL || pthread_mutex_init(&channel->mutex, NULL) != 0) {
        mpe_mem_free(&mem, channel->policy);
        mpe_mem_free(&mem, channel);
        return MPE_NO_MEMORY;
    }
    channel->mem = mem;
    channel->kind = kind;
    channel->references = 1;
    channel->registry.mem = mem;
    mpe_parts_limit(&channel->registry, &channel->policy->limits);
    *out = channel;
    return MPE_OK;
}

static void destroy(mpe_channel *channel)
{
    struct mpe_mem mem = channel->mem;

    mpe_fleet_free(channel);
    mpe_policy_release(&mem, channel->policy);
    mpe_mem_free(&mem, channel->networks);
    pthread_mutex_destroy(&channel->mutex);
    mpe_mem_free(&mem, channel);
}

void mpe_channel_release(mpe_channel *channel)
{
    bool is_last;

    pthread_mutex_lock(&channel->mutex);
    is_last = --channel->references == 0;
    pthread_mutex_unlock(&channel->mutex);
    if (is_last)
        destroy(channel);
}

void mpe_channel_free(mpe_channel *channel)
{
    if (channel != NULL)
        mpe_channel_release(channel);
}

/* Under the mutex: a policy to be changed; those of open sessions stay as they are. false: no memory. */
static bool own_policy(mpe_channel *channel)
{
    const bool is_owned = mpe_policy_own(&channel->mem, &channel->policy);
    channel->registry.limits = &channel->policy->limits;
    return is_owned;
}

mpe_status mpe_channel_set(mpe_channel *channel, int32_t param, int64_t value)
{
    int64_t min, max;
    mpe_status status = MPE_NO_MEMORY;

    if (channel == NULL)
        return MPE_BAD_CHANNEL;
    if (mpe_param_bounds(param, channel->kind, &min, &max, NULL) != MPE_OK)
        return MPE_BAD_PARAM;
    if (value < min || value > max)
        return MPE_BAD_VALUE;
    pthread_mutex_lock(&channel->mutex);
    if (own_policy(channel)) {
        *mpe_limits_field(&channel->policy->limits, param) = value;
        mpe_parts_limit(&channel->registry, &channel->policy->limits);
        status = MPE_OK;
    }
    pthread_mutex_unlock(&channel->mutex);
    return status;
}

/* Locking does not change what the caller sees. */
static pthread_mutex_t *mutex_of(const mpe_channel *channel)
{
    return (pthread_mutex_t *)&channel->mutex;
}

mpe_status mpe_channel_get(const mpe_channel *channel, int32_t param, int64_t *value)
{
    struct mpe_limits limits;
    const int64_t *field;

    if (channel == NULL)
        return MPE_BAD_CHANNEL;
    pthread_mutex_lock(mutex_of(channel));
    limits = channel->policy->limits;
    pthread_mutex_unlock(mutex_of(channel));
    field = mpe_limits_field(&limits, param);
    if (field == NULL)
        return MPE_BAD_PARAM;
    if (value == NULL)
        return MPE_BAD_OUTPUT;
    *value = *field;
    return MPE_OK;
}

mpe_status mpe_channel_set_action(mpe_channel *channel, int32_t code, int32_t action)
{
    mpe_status status = MPE_NO_MEMORY;

    if (channel == NULL)
        return MPE_BAD_CHANNEL;
    pthread_mutex_lock(&channel->mutex);
    if (own_policy(channel))
        status = mpe_limits_set_action(&channel->policy->limits, code, action);
    pthread_mutex_unlock(&channel->mutex);
    return status;
}

mpe_status mpe_channel_get_action(const mpe_channel *channel, int32_t code, int32_t *action)
{
    if (channel == NULL)
        return MPE_BAD_CHANNEL;
    if (!mpe_limits_has_action(code))
        return MPE_BAD_CODE;
    if (action == NULL)
        return MPE_BAD_OUTPUT;
    pthread_mutex_lock(mutex_of(channel));
    *action = mpe_limits_action(&channel->policy->limits, code);
    pthread_mutex_unlock(mutex_of(channel));
    return MPE_OK;
}

mpe_status mpe_channel_set_text(mpe_channel *channel, int32_t which, const char *text)
{
    mpe_status status = MPE_NO_MEMORY;

    if (channel == NULL)
        return MPE_BAD_CHANNEL;
    if (which < 1 || which > MPE_TEXT_COUNT)
        return MPE_BAD_PARAM;
    pthread_mutex_lock(&channel->mutex);
    if (own_policy(channel))
        status = mpe_policy_set_text(&channel->mem, channel->policy, which, text);
    pthread_mutex_unlock(&channel->mutex);
    return status;
}

/* Makes room for one more network. Under the mutex. */
static bool reserve_network(mpe_channel *channel)
{
    size_t capacity = channel->network_capacity > 0 ? channel->network_capacity * 2 : 4;
    struct mpe_network *networks;

    if (channel->network_count < channel->network_capacity)
        return true;
    networks = mpe_mem_grow(&channel->mem, channel->networks, channel->network_count * sizeof(*networks),
                            capacity * sizeof(*networks));
    if (networks == NULL)
        return false;
    channel->networks = networks;
    channel->network_capacity = capacity;
    return true;
}

mpe_status mpe_channel_allow(mpe_channel *channel, const char *entry)
{
    struct mpe_network network;
    mpe_status status = MPE_OK;

    if (channel == NULL)
        return MPE_BAD_CHANNEL;
    if (entry != NULL && !mpe_network_parse(&network, entry))
        return MPE_BAD_ADDRESS;
    pthread_mutex_lock(&channel->mutex);
    if (entry != NULL && !reserve_network(channel))
        status = MPE_NO_MEMORY;
    else if (entry != NULL)
        channel->networks[channel->network_count++] = network;
    if (status == MPE_OK)
        channel->has_allow_list = true;
    pthread_mutex_unlock(&channel->mutex);
    return status;
}

/* Under the mutex: the entries that are network. How many there were. */
static size_t remove_network(mpe_channel *channel, const struct mpe_network *network)
{
    const size_t count = channel->network_count;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (memcmp(&channel->networks[i], network, sizeof(*network)) != 0)
            channel->networks[kept++] = channel->networks[i];
    }
    channel->network_count = kept;
    return count - kept;
}

mpe_status mpe_channel_disallow(mpe_channel *channel, const char *entry)
{
    struct mpe_network network;
    mpe_status status = MPE_OK;

    if (channel == NULL)
        return MPE_BAD_CHANNEL;
    if (entry != NULL && !mpe_network_parse(&network, entry))
        return MPE_BAD_ADDRESS;
    pthread_mutex_lock(&channel->mutex);
    if (entry == NULL) {
        channel->network_count = 0;
        channel->has_allow_list = false;
    } else if (remove_network(channel, &network) == 0) {
        status = MPE_BAD_INDEX;
    }
    pthread_mutex_unlock(&channel->mutex);
    return status;
}

/* Under the mutex. */
static mpe_channel_sums sums_of(const mpe_channel *channel)
{
    const struct mpe_totals totals = mpe_sums_totals(&channel->registry, NULL);
    return (mpe_channel_sums){.struct_size = sizeof(mpe_channel_sums),
                              .kind = channel->kind,
                              .sessions = channel->sessions,
                              .active_sessions = channel->registry.part_count - channel->registry.remote.parts,
                              .video_qualities = totals.video_qualities,
                              .audio_qualities = totals.audio_qualities,
                              .max_video_qualities = totals.max_video_qualities,
                              .max_audio_qualities = totals.max_audio_qualities,
                              .measured_bps = totals.measured_bps,
                              .declared_bps = totals.declared_bps,
                              .max_bitrate_bps = totals.max_bitrate_bps,
                              .excess_bits = totals.excess_bits,
                              .edges = totals.remote.edges,
                              .remote_sessions = channel->registry.remote.parts,
                              .remote_measured_bps = totals.remote.measured_bps,
                              .remote_declared_bps = totals.remote.declared_bps,
                              .oldest_us = totals.remote.oldest_us};
}

mpe_status mpe_channel_totals(const mpe_channel *channel, mpe_channel_sums *sums)
{
    if (channel == NULL)
        return MPE_BAD_CHANNEL;
    if (sums == NULL)
        return MPE_BAD_OUTPUT;
    if (sums->struct_size < sizeof(*sums))
        return MPE_BAD_STRUCT_SIZE;
    pthread_mutex_lock(mutex_of(channel));
    *sums = sums_of(channel);
    pthread_mutex_unlock(mutex_of(channel));
    return MPE_OK;
}
