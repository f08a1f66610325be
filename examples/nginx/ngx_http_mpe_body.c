/* The request body, judged as it comes. */
#include "ngx_http_mpe.h"

#define URL_BYTES  2048 /* of mpe_session_url */
#define HOST_BYTES 256

static ngx_http_request_body_filter_pt next_request_body_filter;
static ngx_uint_t serial; /* of this worker: a connection may bring several requests */

/* ------------------------------------------------------------------- a session */

static void clean_up(void *data)
{
    ngx_http_mpe_ctx_t *ctx = data;
    if (ctx->timer.timer_set) {
        ngx_del_timer(&ctx->timer);
    }
    ngx_mpe_watch_close(&ctx->watch);
}

ngx_http_mpe_ctx_t *ngx_http_mpe_get_ctx(ngx_http_request_t *r)
{
    ngx_http_mpe_ctx_t *ctx = ngx_http_get_module_ctx(r->main, ngx_http_mpe_module);
    if (ctx != NULL || !(r->main->internal || r->main->filter_finalize)) {
        return ctx;
    }
    for (ngx_pool_cleanup_t *each = r->pool->cleanup; each != NULL; each = each->next) {
        if (each->handler == clean_up) {
            return each->data;
        }
    }
    return NULL;
}

static ngx_int_t take_verdict(ngx_http_mpe_ctx_t *ctx)
{
    if (ctx->watch.refused && ctx->status == 0) {
        ctx->status = ngx_http_mpe_status(ctx);
    }
    return ctx->status;
}

/* A deadline that moved away is left to the timer, which then looks again. */
static void schedule(ngx_http_mpe_ctx_t *ctx)
{
    ngx_msec_t wait = ngx_mpe_watch_delay(&ctx->watch);
    if (wait == NGX_TIMER_INFINITE) {
        return;
    }
    if (!ctx->timer.timer_set || (ngx_msec_int_t)(ctx->timer.timer.key - (ngx_current_msec + wait)) > 0) {
        ngx_add_timer(&ctx->timer, wait);
    }
}

/* The filter below returns the status when the request reads again, though nothing came. */
static void on_timer(ngx_event_t *event)
{
    ngx_http_mpe_ctx_t *ctx = event->data;
    ngx_http_request_t *r = ctx->request;
    ngx_connection_t *c = r->connection;
    if (ngx_mpe_watch_tick(&ctx->watch)) {
        take_verdict(ctx);
        r->read_event_handler(r);
        ngx_http_run_posted_requests(c);
    } else {
        schedule(ctx);
    }
}

static ngx_int_t channel_name(ngx_mpe_watch_t *watch, ngx_str_t *name)
{
    ngx_http_mpe_ctx_t *ctx = ngx_queue_data(watch, ngx_http_mpe_ctx_t, watch);
    return ngx_http_complex_value(ctx->request, watch->conf->channel_value, name);
}

static ngx_http_mpe_ctx_t *open_ctx(ngx_http_request_t *r, const ngx_mpe_conf_t *conf)
{
    ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_mpe_ctx_t));
    if (cleanup == NULL) {
        return NULL;
    }
    ngx_http_mpe_ctx_t *ctx = cleanup->data;
    ngx_memzero(ctx, sizeof(*ctx));
    ctx->request = r;
    ctx->watch.pool = r->pool;
    ctx->watch.client = &r->connection->addr_text;
    ctx->watch.channel_name = channel_name;
    ctx->timer.handler = on_timer;
    ctx->timer.data = ctx;
    ctx->timer.log = r->connection->log;
    ctx->timer.cancelable = 1;
    ngx_snprintf((u_char *)ctx->watch.id, sizeof(ctx->watch.id) - 1, "nginx-%uA.%ui", r->connection->number, ++serial);
    ngx_int_t opened = ngx_mpe_watch_open(&ctx->watch, conf, MPE_PROTOCOL_FMP4, r->connection);
    cleanup->handler = clean_up;
    ngx_http_set_ctx(r, ctx, ngx_http_mpe_module);
    return opened == NGX_OK ? ctx : NULL;
}

/* The encoder says it; it goes into notifications. */
static unsigned host_is_sound(const ngx_str_t *host)
{
    for (size_t i = 0; i < host->len; i++) {
        u_char byte = host->data[i];
        u_char lower = (u_char)(byte | 0x20);
        if (!(lower >= 'a' && lower <= 'z') && !(byte >= '0' && byte <= '9') && ngx_strchr(".-:[]", byte) == NULL) {
            return 0;
        }
    }
    return host->len > 0 && host->len < HOST_BYTES;
}

