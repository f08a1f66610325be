#include "channel/channel.h"

#include <pthread.h>
#include <string.h>

#include "channel/name.h"
#include "limits/actions.h"

#define TEXT_COUNT 4

struct mpe_channel {
    struct mpe_mem mem;
    pthread_mutex_t mutex; /* guards all that follows it */
    int64_t references;    /* the host's, and one per session */
    uint64_t sessions_made;
    bool has_allow_list;
    size_t network_count;
    size_t network_capacity;
    struct mpe_network *networks;
    struct mpe_registry registry;

    /* Fixed once a session was made, read without the mutex: */
    int32_t kind;
    struct mpe_limits limits;
    char *texts[TEXT_COUNT];
};

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
    struct mpe_limits limits;
    struct mpe_mem mem;
    mpe_channel *channel;

    if (out == NULL)
        return MPE_BAD_OUTPUT;
    *out = NULL;
    if (!mpe_limits_of_kind(&limits, kind))
        return MPE_BAD_KIND;
    if (allocator != NULL && allocator->struct_size < sizeof(*allocator))
        return MPE_BAD_STRUCT_SIZE;
    if (allocator != NULL && (allocator->allocate == NULL || allocator->release == NULL))
        return MPE_BAD_PARAM;
    mem = mem_of(allocator);
    channel = mpe_mem_new(&mem, sizeof *channel);
    if (channel == NULL)
        return MPE_NO_MEMORY;
    if (pthread_mutex_init(&channel->mutex, NULL) != 0) {
        mpe_mem_free(&mem, channel);
        return MPE_NO_MEMORY;
    }
    channel->mem = mem;
    channel->registry.mem = mem;
    channel->references = 1;
    channel->kind = kind;
    channel->limits = limits;
    *out = channel;
    return MPE_OK;
}

