/* A session under watch: fed, judged, reported. */
#include "ngx_mpe_fleet.h"

static ngx_queue_t watches; /* of this worker */

ngx_queue_t *ngx_mpe_watches(void)
{
    if (watches.next == NULL) {
        ngx_queue_init(&watches);
    }
    return &watches;
}

int64_t ngx_mpe_now_us(void)
{
    return (int64_t)ngx_current_msec * 1000;
}

mpe_channel *ngx_mpe_watch_channel(const ngx_mpe_watch_t *watch)
{
    return watch->channel != NULL ? watch->channel->handle : watch->conf->main->lobby;
}

static void decide(ngx_mpe_watch_t *watch, const mpe_error *error)
{
    if (!watch->decided) {
        watch->error = *error;
        watch->decided = 1;
    }
}

/* A header without a track that is judged, as of subtitles, admits its session at once. */
static void note_header(ngx_mpe_watch_t *watch)
{
    mpe_track track = {.struct_size = sizeof(track)};
    if (mpe_session_state(watch->session) == MPE_STATE_ADMITTED) {
        watch->header_came = 1;
        watch->was_admitted = 1;
    }
    for (int32_t i = 0; !watch->header_came && mpe_session_track(watch->session, i, &track) == MPE_OK; i++) {
        watch->header_came = track.header_seen != 0;
    }
}

static void forget_session(ngx_mpe_watch_t *watch)
{
    watch->state = mpe_session_state(watch->session);
    mpe_session_free(watch->session);
    watch->session = NULL;
    ngx_mpe_fleet_leave(watch->channel);
}

static unsigned reports_all(const ngx_mpe_watch_t *watch)
{
    int64_t all = 0;
    mpe_channel_get(ngx_mpe_watch_channel(watch), MPE_PARAM_REPORT_ALL, &all);
    return all != 0;
}

/*
 * Takes what was found. A session that is over has left its channel, and is kept where its encoder is to be answered:
 * it knows what was asked.
 */
static unsigned take(ngx_mpe_watch_t *watch)
{
    mpe_error error = {.struct_size = sizeof(error)};
    unsigned any = 0;
    ngx_mpe_report_notices(watch);
    while (mpe_session_poll_error(watch->session, &error) == MPE_EVENT) {
        ngx_mpe_report(watch, &error, NGX_LOG_WARN);
        decide(watch, &error);
        any = 1;
    }
    if (any) {
        ngx_mpe_report_notices(watch); /* who was connected is so no more */
        watch->found = 1;
        watch->refused = watch->conf->action == NGX_MPE_CLOSE;
        if (!watch->refused && !reports_all(watch)) {
            forget_session(watch);
        }
    }
    return watch->refused;
}

/* -------------------------------------------------------------------- its life */

static void find_peer(ngx_mpe_watch_t *watch, const ngx_connection_t *connection)
{
    size_t length = 0;
    watch->prefix = address_prefix_of(connection->sockaddr);
    if (connection->sockaddr->sa_family != AF_UNIX) {
        length =
            ngx_sock_ntop(connection->sockaddr, connection->socklen, (u_char *)watch->peer, sizeof(watch->peer) - 1, 1);
    }
    watch->peer[length] = '\0';
}

ngx_int_t ngx_mpe_watch_open(ngx_mpe_watch_t *watch, const ngx_mpe_conf_t *conf, int32_t protocol,
                             ngx_connection_t *connection)
{
    ngx_queue_insert_tail(ngx_mpe_watches(), &watch->queue);
    watch->conf = conf;
    watch->log = connection->log;
    watch->opened_msec = ngx_current_msec;
    watch->channel = conf->channel;
    find_peer(watch, connection);
    mpe_status status = mpe_session_new(&watch->session, ngx_mpe_watch_channel(watch), protocol,
                                        watch->peer[0] != '\0' ? watch->peer : NULL, watch->id, ngx_mpe_now_us());
    if (status != MPE_OK) {
        ngx_log_error(NGX_LOG_ERR, watch->log, 0, "mpe: %s cannot be judged: %s", watch->id, mpe_status_text(status));
        return NGX_ERROR;
    }
    ngx_mpe_fleet_enter(conf->main, watch->channel);
    take(watch);
    return NGX_OK;
}

