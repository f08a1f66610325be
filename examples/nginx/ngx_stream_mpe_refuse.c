/* How an encoder is refused: reply, shut, drain, close. */
#include "ngx_stream_mpe.h"

#include <mpe/reply.h>

#define TELL_WITHIN_MS   1000 /* until the server has finished its message */
#define ANSWER_WITHIN_MS 5000 /* until the encoder has asked to connect */
#define LEAVING_MS       5000 /* the encoder reads the last words when it writes its next frame, and closes */
#define LEAVING_BYTES    (16u << 20)
#define READ_BYTES       4096

/* --------------------------------------------------------------------- sending */

static ngx_int_t send_bytes(ngx_stream_mpe_ctx_t *ctx, const void *bytes, size_t length)
{
    ngx_pool_t *pool = ctx->session->connection->pool;
    ngx_buf_t *buf = ngx_create_temp_buf(pool, length);
    ngx_chain_t link = {.buf = buf, .next = NULL};
    if (buf == NULL) {
        return NGX_ERROR;
    }
    buf->last = ngx_cpymem(buf->pos, bytes, length);
    buf->flush = 1;
    ngx_stream_mpe_follow_server(ctx, buf->pos, length, 0);
    return ngx_stream_mpe_next_filter(ctx->session, &link, 1) == NGX_ERROR ? NGX_ERROR : NGX_OK;
}

static void send_from_sink(void *user, const void *bytes, size_t length)
{
    ngx_stream_mpe_ctx_t *ctx = user;
    if (send_bytes(ctx, bytes, length) != NGX_OK) {
        ctx->session->connection->error = 1;
    }
}

/* After the last word: the end, so that the encoder need not wait for it; of TLS, too. */
static void shut(ngx_stream_mpe_ctx_t *ctx)
{
    ngx_connection_t *c = ctx->session->connection;
    ctx->shut = 1;
#if (NGX_SSL)
    if (c->ssl != NULL) {
        SSL_shutdown(c->ssl->connection);
        ERR_clear_error();
    }
#endif
    ngx_shutdown_socket(c->fd, NGX_WRITE_SHUTDOWN);
}

ngx_int_t ngx_stream_mpe_flush(ngx_stream_mpe_ctx_t *ctx)
{
    ngx_connection_t *c = ctx->session->connection;
    if ((c->buffered & ~NGX_STREAM_MPE_HOLD) != 0 && ngx_stream_mpe_next_filter(ctx->session, NULL, 1) == NGX_ERROR) {
        return NGX_ERROR;
    }
    if (ctx->phase == NGX_STREAM_MPE_LEAVING && !ctx->shut && (c->buffered & ~NGX_STREAM_MPE_HOLD) == 0) {
        shut(ctx);
    }
    return NGX_OK;
}

/* --------------------------------------------------------------------- leaving */

ngx_int_t ngx_stream_mpe_discard(ngx_stream_mpe_ctx_t *ctx, size_t length)
{
    ctx->discarded_bytes += length;
    return ctx->discarded_bytes <= LEAVING_BYTES ? NGX_OK : NGX_ERROR;
}

static void set_phase(ngx_stream_mpe_ctx_t *ctx, ngx_stream_mpe_phase_e phase, ngx_msec_t within)
{
    ctx->phase = phase;
    ctx->limit = ngx_current_msec + within;
    ngx_stream_mpe_schedule(ctx);
}

/* The server learns at once that this stream is over: the encoder may be back before we are through with it. */
static ngx_int_t leave(ngx_stream_mpe_ctx_t *ctx)
{
    const ngx_stream_upstream_t *u = ctx->session->upstream;
    if (u != NULL && u->connected && u->peer.connection != NULL) {
        ngx_shutdown_socket(u->peer.connection->fd, NGX_WRITE_SHUTDOWN);
    }
    set_phase(ctx, NGX_STREAM_MPE_LEAVING, LEAVING_MS);
    return ngx_stream_mpe_flush(ctx);
}

/* From outside of the proxy. As nginx itself ends connections at its shutdown timeout. ctx is gone afterwards. */
static void end(ngx_stream_mpe_ctx_t *ctx)
{
    ngx_connection_t *c = ctx->session->connection;
    c->buffered &= (unsigned char)~NGX_STREAM_MPE_HOLD;
    if (ctx->local) {
        ngx_stream_finalize_session(ctx->session, NGX_STREAM_FORBIDDEN);
        return;
    }
    c->close = 1;
    c->read->handler(c->read);
}

/* -------------------------------------------------------------------- the reply */

static ngx_int_t reply_why(ngx_stream_mpe_ctx_t *ctx)
{
    u_char bytes[MPE_REPLY_RTMP_MAX_BYTES];
    size_t length = 0;
    int32_t answered = ctx->connect_answered ? MPE_ANSWERED_CONNECT : MPE_ANSWERED_NOTHING;
    mpe_status status = mpe_reply_rtmp(ctx->watch.session, &ctx->watch.error, answered, ctx->from_server.chunk_size,
                                       bytes, sizeof(bytes), &length);
    if (status == MPE_OK && send_bytes(ctx, bytes, length) != NGX_OK) {
        return NGX_ERROR;
    }
    return leave(ctx);
}

