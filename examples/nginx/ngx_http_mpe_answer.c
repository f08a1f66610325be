/* The answer to a refused request: its status, and JSON in place of nginx's own page. */
#include "ngx_http_mpe.h"

#include <mpe/reply.h>

#define LINGERING_S 2

static ngx_http_output_header_filter_pt next_header_filter;
static ngx_http_output_body_filter_pt next_body_filter;

/* ------------------------------------------------------------------ the status */

ngx_int_t ngx_http_mpe_status(ngx_http_mpe_ctx_t *ctx)
{
    int32_t status = NGX_HTTP_BAD_REQUEST;
    mpe_reply_http(ctx->watch.session, &ctx->watch.error, &status, &ctx->retry_after_s, NULL, 0, NULL);
    return status;
}

/* -------------------------------------------------------------------- the body */

#define CUT_SHORT                                                                                                      \
    "{\"message\":\"The body ended before its header was complete; push ftyp and moov first, then fragments.\"}"

static ngx_int_t write_json(ngx_http_mpe_ctx_t *ctx)
{
    const ngx_mpe_watch_t *watch = &ctx->watch;
    size_t size = MPE_REPLY_HTTP_MAX_BYTES;
    size_t needed = 0;
    char *json = ngx_pnalloc(ctx->request->pool, size);
    if (json == NULL || mpe_reply_http(watch->session, &watch->error, NULL, NULL, json, size, &needed) != MPE_OK) {
        return NGX_ERROR;
    }
    ctx->json.data = (u_char *)json;
    ctx->json.len = needed - 1;
    return NGX_OK;
}

static ngx_int_t add_retry_after(ngx_http_request_t *r, int32_t retry_after_s)
{
    ngx_table_elt_t *header = ngx_list_push(&r->headers_out.headers);
    u_char *value = ngx_pnalloc(r->pool, NGX_INT32_LEN);
    if (header == NULL || value == NULL) {
        return NGX_ERROR;
    }
    ngx_memzero(header, sizeof(*header));
    header->hash = 1;
    ngx_str_set(&header->key, "Retry-After");
    header->value.data = value;
    header->value.len = (size_t)(ngx_sprintf(value, "%D", retry_after_s) - value);
    return NGX_OK;
}

/* ----------------------------------------------------------------- the filters */

/* After an internal redirect the context is gone from r: an error_page of the operator is left as it is. */
static ngx_http_mpe_ctx_t *refused_ctx(ngx_http_request_t *r)
{
    ngx_http_mpe_ctx_t *ctx = r == r->main ? ngx_http_get_module_ctx(r, ngx_http_mpe_module) : NULL;
    unsigned ours = ctx != NULL && ctx->status != 0 && r->headers_out.status == (ngx_uint_t)ctx->status;
    return ours ? ctx : NULL;
}

static ngx_int_t set_json(ngx_http_mpe_ctx_t *ctx)
{
    if (ctx->watch.refused) {
        return write_json(ctx);
    }
    ngx_str_set(&ctx->json, CUT_SHORT);
    return NGX_OK;
}

static ngx_int_t header_filter(ngx_http_request_t *r)
{
    ngx_http_mpe_ctx_t *ctx = refused_ctx(r);
    if (ctx != NULL) {
        if (ctx->json.data == NULL && set_json(ctx) != NGX_OK) {
            return NGX_ERROR;
        }
        if (ctx->retry_after_s > 0 && add_retry_after(r, ctx->retry_after_s) != NGX_OK) {
            return NGX_ERROR;
        }
        /* An encoder that reads no answer goes on sending: not for the half minute that nginx would listen. */
        if (!ctx->ended) {
            r->keepalive = 0;
            r->lingering_time = ngx_time() + LINGERING_S;
        }
        ngx_http_clear_content_length(r);
        ngx_http_clear_accept_ranges(r);
        ngx_http_clear_last_modified(r);
        ngx_http_clear_etag(r);
        r->headers_out.content_length_n = (off_t)ctx->json.len;
        ngx_str_set(&r->headers_out.content_type, "application/json");
        r->headers_out.content_type_len = r->headers_out.content_type.len;
        r->headers_out.content_type_lowcase = NULL;
    }
    return next_header_filter(r);
}

static ngx_int_t body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_http_mpe_ctx_t *ctx = refused_ctx(r);
    if (ctx == NULL || in == NULL) {
        return next_body_filter(r, in);
    }
    for (ngx_chain_t *link = in; link != NULL; link = link->next) {
        link->buf->pos = link->buf->last;
        link->buf->file_pos = link->buf->file_last;
    }
    if (ctx->answered) {
        return NGX_OK;
    }
    ctx->answered = 1;
    ngx_buf_t *buf = ngx_calloc_buf(r->pool);
    ngx_chain_t out = {.buf = buf, .next = NULL};
    if (buf == NULL) {
        return NGX_ERROR;
    }
    buf->pos = ctx->json.data;
    buf->last = ctx->json.data + ctx->json.len;
    buf->memory = 1;
    buf->last_buf = 1;
    buf->last_in_chain = 1;
    return next_body_filter(r, &out);
}

void ngx_http_mpe_answer_init(void)
{
    next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = header_filter;
    next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = body_filter;
}
