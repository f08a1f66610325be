/* A channel of a fleet: who is part of it, what changes, and what is over. */
#include "channel/fleet.h"

#include <string.h>
#include <utlist.h>

#include "base/clock.h"
#include "channel/hash.h"
#include "channel/name.h"
#include "channel/parts.h"
#include "channel/quality.h"
#include "channel/state.h"
#include "channel/sums.h"
#include "share.h"

/* Silence is looked for so often at most. */
#define LOOK_US 50000

/* A sum has changed by one part of so many: of its limit, or, without one, of itself. */
#define LIMIT_PARTS 64
#define SUM_PARTS   8

_Static_assert(MPE_KEY_BYTES == MPE_FLEET_KEY_BYTES, "the key of a fleet makes the keys of its channels");

/* ---- the sessions here ---- */

bool mpe_fleet_admit(mpe_channel *channel, struct mpe_part *part)
{
    struct mpe_fleet *const fleet = channel->fleet;
    if (fleet == NULL || part->shared != NULL)
        return true;
    struct mpe_shared *const shared = mpe_mem_new(&channel->mem, sizeof(*shared));
    if (shared == NULL)
        return false;
    shared->part = part;
    shared->rank = (struct mpe_rank){MPE_RANK_NOT_SHARED, fleet->number, ++fleet->sessions_made};
    shared->quality_came_us = MPE_RANK_NOT_SHARED;
    DL_APPEND(fleet->locals, shared);
    part->shared = shared;
    return true;
}

void mpe_fleet_dismiss(mpe_channel *channel, struct mpe_part *part)
{
    if (part->shared == NULL)
        return;
    DL_DELETE(channel->fleet->locals, part->shared);
    mpe_mem_free(&channel->mem, part->shared);
    part->shared = NULL;
}

bool mpe_fleet_is_silent(const mpe_channel *channel, const struct mpe_part *part, int64_t now_us)
{
    return now_us - mpe_part_silent_from_us(part) >= channel->registry.limits->takeover_us;
}

/* ---- digests ---- */

struct mpe_span mpe_fleet_name(const mpe_channel *channel, enum mpe_digest_kind kind, struct mpe_span name,
                               struct mpe_digest *digest)
{
    if (channel->fleet == NULL || name.len == 0)
        return name;
    *digest = mpe_digest_of(&channel->fleet->digester, kind, name);
    return (struct mpe_span){digest->bytes, sizeof(digest->bytes)};
}

/* Big-endian, so that all machines of a fleet have the same. */
static void put_be32(uint8_t *out, int32_t value)
{
    const uint32_t bits = (uint32_t)value;
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(bits >> (24 - 8 * i));
}

/* All of it but the medium and the declared rate, which tell whether two are the same. */
struct mpe_quality_key mpe_fleet_quality(const mpe_channel *channel, const struct mpe_quality_key *key)
{
    const int32_t fields[] = {key->media, key->width_px, key->height_px, key->sample_rate_hz, key->channels};
    uint8_t bytes[sizeof(fields)];
    struct mpe_quality_key digested;
    if (channel->fleet == NULL)
        return *key;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        put_be32(bytes + 4 * i, fields[i]);
    const struct mpe_digest digest =
        mpe_digest_of(&channel->fleet->digester, MPE_DIGEST_QUALITY, (struct mpe_span){bytes, sizeof(bytes)});
    memset(&digested, 0, sizeof(digested));
    digested.media = key->media;
    digested.declared_bps = key->declared_bps;
    mpe_quality_key_put(&digested, digest.bytes);
    return digested;
}

bool mpe_fleet_has_id(const mpe_channel *channel, struct mpe_span id)
{
    const struct mpe_edge *edge, *next;
    if (channel->fleet == NULL)
        return false;
    HASH_ITER(hh, channel->fleet->edges, edge, next)
    {
        for (uint16_t i = 0; i < edge->id_count; i++) {
            if (memcmp(edge->ids[i].digest.bytes, id.bytes, MPE_DIGEST_BYTES) == 0)
                return true;
        }
    }
    return false;
}

/* ---- what changes ---- */

void mpe_fleet_touch(mpe_channel *channel)
{
    if (channel->fleet != NULL)
        channel->fleet->revision++;
}

int64_t mpe_fleet_local_bps(const mpe_channel *channel)
{
    return channel->registry.sums.measured_bps - channel->registry.remote.rates.measured_bps;
}

