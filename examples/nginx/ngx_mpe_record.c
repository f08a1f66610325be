/* Sessions, counters and refusals of this worker, written to the zone. */
#include "ngx_mpe_record.h"

#include "common/server/admin_record.h"
#include "ngx_mpe_zone.h"

static struct admin_records records; /* of sessions: what one look at them does not show */
static const ngx_mpe_main_conf_t *conf;

static unsigned is_wanted(void)
{
    return conf != NULL && ngx_mpe_zone() != NULL && ngx_mpe_zone()->wants_status;
}

static int64_t wall_clock_ms(void)
{
    const ngx_time_t *now = ngx_timeofday();
    return (int64_t)now->sec * 1000 + now->msec;
}

/* NULL: the zone had no room for it. */
static ngx_mpe_shared_channel_t *channel_of(const ngx_mpe_watch_t *watch)
{
    return watch->channel != NULL ? watch->channel->shared : conf->shared_lobby;
}

/* ---------------------------------------------------------------- counters */

static void count_bytes(ngx_mpe_watch_t *watch, ngx_mpe_shared_channel_t *channel)
{
    int32_t protocol = mpe_session_protocol(watch->session);
    if (protocol >= 0 && protocol < SNAPSHOT_PROTOCOLS && watch->received_bytes > watch->counted_bytes) {
        channel->seen.received_bytes[protocol] += watch->received_bytes - watch->counted_bytes;
        watch->counted_bytes = watch->received_bytes;
    }
}

static ngx_mpe_shared_ending_t *new_ending(ngx_mpe_shared_channel_t *channel, const mpe_error *error)
{
    ngx_mpe_shared_ending_t *ending = ngx_mpe_zone_alloc(sizeof(ngx_mpe_shared_ending_t));
    if (ending != NULL) {
        ending->event = error->event;
        ending->code = error->code;
        ending->reason = error->reason;
        ngx_queue_insert_tail(&channel->endings, &ending->queue);
    }
    return ending;
}

static void count_ending(ngx_mpe_shared_channel_t *channel, const mpe_error *error)
{
    ngx_queue_t *all = &channel->endings;
    ngx_mpe_shared_ending_t *ending = NULL;
    for (ngx_queue_t *q = ngx_queue_head(all); q != ngx_queue_sentinel(all); q = ngx_queue_next(q)) {
        ending = ngx_queue_data(q, ngx_mpe_shared_ending_t, queue);
        if (ending->event == error->event && ending->code == error->code && ending->reason == error->reason) {
            ending->count++;
            return;
        }
    }
    ending = new_ending(channel, error);
    if (ending != NULL) {
        ending->count++;
    }
}

static void copy_text(char *to, size_t size, const char *from)
{
    ngx_cpystrn((u_char *)to, (u_char *)(uintptr_t)from, size);
}

static void keep_refusal(const ngx_mpe_watch_t *watch, const ngx_mpe_shared_channel_t *channel, const mpe_error *error)
{
    ngx_mpe_zone_t *zone = ngx_mpe_zone();
    struct snapshot_refusal *refusal = &zone->refusals[0];
    ngx_memmove(refusal + 1, refusal, (SNAPSHOT_REFUSALS - 1) * sizeof(*refusal));
    *refusal = (struct snapshot_refusal){.at_ms = wall_clock_ms(),
                                         .channel = (unsigned)channel->index,
                                         .event = error->event,
                                         .code = error->code,
                                         .reason = error->reason};
    copy_text(refusal->id, sizeof(refusal->id), watch->id);
    peer_masked(ngx_mpe_watch_channel(watch), watch->peer, refusal->peer, sizeof(refusal->peer));
    copy_text(refusal->message, sizeof(refusal->message), error->message);
    zone->refusal_count += zone->refusal_count < SNAPSHOT_REFUSALS;
}

void ngx_mpe_record_ending(ngx_mpe_watch_t *watch, const mpe_error *error)
{
    ngx_mpe_shared_channel_t *channel = is_wanted() ? channel_of(watch) : NULL;
    if (channel == NULL) {
        return;
    }
    ngx_mpe_zone_lock();
    count_ending(channel, error);
    count_bytes(watch, channel);
    if (error->reason != MPE_REASON_ENDED) {
        keep_refusal(watch, channel, error);
    }
    ngx_mpe_zone_unlock();
}

void ngx_mpe_record_notice(const ngx_mpe_watch_t *watch, const mpe_notice *notice)
{
    if (is_wanted()) {
        admin_records_notice(&records, watch->id, notice, wall_clock_ms());
    }
}

/* ---------------------------------------------------------------- sessions */

