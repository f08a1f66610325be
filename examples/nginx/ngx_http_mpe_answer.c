/* The answer to a refused request: its status, and JSON in place of nginx's own page. */
#include "ngx_http_mpe.h"

#include <stdlib.h>

#include "common/finding_json.h"

#define LINGERING_S 2

static ngx_http_output_header_filter_pt next_header_filter;
static ngx_http_output_body_filter_pt next_body_filter;

/* ------------------------------------------------------------------ the status */

/* MPE_UNKNOWN_ERROR is told apart by its reasons. */
static ngx_int_t status_of_fault(int32_t reason, unsigned header_came)
{
    if (reason == MPE_REASON_PROTOCOL_NOT_SUPPORTED) {
        return NGX_HTTP_UNSUPPORTED_MEDIA_TYPE;
    }
    if (reason == MPE_REASON_OUT_OF_MEMORY) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    return header_came ? NGX_HTTP_BAD_REQUEST : NGX_HTTP_PRECONDITION_FAILED;
}

ngx_int_t ngx_http_mpe_status(const mpe_error *error, unsigned header_came)
{
    switch (error->code) {
    case MPE_INGEST_ENCODER_CONNECTION_DENIED:
    case MPE_RTMP_APPID_AUTH_FAILURE:
    case MPE_BAD_URL_SYNTAX:
        return NGX_HTTP_FORBIDDEN;
    case MPE_INGEST_DESCRIPTION_INFO_NOT_RECEIVED:
        return NGX_HTTP_PRECONDITION_FAILED;
    case MPE_INGEST_CODEC_NOT_SUPPORTED:
        return NGX_HTTP_UNSUPPORTED_MEDIA_TYPE;
    case MPE_UNKNOWN_ERROR:
        return status_of_fault(error->reason, header_came);
    default:
        return NGX_HTTP_BAD_REQUEST;
    }
}

/* -------------------------------------------------------------------- the body */

#define CUT_SHORT                                                                                                      \
    "{\"message\":\"The body ended before its header was complete; push ftyp and moov first, then fragments.\"}"

/* All of it as mpe-smooth says it. */
static ngx_int_t write_json(ngx_pool_t *pool, const mpe_error *error, ngx_str_t *json)
{
    char *line = finding_line(finding_object_with_remedy(error));
    json->len = line != NULL ? ngx_strlen(line) : 0;
    json->data = line != NULL ? ngx_pnalloc(pool, json->len) : NULL;
    if (json->data != NULL) {
        ngx_memcpy(json->data, line, json->len);
    }
    free(line);
    return json->data != NULL ? NGX_OK : NGX_ERROR;
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
        return write_json(ctx->request->pool, &ctx->watch.error, &ctx->json);
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