unsigned ngx_mpe_watch_url(ngx_mpe_watch_t *watch, const char *url)
{
    if (watch->session == NULL || watch->refused) {
        return watch->refused;
    }
    mpe_status status = mpe_session_url(watch->session, url);
    if (status == MPE_NAMED) {
        ngx_mpe_bind(watch);
    } else if (watch->channel == NULL) {
        ngx_mpe_bind_fail(watch);
    }
    return take(watch);
}

static mpe_status feed_some(ngx_mpe_watch_t *watch, const u_char *data, size_t len)
{
    ngx_mpe_fleet_begin(watch);
    mpe_status status = mpe_session_feed(watch->session, data, len, ngx_mpe_now_us());
    ngx_mpe_fleet_end(watch);
    return status;
}

/* In the lobby it takes the bytes up to a publish; the rest is judged by the channel that this names. */
static void feed(ngx_mpe_watch_t *watch, const u_char *data, size_t len)
{
    while (feed_some(watch, data, len) == MPE_NAMED) {
        size_t taken = mpe_session_taken(watch->session);
        data += taken;
        len -= taken;
        ngx_mpe_bind(watch);
    }
}

unsigned ngx_mpe_watch_feed(ngx_mpe_watch_t *watch, const u_char *data, size_t len)
{
    watch->received_bytes += len;
    if (watch->session == NULL) {
        return watch->refused;
    }
    feed(watch, data, len);
    if (watch->refused) {
        return 1;
    }
    note_header(watch);
    return take(watch);
}

unsigned ngx_mpe_watch_tick(ngx_mpe_watch_t *watch)
{
    if (watch->session == NULL || watch->refused) {
        return watch->refused;
    }
    ngx_mpe_fleet_begin(watch);
    mpe_session_tick(watch->session, ngx_mpe_now_us());
    ngx_mpe_fleet_end(watch);
    return take(watch);
}

unsigned ngx_mpe_watch_finish(ngx_mpe_watch_t *watch, int32_t code)
{
    mpe_error error = {.struct_size = sizeof(error)};
    if (watch->session == NULL || watch->refused) {
        return watch->refused;
    }
    ngx_mpe_fleet_begin(watch);
    mpe_session_finish(watch->session, code, ngx_mpe_now_us());
    ngx_mpe_fleet_end(watch);
    take(watch);
    if (watch->session == NULL || watch->refused) {
        return watch->refused;
    }
    /* A connection without a byte is a port check, and no encoder that disconnected. */
    if (!watch->found && watch->received_bytes > 0 && mpe_session_ending(watch->session, &error) == MPE_EVENT) {
        ngx_mpe_report(watch, &error, NGX_LOG_INFO);
        decide(watch, &error);
    }
    forget_session(watch);
    return watch->refused;
}

ngx_msec_t ngx_mpe_watch_delay(const ngx_mpe_watch_t *watch)
{
    int64_t deadline = watch->session != NULL && !watch->refused ? mpe_session_deadline(watch->session) : INT64_MAX;
    if (deadline == INT64_MAX) {
        return NGX_TIMER_INFINITE;
    }
    int64_t wait_us = deadline - ngx_mpe_now_us();
    return wait_us > 0 ? (ngx_msec_t)((wait_us + 999) / 1000) : 0;
}

void ngx_mpe_watch_close(ngx_mpe_watch_t *watch)
{
    ngx_queue_remove(&watch->queue);
    if (watch->session != NULL) {
        forget_session(watch);
    }
}

void ngx_mpe_watch_exit(ngx_cycle_t *cycle)
{
    while (watches.next != NULL && !ngx_queue_empty(&watches)) {
        ngx_mpe_watch_t *watch = ngx_queue_data(ngx_queue_head(&watches), ngx_mpe_watch_t, queue);
        watch->log = cycle->log; /* the connection's handler may look at what is gone */
        ngx_mpe_watch_finish(watch, MPI_SYSTEM_MAINTENANCE);
        ngx_mpe_watch_close(watch);
        ngx_queue_init(&watch->queue); /* a second close does no harm */
    }
}