/* false: it is too long. */
static unsigned write_url(ngx_http_request_t *r, u_char url[URL_BYTES])
{
    u_char *end = url;
    if (r->headers_in.host != NULL && host_is_sound(&r->headers_in.host->value)) {
        end = ngx_slprintf(url, url + URL_BYTES, "http://%V", &r->headers_in.host->value);
    }
    if (r->uri.len >= (size_t)(url + URL_BYTES - end)) {
        return 0;
    }
    *ngx_cpymem(end, r->uri.data, r->uri.len) = '\0';
    return 1;
}

static ngx_int_t give_url(ngx_http_mpe_ctx_t *ctx)
{
    u_char url[URL_BYTES];
    if (!write_url(ctx->request, url)) {
        return NGX_HTTP_REQUEST_URI_TOO_LARGE;
    }
    ngx_mpe_watch_url(&ctx->watch, (const char *)url);
    return NGX_OK;
}

/* libmpe alone knows what a URL names: a session that gets no byte says it. */
const ngx_mpe_names_t *ngx_http_mpe_names(ngx_http_request_t *r)
{
    const ngx_mpe_main_conf_t *main_conf = ngx_http_get_module_main_conf(r, ngx_http_mpe_module);
    const ngx_mpe_names_t *names = NULL;
    mpe_session *session = NULL;
    u_char url[URL_BYTES];
    if (main_conf->lobby == NULL || !write_url(r, url) ||
        mpe_session_new(&session, main_conf->lobby, MPE_PROTOCOL_FMP4, NULL, NULL, ngx_mpe_now_us()) != MPE_OK) {
        return NULL;
    }
    if (mpe_session_url(session, (const char *)url) == MPE_NAMED) {
        names = ngx_mpe_names_read(session, r->pool);
    }
    mpe_session_free(session);
    return names;
}

ngx_int_t ngx_http_mpe_on_preaccess(ngx_http_request_t *r)
{
    const ngx_mpe_conf_t *conf = ngx_http_get_module_loc_conf(r, ngx_http_mpe_module);
    if (!conf->enable || r != r->main || (r->method & (NGX_HTTP_POST | NGX_HTTP_PUT)) == 0 ||
        ngx_http_mpe_get_ctx(r) != NULL) {
        return NGX_DECLINED;
    }
    ngx_http_mpe_ctx_t *ctx = open_ctx(r, conf);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    ngx_int_t result = ctx->watch.refused ? NGX_OK : give_url(ctx);
    if (result != NGX_OK) {
        return result;
    }
    if (take_verdict(ctx) != 0) {
        return ctx->status;
    }
    schedule(ctx);
    return NGX_DECLINED;
}

/* ------------------------------------------------------------------ the filter */

/* An end inside the header is no finding, but nothing can be played of it. */
static void judge_end(ngx_http_mpe_ctx_t *ctx)
{
    const ngx_mpe_watch_t *watch = &ctx->watch;
    ctx->ended = 1;
    ngx_mpe_watch_finish(&ctx->watch, 0);
    if (watch->conf->action == NGX_MPE_CLOSE && watch->received_bytes > 0 && !watch->refused && !watch->header_came) {
        ctx->status = NGX_HTTP_PRECONDITION_FAILED;
    }
}

static void judge(ngx_http_mpe_ctx_t *ctx, const ngx_buf_t *buf)
{
    if (ngx_buf_in_memory(buf) && buf->last > buf->pos) {
        ngx_mpe_watch_feed(&ctx->watch, buf->pos, (size_t)(buf->last - buf->pos));
    }
    if (buf->last_buf && !ctx->ended && !ctx->watch.refused) {
        judge_end(ctx);
    }
}

/* Nothing passes before it was judged: the upstream never sees the bytes that were refused. */
static ngx_int_t request_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_http_mpe_ctx_t *ctx = r == r->main ? ngx_http_mpe_get_ctx(r) : NULL;
    if (ctx == NULL) {
        return next_request_body_filter(r, in);
    }
    for (ngx_chain_t *link = in; link != NULL && !ctx->watch.refused; link = link->next) {
        judge(ctx, link->buf);
    }
    if (take_verdict(ctx) != 0) {
        return ctx->status;
    }
    schedule(ctx);
    return next_request_body_filter(r, in);
}

/* Maintenance, the closest code there is, where the upstream failed or this nginx ends. */
ngx_int_t ngx_http_mpe_on_log(ngx_http_request_t *r)
{
    ngx_http_mpe_ctx_t *ctx = r == r->main ? ngx_http_mpe_get_ctx(r) : NULL;
    if (ctx != NULL) {
        unsigned ours = ngx_terminate || (r->headers_out.status >= NGX_HTTP_INTERNAL_SERVER_ERROR && !ctx->ended);
        ngx_mpe_watch_finish(&ctx->watch, ours ? MPI_SYSTEM_MAINTENANCE : 0);
    }
    return NGX_OK;
}

void ngx_http_mpe_body_init(void)
{
    next_request_body_filter = ngx_http_top_request_body_filter;
    ngx_http_top_request_body_filter = request_body_filter;
}