ngx_int_t ngx_stream_mpe_try_to_tell(ngx_stream_mpe_ctx_t *ctx)
{
    if (ctx->phase != NGX_STREAM_MPE_REFUSING) {
        return NGX_OK;
    }
    if (ctx->local) {
        return mpe_session_asked(ctx->watch.session) != MPE_ASKED_NOTHING ? reply_why(ctx) : NGX_OK;
    }
    if (ctx->from_client.handshake_left > 0) {
        return leave(ctx); /* it may not even speak RTMP */
    }
    if (ctx->from_server.position == 0) {
        sink_start(&ctx->sink, send_from_sink, ctx);
        sink_shake_hands_blindly(&ctx->sink);
        return reply_why(ctx);
    }
    return rtmp_reader_between(&ctx->from_server) ? reply_why(ctx) : NGX_OK;
}

ngx_int_t ngx_stream_mpe_refuse(ngx_stream_mpe_ctx_t *ctx)
{
    ctx->session->connection->buffered |= NGX_STREAM_MPE_HOLD;
    set_phase(ctx, NGX_STREAM_MPE_REFUSING, ctx->local ? ANSWER_WITHIN_MS : TELL_WITHIN_MS);
    return ngx_stream_mpe_try_to_tell(ctx);
}

void ngx_stream_mpe_on_timer(ngx_event_t *event)
{
    ngx_stream_mpe_ctx_t *ctx = event->data;
    ngx_int_t result = NGX_OK;
    unsigned over = ctx->limit != NGX_TIMER_INFINITE && (ngx_msec_int_t)(ngx_current_msec - ctx->limit) >= 0;
    if (ctx->phase == NGX_STREAM_MPE_PASSING) {
        if (ngx_mpe_watch_tick(&ctx->watch)) {
            result = ngx_stream_mpe_refuse(ctx);
        }
    } else if (over && ctx->phase == NGX_STREAM_MPE_REFUSING && !ctx->local) {
        result = leave(ctx);
    } else if (over) {
        result = NGX_ERROR;
    }
    if (result != NGX_OK) {
        end(ctx);
    } else {
        ngx_stream_mpe_schedule(ctx);
    }
}

/* ---------------------------------------------------------- without the proxy */

static ngx_int_t take_locally(ngx_stream_mpe_ctx_t *ctx, const u_char *data, size_t length)
{
    if (ngx_stream_mpe_discard(ctx, length) != NGX_OK) {
        return NGX_ERROR;
    }
    if (ctx->phase == NGX_STREAM_MPE_REFUSING) {
        sink_bytes(&ctx->sink, data, length);
        ngx_mpe_watch_feed(&ctx->watch, data, length);
        return ctx->session->connection->error ? NGX_ERROR : ngx_stream_mpe_try_to_tell(ctx);
    }
    return NGX_OK;
}

static void read_locally(ngx_event_t *event)
{
    ngx_connection_t *c = event->data;
    ngx_stream_session_t *s = c->data;
    ngx_stream_mpe_ctx_t *ctx = ngx_stream_get_module_ctx(s, ngx_stream_mpe_module);
    u_char bytes[READ_BYTES];
    ssize_t length = c->close ? NGX_ERROR : c->recv(c, bytes, sizeof(bytes));
    while (length > 0) {
        s->received += length;
        length = take_locally(ctx, bytes, (size_t)length) == NGX_OK ? c->recv(c, bytes, sizeof(bytes)) : NGX_ERROR;
    }
    if (length != NGX_AGAIN || ngx_handle_read_event(event, 0) != NGX_OK) {
        end(ctx);
    }
}

static void write_locally(ngx_event_t *event)
{
    ngx_connection_t *c = event->data;
    ngx_stream_session_t *s = c->data;
    ngx_stream_mpe_ctx_t *ctx = ngx_stream_get_module_ctx(s, ngx_stream_mpe_module);
    if (ngx_stream_mpe_flush(ctx) != NGX_OK || ngx_handle_write_event(event, 0) != NGX_OK) {
        end(ctx);
    }
}

void ngx_stream_mpe_refuse_locally(ngx_stream_mpe_ctx_t *ctx)
{
    ngx_connection_t *c = ctx->session->connection;
    ctx->local = 1;
    sink_start(&ctx->sink, send_from_sink, ctx);
    c->log->action = "refusing an encoder";
    c->read->handler = read_locally;
    c->write->handler = write_locally;
    ngx_stream_mpe_refuse(ctx);
    if (c->buffer != NULL && c->buffer->last > c->buffer->pos) {
        take_locally(ctx, c->buffer->pos, (size_t)(c->buffer->last - c->buffer->pos));
    }
    ngx_post_event(c->read, &ngx_posted_events);
}
