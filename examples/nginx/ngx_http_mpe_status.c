/* "mpe_status;": what all workers know, in JSON and as metrics. */
#include "ngx_http_mpe.h"

#include "common/server/admin_json.h"
#include "common/server/metrics.h"
#include "ngx_mpe_view.h"

/* left_out: sessions that the zone had no room for. The text is to be freed; NULL: no memory. */
typedef char *(*render_t)(const struct snapshot *snapshot, uint64_t left_out, size_t *length);

static char *render_metrics(const struct snapshot *snapshot, uint64_t left_out, size_t *length)
{
    static const char more[] = "# HELP mpe_sessions_left_out Sessions that mpe_zone has no room to show.\n"
                               "# TYPE mpe_sessions_left_out gauge\nmpe_sessions_left_out ";
    char *text = metrics_text(snapshot, length);
    char *longer = text != NULL ? realloc(text, *length + sizeof(more) + NGX_INT64_LEN + 1) : NULL;
    if (longer == NULL) {
        free(text);
        return NULL;
    }
    *length = (size_t)(ngx_sprintf((u_char *)longer + *length, "%s%uL\n", more, left_out) - (u_char *)longer);
    return longer;
}

static char *render_channels(const struct snapshot *snapshot, uint64_t left_out, size_t *length)
{
    (void)left_out;
    char *text = admin_json_channels(snapshot);
    *length = text != NULL ? ngx_strlen(text) : 0;
    return text;
}

static char *render_sessions(const struct snapshot *snapshot, uint64_t left_out, size_t *length)
{
    (void)left_out;
    char *text = admin_json_sessions(snapshot);
    *length = text != NULL ? ngx_strlen(text) : 0;
    return text;
}

static const struct {
    ngx_str_t path; /* the end of the URI */
    ngx_str_t type;
    render_t render;
} views[] = {
    {ngx_string("/metrics"), ngx_string("text/plain; version=0.0.4"), render_metrics},
    {ngx_string("/api/v1/channels"), ngx_string("application/json"), render_channels},
    {ngx_string("/api/v1/sessions"), ngx_string("application/json"), render_sessions},
};

static unsigned ends_with(const ngx_str_t *text, const ngx_str_t *end)
{
    return text->len >= end->len && ngx_memcmp(text->data + text->len - end->len, end->data, end->len) == 0;
}

static void free_text(void *text)
{
    free(text);
}

/* The text is freed with the request. */
static ngx_int_t send_text(ngx_http_request_t *r, char *text, size_t length)
{
    ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(r->pool, 0);
    ngx_buf_t *buf = ngx_calloc_buf(r->pool);
    ngx_chain_t out = {.buf = buf, .next = NULL};
    if (cleanup == NULL || buf == NULL) {
        free(text);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    cleanup->handler = free_text;
    cleanup->data = text;
    buf->pos = (u_char *)text;
    buf->last = buf->pos + length;
    buf->memory = length > 0;
    buf->last_buf = 1;
    buf->last_in_chain = 1;
    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = (off_t)length;
    ngx_int_t result = ngx_http_send_header(r);
    return result == NGX_ERROR || result > NGX_OK || r->header_only ? result : ngx_http_output_filter(r, &out);
}

static ngx_int_t answer(ngx_http_request_t *r, ngx_uint_t view)
{
    size_t length = 0;
    uint64_t left_out = 0;
    struct snapshot *snapshot = ngx_mpe_view(&left_out);
    char *text = snapshot != NULL ? views[view].render(snapshot, left_out, &length) : NULL;
    snapshot_release(snapshot);
    if (text == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    r->headers_out.content_type = views[view].type;
    r->headers_out.content_type_len = views[view].type.len;
    r->headers_out.content_type_lowcase = NULL;
    return send_text(r, text, length);
}

static ngx_int_t on_content(ngx_http_request_t *r)
{
    if ((r->method & (NGX_HTTP_GET | NGX_HTTP_HEAD)) == 0) {
        return NGX_HTTP_NOT_ALLOWED;
    }
    if (ngx_http_discard_request_body(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    for (ngx_uint_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
        if (ends_with(&r->uri, &views[i].path)) {
            return answer(r, i);
        }
    }
    return NGX_HTTP_NOT_FOUND;
}

char *ngx_http_mpe_set_status(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_core_loc_conf_t *core = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    ngx_mpe_main_conf_t *main_conf = ngx_http_conf_get_module_main_conf(cf, ngx_http_mpe_module);
    (void)cmd;
    (void)conf;
    core->handler = on_content;
    main_conf->has_status = 1;
    return NGX_CONF_OK;
}