void mpe_fleet_touch_rates(mpe_channel *channel)
{
    struct mpe_fleet *const fleet = channel->fleet;
    if (fleet == NULL)
        return;
    const int64_t limit_bps = channel->registry.limits->max_bitrate_bps;
    const int64_t bps = mpe_fleet_local_bps(channel);
    const int64_t change_bps = bps > fleet->shared_bps ? bps - fleet->shared_bps : fleet->shared_bps - bps;
    if (change_bps > (limit_bps != 0 ? limit_bps / LIMIT_PARTS : fleet->shared_bps / SUM_PARTS))
        fleet->revision++;
}

/* A session here has fallen silent, or is heard again. */
static void look_for_silence(mpe_channel *channel, int64_t now_us)
{
    struct mpe_fleet *const fleet = channel->fleet;
    struct mpe_shared *shared;
    if (now_us - fleet->looked_us < LOOK_US)
        return;
    fleet->looked_us = now_us;
    DL_FOREACH(fleet->locals, shared)
    {
        const bool is_silent = shared->part->is_in && mpe_fleet_is_silent(channel, shared->part, now_us);
        fleet->revision += is_silent != shared->was_silent;
        shared->was_silent = is_silent;
    }
}

uint64_t mpe_channel_share_revision(mpe_channel *channel, int64_t now_us)
{
    uint64_t revision = 0;
    if (channel == NULL)
        return 0;
    const int64_t sane_us = mpe_sane_us(now_us);
    pthread_mutex_lock(&channel->mutex);
    if (channel->fleet != NULL) {
        mpe_fleet_pass_time(channel, sane_us);
        look_for_silence(channel, sane_us);
        revision = channel->fleet->revision;
    }
    pthread_mutex_unlock(&channel->mutex);
    return revision;
}

/* ---- the other edges ---- */

void mpe_fleet_forget(mpe_channel *channel, struct mpe_edge *edge)
{
    struct mpe_registry *const registry = &channel->registry;
    struct mpe_remote *remote, *next;
    DL_FOREACH_SAFE(edge->remotes, remote, next)
    {
        mpe_remote_free(channel, edge, remote);
    }
    HASH_DELETE(hh, channel->fleet->edges, edge);
    mpe_mem_free(&registry->mem, edge->ids);
    mpe_mem_free(&registry->mem, edge);
}

static void add_up(mpe_channel *channel)
{
    struct mpe_remote_sums *const remote = &channel->registry.remote;
    const struct mpe_edge *edge, *next;
    remote->edges = 0;
    remote->oldest_us = channel->fleet->next_expiry_us = INT64_MAX;
    HASH_ITER(hh, channel->fleet->edges, edge, next)
    {
        remote->edges++;
        if (edge->written_us < remote->oldest_us)
            remote->oldest_us = edge->written_us;
        if (edge->expires_us < channel->fleet->next_expiry_us)
            channel->fleet->next_expiry_us = edge->expires_us;
    }
}

void mpe_fleet_settle(mpe_channel *channel, int64_t now_us)
{
    add_up(channel);
    mpe_parts_judge(&channel->registry, now_us);
}

/* Those that expire first. */
static void expire(mpe_channel *channel, int64_t until_us)
{
    struct mpe_edge *edge, *next;
    mpe_sums_add_excess(&channel->registry, until_us);
    HASH_ITER(hh, channel->fleet->edges, edge, next)
    {
        if (edge->expires_us <= until_us)
            mpe_fleet_forget(channel, edge);
    }
    mpe_fleet_settle(channel, until_us);
}

void mpe_fleet_pass_time(mpe_channel *channel, int64_t now_us)
{
    struct mpe_fleet *const fleet = channel->fleet;
    while (fleet != NULL && fleet->next_expiry_us <= now_us && fleet->edges != NULL)
        expire(channel, fleet->next_expiry_us);
}

mpe_status mpe_channel_remote_gone(mpe_channel *channel, uint64_t number, int64_t now_us)
{
    struct mpe_edge *edge = NULL;
    mpe_status status = MPE_BAD_STATE;
    if (channel == NULL)
        return MPE_BAD_CHANNEL;
    const int64_t sane_us = mpe_sane_us(now_us);
    pthread_mutex_lock(&channel->mutex);
    if (channel->fleet != NULL) {
        mpe_fleet_pass_time(channel, sane_us);
        HASH_FIND(hh, channel->fleet->edges, &number, sizeof(number), edge);
        status = edge != NULL ? MPE_OK : MPE_BAD_INDEX;
    }
    if (edge != NULL) {
        mpe_sums_add_excess(&channel->registry, sane_us);
        mpe_fleet_forget(channel, edge);
        mpe_fleet_settle(channel, sane_us);
    }
    pthread_mutex_unlock(&channel->mutex);
    return status;
}