static void destroy(mpe_channel *channel)
{
    struct mpe_mem mem = channel->mem;

    for (size_t i = 0; i < TEXT_COUNT; i++)
        mpe_mem_free(&mem, channel->texts[i]);
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

void mpe_channel_retain(mpe_channel *channel)
{
    pthread_mutex_lock(&channel->mutex);
    channel->references++;
    pthread_mutex_unlock(&channel->mutex);
}

uint64_t mpe_channel_next_serial(mpe_channel *channel)
{
    uint64_t serial;

    pthread_mutex_lock(&channel->mutex);
    serial = ++channel->sessions_made;
    pthread_mutex_unlock(&channel->mutex);
    return serial;
}

mpe_status mpe_channel_set(mpe_channel *channel, int32_t param, int64_t value)
{
    int64_t min, max;
    mpe_status status = MPE_OK;

    if (channel == NULL)
        return MPE_BAD_CHANNEL;
    if (mpe_param_bounds(param, channel->kind, &min, &max, NULL) != MPE_OK)
        return MPE_BAD_PARAM;
    if (value < min || value > max)
        return MPE_BAD_VALUE;
    pthread_mutex_lock(&channel->mutex);
    if (channel->sessions_made > 0)
        status = MPE_BAD_STATE;
    else
        *mpe_limits_field(&channel->limits, param) = value;
    pthread_mutex_unlock(&channel->mutex);
    return status;
}

mpe_status mpe_channel_get(const mpe_channel *channel, int32_t param, int64_t *value)
{
    pthread_mutex_t *mutex;
    struct mpe_limits limits;
    const int64_t *field;

    if (channel == NULL)
        return MPE_BAD_CHANNEL;
    mutex = (pthread_mutex_t *)&channel->mutex; /* locking does not change what the caller sees */
    pthread_mutex_lock(mutex);
    limits = channel->limits;
    pthread_mutex_unlock(mutex);
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
    mpe_status status = MPE_BAD_STATE;

    if (channel == NULL)
        return MPE_BAD_CHANNEL;
    pthread_mutex_lock(&channel->mutex);
    struct mpe_limits limits = channel->limits;
    const mpe_status asked = mpe_limits_set_action(&limits, code, action);
    if (asked != MPE_OK)
        status = asked;
    else if (channel->sessions_made == 0) {
        channel->limits = limits;
        status = MPE_OK;
    }
    pthread_mutex_unlock(&channel->mutex);
    return status;
}

mpe_status mpe_channel_get_action(const mpe_channel *channel, int32_t code, int32_t *action)
{
    struct mpe_limits limits;

    if (channel == NULL)
        return MPE_BAD_CHANNEL;
    if (!mpe_limits_has_action(code))
        return MPE_BAD_CODE;
    if (action == NULL)
        return MPE_BAD_OUTPUT;
    pthread_mutex_lock((pthread_mutex_t *)&channel->mutex); /* locking does not change what the caller sees */
    limits = channel->limits;
    pthread_mutex_unlock((pthread_mutex_t *)&channel->mutex);
    *action = mpe_limits_action(&limits, code);
    return MPE_OK;
}

/* *copy is NULL for no text. */
static mpe_status copy_text(const struct mpe_mem *mem, const char *text, char **copy)
{
    size_t len = text != NULL ? strlen(text) : 0;

    *copy = NULL;
    if (len == 0)
        return MPE_OK;
    if (len >= MPE_NAME_BYTES)
        return MPE_BAD_TEXT;
    *copy = mpe_mem_new(mem, len + 1);
    if (*copy == NULL)
        return MPE_NO_MEMORY;
    memcpy(*copy, text, len + 1);
    return MPE_OK;
}

mpe_status mpe_channel_set_text(mpe_channel *channel, int32_t which, const char *text)
{
    mpe_status status;
    char *copy;

    if (channel == NULL)
        return MPE_BAD_CHANNEL;
    if (which < 1 || which > TEXT_COUNT)
        return MPE_BAD_PARAM;
    status = copy_text(&channel->mem, text, &copy);
    if (status != MPE_OK)
        return status;
    pthread_mutex_lock(&channel->mutex);
    if (channel->sessions_made > 0) {
        status = MPE_BAD_STATE;
    } else {
        char *old = channel->texts[which - 1];
        channel->texts[which - 1] = copy;
        copy = old;
    }
    pthread_mutex_unlock(&channel->mutex);
    mpe_mem_free(&channel->mem, copy);
    return status;
}

/* Makes room for one more network. Under the mutex. */
static bool reserve_network(mpe_channel *channel)
{
    size_t capacity = channel->network_capacity > 0 ? channel->network_capacity * 2 : 4;
    struct mpe_network *networks;

    if (channel->network_count < channel->network_capacity)
        return true;
    networks = mpe_mem_grow(&channel->mem, channel->networks, channel->network_count * sizeof *networks,
                            capacity * sizeof *networks);
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

const struct mpe_mem *mpe_channel_mem(const mpe_channel *channel)
{
    return &channel->mem;
}

const struct mpe_limits *mpe_channel_limits(const mpe_channel *channel)
{
    return &channel->limits;
}

int32_t mpe_channel_kind_of(const mpe_channel *channel)
{
    return channel->kind;
}

const char *mpe_channel_text(const mpe_channel *channel, int32_t which)
{
    return channel->texts[which - 1];
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
    enum mpe_match match;

    pthread_mutex_lock(&channel->mutex);
    match = match_list(channel, peer);
    pthread_mutex_unlock(&channel->mutex);
    return match;
}

enum mpe_match mpe_channel_match_text(const mpe_channel *channel, int32_t which, struct mpe_span text)
{
    const char *expected = channel->texts[which - 1];
    struct mpe_span expected_span;
    struct mpe_name a, b;

    if (expected == NULL)
        return MPE_MATCH_NOT_CHECKED;
    expected_span.bytes = (const uint8_t *)expected;
    expected_span.len = strlen(expected);
    if (!mpe_name_normalise(&a, expected_span) || !mpe_name_normalise(&b, text))
        return MPE_MATCH_NO;
    return mpe_name_equal(&a, &b) ? MPE_MATCH_YES : MPE_MATCH_NO;
}

enum mpe_match mpe_channel_match_http_app(const mpe_channel *channel, struct mpe_span app)
{
    static const char prefix[] = "live/";
    uint8_t with_prefix[MPE_NAME_BYTES];
    struct mpe_span longer = {with_prefix, sizeof prefix - 1 + app.len};
    enum mpe_match match = mpe_channel_match_text(channel, MPE_TEXT_APP, app);

    if (match != MPE_MATCH_NO || longer.len > sizeof with_prefix)
        return match;
    memcpy(with_prefix, prefix, sizeof prefix - 1);
    if (app.len > 0)
        memcpy(with_prefix + sizeof prefix - 1, app.bytes, app.len);
    return mpe_channel_match_text(channel, MPE_TEXT_APP, longer);
}

struct mpe_member *mpe_channel_join(mpe_channel *channel, const char *id, bool *taken)
{
    struct mpe_member *member;

    pthread_mutex_lock(&channel->mutex);
    member = mpe_registry_join(&channel->registry, id, taken);
    pthread_mutex_unlock(&channel->mutex);
    return member;
}

void mpe_channel_leave(mpe_channel *channel, struct mpe_member *member)
{
    pthread_mutex_lock(&channel->mutex);
    mpe_registry_leave(&channel->registry, member);
    pthread_mutex_unlock(&channel->mutex);
}

bool mpe_channel_hold_quality(mpe_channel *channel, const struct mpe_quality_key *key, struct mpe_quality **held,
                              struct mpe_totals *totals, bool *is_new)
{
    struct mpe_quality *old = *held;

    pthread_mutex_lock(&channel->mutex);
    *held = mpe_registry_hold(&channel->registry, key, is_new);
    if (old != NULL)
        mpe_registry_release(&channel->registry, old);
    *totals = channel->registry.totals;
    pthread_mutex_unlock(&channel->mutex);
    return *held != NULL;
}

void mpe_channel_release_quality(mpe_channel *channel, struct mpe_quality *held)
{
    if (held == NULL)
        return;
    pthread_mutex_lock(&channel->mutex);
    mpe_registry_release(&channel->registry, held);
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

void mpe_channel_add_rates(mpe_channel *channel, int64_t measured_bps, int64_t declared_bps, struct mpe_totals *totals)
{
    pthread_mutex_lock(&channel->mutex);
    channel->registry.totals.measured_bps += measured_bps;
    channel->registry.totals.declared_bps += declared_bps;
    if (totals != NULL)
        *totals = channel->registry.totals;
    pthread_mutex_unlock(&channel->mutex);
}