/* What came from others is in the sums, too: whoever writes last knows most. */
static void copy_sums(ngx_mpe_shared_channel_t *channel, const struct snapshot_channel *seen)
{
    channel->seen.is_on = 1;
    channel->seen.has_conditions = seen->has_conditions;
    channel->seen.sums = seen->sums;
    channel->seen.limits = seen->limits;
    channel->seen_us = ngx_mpe_zone_now_us();
}

/* The next of those that it has already, or a new one. NULL: the zone is full. */
static ngx_mpe_shared_session_t *next_session(ngx_mpe_shared_worker_t *worker, ngx_queue_t **at)
{
    *at = ngx_queue_next(*at);
    if (*at != ngx_queue_sentinel(&worker->sessions)) {
        return ngx_queue_data(*at, ngx_mpe_shared_session_t, queue);
    }
    ngx_mpe_shared_session_t *session = ngx_mpe_zone_alloc(sizeof(ngx_mpe_shared_session_t));
    if (session != NULL) {
        ngx_queue_insert_tail(&worker->sessions, &session->queue);
        *at = &session->queue;
    } else {
        *at = ngx_queue_last(&worker->sessions);
    }
    return session;
}

static void free_after(ngx_mpe_shared_worker_t *worker, ngx_queue_t *last)
{
    while (ngx_queue_next(last) != ngx_queue_sentinel(&worker->sessions)) {
        ngx_queue_t *next = ngx_queue_next(last);
        ngx_queue_remove(next);
        ngx_mpe_zone_free(ngx_queue_data(next, ngx_mpe_shared_session_t, queue));
    }
}

/* Of one session; false: it is not to be seen. */
static unsigned look_at(struct snapshot *snapshot, ngx_mpe_watch_t *watch, ngx_mpe_shared_channel_t *channel)
{
    const struct admin_view view = {.id = watch->id,
                                    .channel_name = channel->seen.name,
                                    .channel = ngx_mpe_watch_channel(watch),
                                    .session = watch->session,
                                    .peer = watch->peer,
                                    .received_bytes = watch->received_bytes,
                                    .opened_us = (int64_t)watch->opened_msec * 1000,
                                    .now_us = ngx_mpe_now_us(),
                                    .at_ms = wall_clock_ms()};
    size_t before = snapshot->session_count;
    admin_records_add(&records, snapshot, &view);
    return snapshot->session_count > before;
}

static void write_session(struct snapshot *snapshot, ngx_mpe_watch_t *watch, ngx_mpe_shared_worker_t *worker,
                          ngx_queue_t **at)
{
    ngx_mpe_shared_channel_t *channel = watch->session != NULL ? channel_of(watch) : NULL;
    if (channel == NULL || !look_at(snapshot, watch, channel)) {
        return;
    }
    const struct snapshot_session *seen = &snapshot->sessions[snapshot->session_count - 1];
    ngx_mpe_shared_session_t *session = next_session(worker, at);
    count_bytes(watch, channel);
    copy_sums(channel, &snapshot->channels[seen->channel]);
    if (session == NULL) {
        worker->left_out++;
        return;
    }
    session->seen = *seen;
    session->seen.channel = (unsigned)channel->index;
}

static void write_all(struct snapshot *snapshot, ngx_mpe_shared_worker_t *worker)
{
    ngx_queue_t *all = ngx_mpe_watches();
    ngx_queue_t *at = ngx_queue_sentinel(&worker->sessions);
    worker->left_out = 0;
    for (ngx_queue_t *q = ngx_queue_head(all); q != ngx_queue_sentinel(all); q = ngx_queue_next(q)) {
        write_session(snapshot, ngx_queue_data(q, ngx_mpe_watch_t, queue), worker, &at);
    }
    free_after(worker, at);
}

void ngx_mpe_record_all(void)
{
    struct snapshot *snapshot = is_wanted() ? admin_records_begin(&records, wall_clock_ms()) : NULL;
    if (snapshot == NULL) {
        return;
    }
    ngx_mpe_zone_lock();
    ngx_mpe_shared_worker_t *worker = ngx_mpe_zone_worker();
    if (worker != NULL) {
        write_all(snapshot, worker);
    }
    ngx_mpe_zone_unlock();
    admin_records_end(&records, snapshot);
    snapshot_release(snapshot);
}

/* --------------------------------------------------------------- beginning and end */

void ngx_mpe_record_start(ngx_mpe_main_conf_t *main_conf, const char *world)
{
    conf = main_conf;
    if (ngx_mpe_zone() != NULL && ngx_strcmp(world, "http") == 0) {
        ngx_mpe_zone()->wants_status = main_conf->has_status; /* the directive is http's */
    }
}

void ngx_mpe_record_exit(void)
{
    admin_records_free(&records);
    conf = NULL;
}