/* ---- the host's view ---- */

static void add_part(mpe_edge_sums *sums, const struct mpe_part *part)
{
    if (!part->is_in)
        return;
    sums->active_sessions++;
    for (uint16_t i = 0; i < part->entry_count; i++) {
        const struct mpe_entry *const entry = &part->entries[i];
        sums->measured_bps += entry->measured_bps;
        sums->declared_bps += entry->declared_bps;
        if (entry->quality != NULL)
            *(entry->quality->key.media == MPE_MEDIA_VIDEO ? &sums->video_tracks : &sums->audio_tracks) += 1;
    }
}

static mpe_edge_sums sums_of(const struct mpe_edge *edge)
{
    const struct mpe_remote *remote;
    mpe_edge_sums sums = {.struct_size = sizeof(sums),
                          .sessions = edge->sessions,
                          .edge = edge->number,
                          .written_us = edge->written_us,
                          .expires_us = edge->expires_us};
    DL_FOREACH(edge->remotes, remote)
    {
        add_part(&sums, &remote->part);
    }
    return sums;
}

mpe_status mpe_channel_edge(const mpe_channel *channel, int32_t index, mpe_edge_sums *sums)
{
    if (channel == NULL)
        return MPE_BAD_CHANNEL;
    if (sums == NULL)
        return MPE_BAD_OUTPUT;
    if (sums->struct_size < sizeof(*sums))
        return MPE_BAD_STRUCT_SIZE;
    pthread_mutex_t *const mutex = &((mpe_channel *)channel)->mutex; /* it is guarded, not changed */
    pthread_mutex_lock(mutex);
    const struct mpe_edge *edge = channel->fleet != NULL ? channel->fleet->edges : NULL;
    for (int32_t i = 0; i < index && edge != NULL; i++)
        edge = edge->hh.next;
    if (index >= 0 && edge != NULL)
        *sums = sums_of(edge);
    pthread_mutex_unlock(mutex);
    return index >= 0 && edge != NULL ? MPE_OK : MPE_BAD_INDEX;
}

/* ---- beginning and end ---- */

mpe_status mpe_channel_fleet(mpe_channel *channel, const void *key, size_t key_bytes, const char *name, uint64_t edge)
{
    mpe_status status = MPE_OK;
    if (channel == NULL)
        return MPE_BAD_CHANNEL;
    if (key == NULL || key_bytes != MPE_FLEET_KEY_BYTES)
        return MPE_BAD_KEY;
    if (name == NULL || name[0] == '\0' || strlen(name) >= MPE_NAME_BYTES)
        return MPE_BAD_TEXT;
    if (edge == 0)
        return MPE_BAD_EDGE;
    const struct mpe_span text = {(const uint8_t *)name, strlen(name)};
    pthread_mutex_lock(&channel->mutex);
    if (channel->fleet != NULL || channel->sessions_made != 0)
        status = MPE_BAD_STATE;
    struct mpe_fleet *const fleet = status == MPE_OK ? mpe_mem_new(&channel->mem, sizeof(*fleet)) : NULL;
    if (fleet != NULL && mpe_digester_begin(&fleet->digester, key, text)) {
        fleet->number = edge;
        fleet->revision = 1;
        fleet->next_expiry_us = INT64_MAX;
        fleet->written = fleet->came_us = INT64_MIN;
        fleet->looked_us = -MPE_MOST_NOW_US - LOOK_US;
        channel->fleet = fleet;
    } else if (status == MPE_OK) {
        mpe_mem_free(&channel->mem, fleet);
        status = MPE_NO_MEMORY;
    }
    pthread_mutex_unlock(&channel->mutex);
    return status;
}

void mpe_fleet_free(mpe_channel *channel)
{
    struct mpe_edge *edge, *next;
    if (channel->fleet == NULL)
        return;
    HASH_ITER(hh, channel->fleet->edges, edge, next)
    {
        mpe_fleet_forget(channel, edge);
    }
    mpe_digester_end(&channel->fleet->digester);
    mpe_mem_free(&channel->mem, channel->fleet);
    channel->fleet = NULL;
}
