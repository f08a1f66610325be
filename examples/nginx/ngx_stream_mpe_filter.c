/* What passes between an encoder and proxy_pass. */
#include "ngx_stream_mpe.h"

ngx_stream_filter_pt ngx_stream_mpe_next_filter;

/* ------------------------------------------------------------------ following */

void ngx_stream_mpe_follow_client(ngx_stream_mpe_ctx_t *ctx, const u_char *data, size_t length)
{
    size_t used = 0;
    enum rtmp_seen seen = RTMP_SAW_MESSAGE;
    struct rtmp_command command;
    while (seen != RTMP_SAW_NOTHING) {
        used += rtmp_reader_take(&ctx->from_client, data + used, length - used, &seen, &command);
    }
}

size_t ngx_stream_mpe_follow_server(ngx_stream_mpe_ctx_t *ctx, const u_char *data, size_t length,
                                    unsigned until_between)
{
    size_t used = 0;
    enum rtmp_seen seen = RTMP_SAW_MESSAGE;
    struct rtmp_command command;
    while (seen != RTMP_SAW_NOTHING && !(until_between && rtmp_reader_between(&ctx->from_server))) {
        used += rtmp_reader_take(&ctx->from_server, data + used, length - used, &seen, &command);
        if (seen == RTMP_SAW_COMMAND &&
            (ngx_strcmp(command.name, "_result") == 0 || ngx_strcmp(command.name, "_error") == 0)) {
            ctx->connect_answered = 1;
        }
    }
    return used;
}

/* A deadline that moved away is left to the timer, which then looks again: media moves it with each message. */
void ngx_stream_mpe_schedule(ngx_stream_mpe_ctx_t *ctx)
{
    ngx_msec_t wait = ngx_mpe_watch_delay(&ctx->watch);
    if (ctx->limit != NGX_TIMER_INFINITE) {
        ngx_msec_int_t rest = (ngx_msec_int_t)(ctx->limit - ngx_current_msec);
        wait = rest > 0 ? (ngx_msec_t)rest : 0;
    }
    if (wait == NGX_TIMER_INFINITE) {
        return;
    }
    if (!ctx->timer.timer_set || (ngx_msec_int_t)(ctx->timer.timer.key - (ngx_current_msec + wait)) > 0) {
        ngx_add_timer(&ctx->timer, wait);
    }
}

/* --------------------------------------------------------------------- buffers */

static size_t length_of(const ngx_buf_t *buf)
{
    return ngx_buf_in_memory(buf) ? (size_t)(buf->last - buf->pos) : 0;
}

/* What is left of it when all its bytes are taken: nothing that the write filter would find fault with. */
static void mark_consumed(ngx_buf_t *buf)
{
    buf->pos = buf->last;
    buf->temporary = 0;
    buf->memory = 0;
    buf->flush = 1;
}

static ngx_int_t discard_all(ngx_stream_mpe_ctx_t *ctx, ngx_chain_t *in)
{
    ngx_int_t result = NGX_OK;
    for (ngx_chain_t *link = in; link != NULL; link = link->next) {
        if (ngx_stream_mpe_discard(ctx, length_of(link->buf)) != NGX_OK) {
            result = NGX_ERROR;
        }
        mark_consumed(link->buf);
    }
    return result;
}

/*
 * "proxy_protocol on" puts a header of nginx's own before the first bytes. It is the one buffer of the proxy that is
 * neither to be flushed nor the last: the encoder's are one or the other.
 */
static unsigned is_proxy_header(const ngx_stream_mpe_ctx_t *ctx, const ngx_buf_t *buf)
{
    return ctx->watch.received_bytes == 0 && !buf->flush && !buf->last_buf;
}

/* ------------------------------------------------------------------ the filter */

/* Nothing passes before it was judged: the server never sees the bytes that were refused. */
static ngx_int_t to_server(ngx_stream_mpe_ctx_t *ctx, ngx_chain_t *in)
{
    unsigned refused = 0;
    if (ctx->phase != NGX_STREAM_MPE_PASSING) {
        return discard_all(ctx, in);
    }
    for (ngx_chain_t *link = in; link != NULL && !refused; link = link->next) {
        size_t length = length_of(link->buf);
        if (length > 0 && !is_proxy_header(ctx, link->buf)) {
            if (ctx->follows) {
                ngx_stream_mpe_follow_client(ctx, link->buf->pos, length);
            }
            refused = ngx_mpe_watch_feed(&ctx->watch, link->buf->pos, length);
        }
    }
    if (refused) {
        discard_all(ctx, in);
        return ngx_stream_mpe_refuse(ctx);
    }
    ngx_stream_mpe_schedule(ctx);
    return ngx_stream_mpe_next_filter(ctx->session, in, 0);
}

static void follow_all(ngx_stream_mpe_ctx_t *ctx, ngx_chain_t *in)
{
    for (ngx_chain_t *link = in; link != NULL; link = link->next) {
        if (ctx->follows) {
            ngx_stream_mpe_follow_server(ctx, link->buf->pos, length_of(link->buf), 0);
        }
        if (link->buf->last_buf) {
            ctx->server_ended = 1;
        }
    }
}

/* Lets the server finish its message, and no more. */
static ngx_int_t pass_until_between(ngx_stream_mpe_ctx_t *ctx, ngx_chain_t *in)
{
    for (ngx_chain_t *link = in; link != NULL; link = link->next) {
        size_t length = length_of(link->buf);
        size_t used = length > 0 ? ngx_stream_mpe_follow_server(ctx, link->buf->pos, length, 1) : 0;
        if (used == 0) {
            mark_consumed(link->buf);
        } else {
            link->buf->last = link->buf->pos + used;
        }
    }
    if (in != NULL && ngx_stream_mpe_next_filter(ctx->session, in, 1) == NGX_ERROR) {
        return NGX_ERROR;
    }
    return ngx_stream_mpe_try_to_tell(ctx);
}

static ngx_int_t to_client(ngx_stream_mpe_ctx_t *ctx, ngx_chain_t *in)
{
    switch (ctx->phase) {
    case NGX_STREAM_MPE_PASSING:
        follow_all(ctx, in);
        return ngx_stream_mpe_next_filter(ctx->session, in, 1);
    case NGX_STREAM_MPE_REFUSING:
        if (pass_until_between(ctx, in) == NGX_ERROR) {
            return NGX_ERROR;
        }
        return ngx_stream_mpe_flush(ctx);
    case NGX_STREAM_MPE_LEAVING:
        for (ngx_chain_t *link = in; link != NULL; link = link->next) {
            mark_consumed(link->buf);
        }
        return ngx_stream_mpe_flush(ctx);
    }
    return NGX_ERROR;
}

ngx_int_t ngx_stream_mpe_filter(ngx_stream_session_t *s, ngx_chain_t *in, ngx_uint_t from_upstream)
{
    ngx_stream_mpe_ctx_t *ctx = ngx_stream_get_module_ctx(s, ngx_stream_mpe_module);
    if (ctx == NULL) {
        return ngx_stream_mpe_next_filter(s, in, from_upstream);
    }
    return from_upstream ? to_client(ctx, in) : to_server(ctx, in);
}
