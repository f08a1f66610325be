/* Shares of channels: mine are written to the zone, those of the others are read. */
#include "ngx_mpe_fleet.h"

#include "ngx_mpe_zone.h"

#define REFRESH_MS 2500 /* a quarter of the lease */

static u_char buffer[MPE_SHARE_MAX_BYTES];

static unsigned is_in_fleet(const ngx_mpe_channel_t *channel)
{
    return channel != NULL && channel->shared != NULL && ngx_mpe_zone() != NULL;
}

/* ----------------------------------------------------------------------- mine */

static ngx_mpe_shared_share_t *find_share(ngx_mpe_shared_channel_t *shared, uint64_t edge)
{
    ngx_queue_t *all = &shared->shares;
    for (ngx_queue_t *q = ngx_queue_head(all); q != ngx_queue_sentinel(all); q = ngx_queue_next(q)) {
        ngx_mpe_shared_share_t *share = ngx_queue_data(q, ngx_mpe_shared_share_t, queue);
        if (share->edge == edge) {
            return share;
        }
    }
    return NULL;
}

static void drop_share(ngx_mpe_shared_share_t *share)
{
    ngx_queue_remove(&share->queue);
    ngx_mpe_zone_free(share);
}

/* With room for size bytes. NULL: the zone is full, and what was there is gone. */
static ngx_mpe_shared_share_t *make_room(ngx_mpe_shared_channel_t *shared, size_t size)
{
    ngx_mpe_shared_share_t *share = find_share(shared, ngx_mpe_zone_edge());
    if (share != NULL && share->room >= size) {
        return share;
    }
    if (share != NULL) {
        drop_share(share);
    }
    share = ngx_mpe_zone_alloc(sizeof(*share) + size + size / 2);
    if (share != NULL) {
        share->edge = ngx_mpe_zone_edge();
        share->room = size + size / 2;
        ngx_queue_insert_tail(&shared->shares, &share->queue);
    }
    return share;
}

static void write_share(ngx_mpe_channel_t *channel, uint64_t revision)
{
    size_t size = 0;
    mpe_status status =
        mpe_channel_share(channel->handle, ngx_mpe_now_us(), ngx_mpe_zone_now_us(), buffer, sizeof(buffer), &size);
    ngx_mpe_shared_share_t *share = status == MPE_OK ? make_room(channel->shared, size) : NULL;
    channel->written_revision = revision;
    channel->written_msec = ngx_current_msec;
    channel->shared->revision++;
    if (share != NULL) {
        share->revision = channel->shared->revision;
        share->size = size;
        ngx_memcpy(share->bytes, buffer, size);
    }
}

/* ------------------------------------------------------------------ of the others */

static void take_share(ngx_mpe_channel_t *channel, const ngx_mpe_shared_share_t *share)
{
    mpe_status status = mpe_channel_remote(channel->handle, share->bytes, share->size, ngx_mpe_zone_now_us(),
                                           NGX_MPE_LEASE_US, ngx_mpe_now_us());
    if (status < 0) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0, "mpe: what another worker has of channel %s is left out: %s",
                      channel->shared->seen.name, mpe_status_text(status));
    }
}

/* The number of an edge that has left the zone; 0: there is none. */
static uint64_t find_gone(const ngx_mpe_channel_t *channel)
{
    mpe_edge_sums sums = {.struct_size = sizeof(sums)};
    for (int32_t i = 0; mpe_channel_edge(channel->handle, i, &sums) == MPE_OK; i++) {
        if (find_share(channel->shared, sums.edge) == NULL) {
            return sums.edge;
        }
    }
    return 0;
}

static void forget_gone(ngx_mpe_channel_t *channel)
{
    uint64_t edge = find_gone(channel);
    while (edge != 0 && mpe_channel_remote_gone(channel->handle, edge, ngx_mpe_now_us()) == MPE_OK) {
        edge = find_gone(channel);
    }
}

