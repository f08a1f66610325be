/* A session under watch: fed, judged, reported. */
#include "ngx_mpe.h"

static ngx_queue_t watches; /* of this worker */

static int64_t now_us(void)
{
    return (int64_t)ngx_current_msec * 1000;
}

/* ------------------------------------------------------------------- reports */

u_char *ngx_mpe_evidence(const mpe_error *error, u_char *buffer, u_char *last)
{
    u_char *end = buffer;
    if ((error->flags & MPE_ERROR_HAS_VALUE) != 0) {
        end = ngx_slprintf(end, last, "%L %s, ", error->value, error->unit);
    }
    if ((error->flags & MPE_ERROR_HAS_LIMIT) != 0) {
        end = ngx_slprintf(end, last, "limit %L, ", error->limit);
    }
    if ((error->flags & MPE_ERROR_HAS_OFFSET) != 0) {
        end = ngx_slprintf(end, last, "byte %uL, ", error->offset_bytes);
    }
    if ((error->flags & MPE_ERROR_HAS_MEDIA_TIME) != 0) {
        end = ngx_slprintf(end, last, "media %L ms, ", error->media_us / 1000);
    }
    if (end >= buffer + 2) {
        end = ngx_slprintf(end - 2, last, ": ");
    }
    return ngx_slprintf(end, last, "%s", error->message);
}

static void report(ngx_mpe_watch_t *watch, const mpe_error *error, ngx_uint_t level)
{
    u_char evidence[NGX_MPE_EVIDENCE_BYTES + NGX_SOCKADDR_STRLEN + 16];
    u_char *end = ngx_mpe_evidence(error, evidence, evidence + NGX_MPE_EVIDENCE_BYTES);
    ngx_log_handler_pt handler = watch->log->handler;
    if (watch->client != NULL) {
        watch->log->handler = NULL;
        end = ngx_slprintf(end, evidence + sizeof(evidence), ", client: %V", watch->client);
    }
    ngx_log_error(level, watch->log, 0, "mpe: %s %s after %uL bytes, %M ms: %*s", watch->id, mpe_code_name(error->code),
                  watch->received_bytes, ngx_current_msec - watch->opened_msec, end - evidence, evidence);
    ngx_mpe_notify(watch->conf->notify, watch->session, error, watch->log);
    watch->log->handler = handler;
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
}

static unsigned reports_all(const ngx_mpe_watch_t *watch)
{
    int64_t all = 0;
    mpe_channel_get(watch->conf->channel, MPE_PARAM_REPORT_ALL, &all);
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
    while (mpe_session_poll_error(watch->session, &error) == MPE_EVENT) {
        report(watch, &error, NGX_LOG_WARN);
        decide(watch, &error);
        any = 1;
    }
    if (any) {
        watch->found = 1;
        watch->refused = watch->conf->action == NGX_MPE_CLOSE;
        if (!watch->refused && !reports_all(watch)) {
            forget_session(watch);
        }
    }
    return watch->refused;
}

/* -------------------------------------------------------------------- its life */

static void find_peer(const ngx_connection_t *connection, char *peer, size_t size)
{
    size_t length = 0;
    if (connection->sockaddr->sa_family != AF_UNIX) {
        length = ngx_sock_ntop(connection->sockaddr, connection->socklen, (u_char *)peer, size - 1, 1);
    }
    peer[length] = '\0';
}

ngx_int_t ngx_mpe_watch_open(ngx_mpe_watch_t *watch, const ngx_mpe_conf_t *conf, int32_t protocol,
                             ngx_connection_t *connection)
{
    char peer[NGX_SOCKADDR_STRLEN + 1];
    if (watches.next == NULL) {
        ngx_queue_init(&watches);
    }
    ngx_queue_insert_tail(&watches, &watch->queue);
    watch->conf = conf;
    watch->log = connection->log;
    watch->opened_msec = ngx_current_msec;
    find_peer(connection, peer, sizeof(peer));
    mpe_status status =
        mpe_session_new(&watch->session, conf->channel, protocol, peer[0] != '\0' ? peer : NULL, watch->id, now_us());
    if (status != MPE_OK) {
        ngx_log_error(NGX_LOG_ERR, watch->log, 0, "mpe: %s cannot be judged: %s", watch->id, mpe_status_text(status));
        return NGX_ERROR;
    }
    take(watch);
    return NGX_OK;
}

unsigned ngx_mpe_watch_url(ngx_mpe_watch_t *watch, const char *url)
{
    if (watch->session != NULL && !watch->refused && mpe_session_url(watch->session, url) == MPE_OK) {
        return take(watch);
    }
    return watch->refused;
}

unsigned ngx_mpe_watch_feed(ngx_mpe_watch_t *watch, const u_char *data, size_t len)
{
    watch->received_bytes += len;
    if (watch->session == NULL) {
        return watch->refused;
    }
    mpe_session_feed(watch->session, data, len, now_us());
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
    mpe_session_tick(watch->session, now_us());
    return take(watch);
}

unsigned ngx_mpe_watch_finish(ngx_mpe_watch_t *watch, int32_t code)
{
    mpe_error error = {.struct_size = sizeof(error)};
    if (watch->session == NULL || watch->refused) {
        return watch->refused;
    }
    mpe_session_finish(watch->session, code, now_us());
    take(watch);
    if (watch->session == NULL || watch->refused) {
        return watch->refused;
    }
    /* A connection without a byte is a port check, and no encoder that disconnected. */
    if (!watch->found && watch->received_bytes > 0 && mpe_session_ending(watch->session, &error) == MPE_EVENT) {
        report(watch, &error, NGX_LOG_INFO);
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
    int64_t wait_us = deadline - now_us();
    return wait_us > 0 ? (ngx_msec_t)((wait_us + 999) / 1000) : 0;
}

void ngx_mpe_watch_close(ngx_mpe_watch_t *watch)
{
    ngx_queue_remove(&watch->queue);
    mpe_session_free(watch->session);
    watch->session = NULL;
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

/* --------------------------------------------------------------- its variables */

static const char *state_name(int32_t state)
{
    switch ((enum mpe_session_state)state) {
    case MPE_STATE_OPENING:
        return "opening";
    case MPE_STATE_ADMITTED:
        return "admitted";
    case MPE_STATE_REJECTED:
        return "rejected";
    case MPE_STATE_DISCONNECTED:
        return "disconnected";
    case MPE_STATE_FINISHED:
        return "finished";
    }
    return "";
}

static void set_static(ngx_str_t *text, const char *value)
{
    text->data = (u_char *)(uintptr_t)value;
    text->len = ngx_strlen(value);
}

ngx_int_t ngx_mpe_watch_text(const ngx_mpe_watch_t *watch, uintptr_t which, ngx_pool_t *pool, ngx_str_t *text)
{
    ngx_str_null(text);
    if (which == NGX_MPE_STATE) {
        set_static(text, state_name(watch->session != NULL ? mpe_session_state(watch->session) : watch->state));
    } else if (watch->decided && which == NGX_MPE_CODE) {
        set_static(text, mpe_code_name(watch->error.code));
    } else if (watch->decided) {
        text->data = ngx_pnalloc(pool, NGX_MPE_EVIDENCE_BYTES);
        if (text->data == NULL) {
            return NGX_ERROR;
        }
        text->len =
            (size_t)(ngx_mpe_evidence(&watch->error, text->data, text->data + NGX_MPE_EVIDENCE_BYTES) - text->data);
    }
    return NGX_OK;
}
