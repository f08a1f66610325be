/* The zone, read for an operator. */
#include "ngx_mpe_view.h"

#include "ngx_mpe_zone.h"

#define STALE_US 3000000 /* its worker writes once a second */

static size_t length_of(const ngx_queue_t *all)
{
    size_t length = 0;
    for (ngx_queue_t *q = ngx_queue_head(all); q != ngx_queue_sentinel(all); q = ngx_queue_next(q)) {
        length++;
    }
    return length;
}

static size_t count_endings(const ngx_mpe_zone_t *zone)
{
    const ngx_queue_t *all = &zone->channels;
    size_t count = 0;
    for (ngx_queue_t *q = ngx_queue_head(all); q != ngx_queue_sentinel(all); q = ngx_queue_next(q)) {
        const ngx_mpe_shared_channel_t *channel = ngx_queue_data(q, ngx_mpe_shared_channel_t, queue);
        count += length_of(&channel->endings);
    }
    return count;
}

static void copy_endings(struct snapshot *snapshot, ngx_mpe_shared_channel_t *channel)
{
    ngx_queue_t *all = &channel->endings;
    for (ngx_queue_t *q = ngx_queue_head(all); q != ngx_queue_sentinel(all); q = ngx_queue_next(q)) {
        const ngx_mpe_shared_ending_t *ending = ngx_queue_data(q, ngx_mpe_shared_ending_t, queue);
        snapshot->endings[snapshot->ending_count++] = (struct snapshot_ending){
            (unsigned)channel->index, ending->event, ending->code, ending->reason, ending->count};
    }
}

/* Sums that nobody has written lately are those of a channel that nobody is on. */
static void copy_channels(struct snapshot *snapshot, ngx_mpe_zone_t *zone)
{
    int64_t now_us = ngx_mpe_zone_now_us();
    for (ngx_queue_t *q = ngx_queue_head(&zone->channels); q != ngx_queue_sentinel(&zone->channels);
         q = ngx_queue_next(q)) {
        ngx_mpe_shared_channel_t *channel = ngx_queue_data(q, ngx_mpe_shared_channel_t, queue);
        struct snapshot_channel *copy = &snapshot->channels[snapshot->channel_count++];
        *copy = channel->seen;
        copy->is_on = channel->seen.is_on && now_us - channel->seen_us < STALE_US;
        copy->sums.sessions = 0;
        copy_endings(snapshot, channel);
    }
}

static void copy_sessions(struct snapshot *snapshot, const ngx_mpe_shared_worker_t *worker)
{
    const ngx_queue_t *all = &worker->sessions;
    for (ngx_queue_t *q = ngx_queue_head(all); q != ngx_queue_sentinel(all); q = ngx_queue_next(q)) {
        const ngx_mpe_shared_session_t *session = ngx_queue_data(q, ngx_mpe_shared_session_t, queue);
        struct snapshot_session *copy = snapshot_add_session(snapshot);
        if (copy != NULL) {
            *copy = session->seen;
            snapshot_count_session(snapshot, copy);
            snapshot->channels[copy->channel].sums.sessions++; /* of all workers: libmpe counts its own */
        }
    }
}

static void copy_workers(struct snapshot *snapshot, const ngx_mpe_zone_t *zone, uint64_t *left_out)
{
    int64_t now_us = ngx_mpe_zone_now_us();
    const ngx_queue_t *all = &zone->workers;
    for (ngx_queue_t *q = ngx_queue_head(all); q != ngx_queue_sentinel(all); q = ngx_queue_next(q)) {
        const ngx_mpe_shared_worker_t *worker = ngx_queue_data(q, ngx_mpe_shared_worker_t, queue);
        if (now_us - worker->alive_us < NGX_MPE_LEASE_US) {
            *left_out += worker->left_out;
            copy_sessions(snapshot, worker);
        }
    }
}

struct snapshot *ngx_mpe_view(uint64_t *left_out)
{
    ngx_mpe_zone_t *zone = ngx_mpe_zone();
    const ngx_time_t *now = ngx_timeofday();
    *left_out = 0;
    if (zone == NULL) {
        return NULL;
    }
    ngx_mpe_zone_lock();
    ngx_mpe_zone_reap();
    struct snapshot *snapshot = snapshot_new(zone->channel_count, count_endings(zone), 64);
    if (snapshot != NULL) {
        copy_channels(snapshot, zone);
        copy_workers(snapshot, zone, left_out);
        snapshot->refusal_count = (unsigned)zone->refusal_count;
        ngx_memcpy(snapshot->refusals, zone->refusals, sizeof(zone->refusals));
        snapshot->program = "nginx";
        snapshot->at_ms = (int64_t)now->sec * 1000 + now->msec;
        snapshot->configured = zone->channel_count;
    }
    ngx_mpe_zone_unlock();
    return snapshot;
}