/* What is new since the last time. */
static void read_others(ngx_mpe_channel_t *channel)
{
    ngx_mpe_shared_channel_t *shared = channel->shared;
    if (channel->read_revision == shared->revision) {
        return;
    }
    for (ngx_queue_t *q = ngx_queue_head(&shared->shares); q != ngx_queue_sentinel(&shared->shares);
         q = ngx_queue_next(q)) {
        const ngx_mpe_shared_share_t *share = ngx_queue_data(q, ngx_mpe_shared_share_t, queue);
        if (share->edge != ngx_mpe_zone_edge() && (ngx_int_t)(share->revision - channel->read_revision) > 0) {
            take_share(channel, share);
        }
    }
    forget_gone(channel);
    channel->read_revision = shared->revision;
}

/* ------------------------------------------------------------------------- both */

static unsigned has_changed(const ngx_mpe_channel_t *channel)
{
    return mpe_channel_share_revision(channel->handle, ngx_mpe_now_us()) != channel->written_revision;
}

static void write_if_due(ngx_mpe_channel_t *channel)
{
    uint64_t revision = mpe_channel_share_revision(channel->handle, ngx_mpe_now_us());
    if (revision != channel->written_revision || ngx_current_msec - channel->written_msec >= REFRESH_MS) {
        write_share(channel, revision);
    }
}

/* What is mine is there for the others before what they have is read: of two at least one sees the other. */
static void exchange(ngx_mpe_channel_t *channel)
{
    ngx_mpe_zone_lock();
    write_if_due(channel);
    read_others(channel);
    ngx_mpe_zone_unlock();
}

static void exchange_changes(ngx_mpe_channel_t *channel)
{
    if (has_changed(channel)) {
        exchange(channel);
    }
}

void ngx_mpe_fleet_begin(const ngx_mpe_watch_t *watch)
{
    ngx_mpe_channel_t *channel = watch->channel;
    if (is_in_fleet(channel) && !watch->was_admitted && channel->read_revision != channel->shared->revision) {
        ngx_mpe_zone_lock();
        read_others(channel);
        ngx_mpe_zone_unlock();
    }
}

void ngx_mpe_fleet_end(const ngx_mpe_watch_t *watch)
{
    ngx_mpe_channel_t *channel = watch->channel;
    if (is_in_fleet(channel) && has_changed(channel)) {
        exchange(channel);
        mpe_session_tick(watch->session, ngx_mpe_now_us());
        exchange_changes(channel);
    }
}

/* ------------------------------------------------------------------------ in time */

static void withdraw(ngx_mpe_channel_t *channel)
{
    ngx_mpe_zone_lock();
    ngx_mpe_shared_share_t *share = find_share(channel->shared, ngx_mpe_zone_edge());
    if (share != NULL) {
        drop_share(share);
        channel->shared->revision++;
    }
    ngx_mpe_zone_unlock();
    channel->written_revision = 0;
}

void ngx_mpe_fleet_enter(ngx_mpe_main_conf_t *main_conf, ngx_mpe_channel_t *channel)
{
    if (channel != NULL && channel->users++ == 0) {
        ngx_queue_insert_tail(&main_conf->used, &channel->queue);
    }
}

void ngx_mpe_fleet_leave(ngx_mpe_channel_t *channel)
{
    if (channel == NULL) {
        return;
    }
    if (--channel->users == 0) {
        ngx_queue_remove(&channel->queue);
    }
    if (!is_in_fleet(channel)) {
        return;
    }
    if (channel->users == 0) {
        withdraw(channel);
    } else {
        exchange_changes(channel);
    }
}

static void tick(ngx_mpe_channel_t *channel)
{
    if (is_in_fleet(channel) && (has_changed(channel) || channel->read_revision != channel->shared->revision ||
                                 ngx_current_msec - channel->written_msec >= REFRESH_MS)) {
        exchange(channel);
    }
}

void ngx_mpe_fleet_tick(ngx_mpe_main_conf_t *main_conf)
{
    ngx_queue_t *all = &main_conf->used;
    for (ngx_queue_t *q = ngx_queue_head(all); q != ngx_queue_sentinel(all); q = ngx_queue_next(q)) {
        tick(ngx_queue_data(q, ngx_mpe_channel_t, queue));
    }
}
