/* From the lobby, where an encoder is judged by its bytes alone, to the channel that its publish names. */
#include "ngx_mpe_fleet.h"

/* ----------------------------------------------------------------------- names */

/* Without a NUL inside, as libmpe gives it. data is NULL: no memory. */
static ngx_str_t read_name(const mpe_session *session, int32_t part, ngx_pool_t *pool)
{
    ngx_str_t text = ngx_null_string;
    size_t needed = 0;
    mpe_session_name(session, part, NULL, 0, &needed);
    text.data = needed > 0 ? ngx_pnalloc(pool, needed) : NULL;
    if (text.data != NULL && mpe_session_name(session, part, (char *)text.data, needed, NULL) == MPE_OK) {
        text.len = needed - 1;
    }
    return text;
}

/* It becomes a key of maps and may be written to logs: letters, digits and what stands in addresses, or nothing. */
static ngx_str_t sound_host(u_char *start, const u_char *end)
{
    ngx_str_t host = {.len = (size_t)(end - start), .data = start};
    for (u_char *at = start; at < end; at++) {
        *at = ngx_tolower(*at);
        if (!(*at >= 'a' && *at <= 'z') && !(*at >= '0' && *at <= '9') && ngx_strchr(".-:[]", *at) == NULL) {
            host.len = 0;
            break;
        }
    }
    return host;
}

/* Of "rtmp://user@host:port/app": between "@" and ":"; user may be a secret. */
static ngx_str_t host_of_url(const ngx_str_t *url)
{
    u_char *last = url->data + url->len;
    u_char *start = ngx_strnstr(url->data, "://", url->len);
    ngx_str_t none = ngx_null_string;
    if (start == NULL) {
        return none;
    }
    start += 3;
    u_char *end = start;
    for (; end < last && *end != '/' && *end != '?' && *end != '#'; end++) {
        start = *end == '@' ? end + 1 : start;
    }
    u_char *port = start < end && *start == '[' ? ngx_strlchr(start, end, ']') : start;
    port = port != NULL ? ngx_strlchr(port, end, ':') : NULL;
    return sound_host(start, port != NULL ? port : end);
}

ngx_mpe_names_t *ngx_mpe_names_read(const mpe_session *session, ngx_pool_t *pool)
{
    ngx_mpe_names_t *names = ngx_palloc(pool, sizeof(ngx_mpe_names_t));
    ngx_str_t url = read_name(session, MPE_NAME_TC_URL, pool);
    if (names == NULL || url.data == NULL) {
        return NULL;
    }
    names->app = read_name(session, MPE_NAME_APP, pool);
    names->stream = read_name(session, MPE_NAME_STREAM, pool);
    names->host = host_of_url(&url);
    return names->app.data != NULL && names->stream.data != NULL ? names : NULL;
}

/* A variable was worked out from the first: one connection has one stream name. */
static unsigned is_same(const mpe_session *session, int32_t part, const ngx_str_t *name)
{
    size_t needed = 0;
    mpe_session_name(session, part, NULL, 0, &needed);
    if (needed != name->len + 1) {
        return 0;
    }
    char *text = ngx_alloc(needed, ngx_cycle->log);
    unsigned same = text != NULL && mpe_session_name(session, part, text, needed, NULL) == MPE_OK &&
                    ngx_memcmp(text, name->data, name->len) == 0;
    ngx_free(text);
    return same;
}

/* --------------------------------------------------------------------- binding */

static void refuse(ngx_mpe_watch_t *watch, int32_t code)
{
    mpe_session_refuse(watch->session, code, ngx_mpe_now_us());
}

void ngx_mpe_bind_fail(ngx_mpe_watch_t *watch)
{
    refuse(watch, MPI_SYSTEM_MAINTENANCE);
}

static void bind_to(ngx_mpe_watch_t *watch, ngx_mpe_channel_t *channel)
{
    if (channel == NULL) {
        refuse(watch, MPE_RTMP_APPID_AUTH_FAILURE);
    } else if (mpe_session_bind(watch->session, channel->handle, ngx_mpe_now_us()) != MPE_OK) {
        ngx_mpe_bind_fail(watch);
    } else {
        if (watch->channel == NULL) {
            ngx_mpe_fleet_enter(watch->conf->main, channel);
        }
        watch->channel = channel;
    }
}

static void bind_first(ngx_mpe_watch_t *watch)
{
    ngx_str_t name = ngx_null_string;
    watch->names = ngx_mpe_names_read(watch->session, watch->pool);
    if (watch->asked_early) {
        ngx_log_error(NGX_LOG_ERR, watch->log, 0,
                      "mpe: %s: $mpe_app, $mpe_stream or $mpe_host was used before the encoder has published, where "
                      "nothing of it is known; what is worked out from them is wrong",
                      watch->id);
        ngx_mpe_bind_fail(watch);
    } else if (watch->names == NULL || watch->channel_name(watch, &name) != NGX_OK) {
        ngx_mpe_bind_fail(watch);
    } else {
        bind_to(watch, ngx_mpe_channel_find(watch->conf->main, &name));
    }
}

void ngx_mpe_bind(ngx_mpe_watch_t *watch)
{
    if (watch->names == NULL) {
        bind_first(watch);
    } else if (is_same(watch->session, MPE_NAME_APP, &watch->names->app) &&
               is_same(watch->session, MPE_NAME_STREAM, &watch->names->stream)) {
        bind_to(watch, watch->channel);
    } else {
        refuse(watch, MPE_RTMP_APPID_AUTH_FAILURE);
    }
}
