/* "mpe_notify PLACE [schema=NAME];": lines of a file, or POSTs. */
#include "ngx_mpe.h"

#include <stdlib.h>

#define JSON_BYTES 4096

/* ------------------------------------------------------------- configuration */

static ngx_int_t parse_schema(ngx_conf_t *cf, const ngx_str_t *value, int32_t *schema)
{
    const char *text = (const char *)value->data;
    if (ngx_strcmp(text, "schema=event-grid") == 0) {
        *schema = MPE_SCHEMA_EVENT_GRID;
    } else if (ngx_strcmp(text, "schema=cloud-events") == 0) {
        *schema = MPE_SCHEMA_CLOUD_EVENTS;
    } else {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\" of mpe_notify, it must be schema=event-grid or "
                           "schema=cloud-events",
                           value);
        return NGX_ERROR;
    }
    return NGX_OK;
}

static ngx_int_t open_file(ngx_conf_t *cf, ngx_str_t *name, ngx_mpe_notify_t *notify)
{
    if (name->len == 0 || ngx_strstr(name->data, "://") != NULL) {
        /* What stands in a URL may be a secret. */
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "mpe_notify takes the name of a file or http://HOST[:PORT]/PATH; for https, let a server of "
                           "this nginx on 127.0.0.1 proxy_pass to it");
        return NGX_ERROR;
    }
    notify->file = ngx_conf_open_file(cf->cycle, name);
    return notify->file != NULL ? NGX_OK : NGX_ERROR;
}

char *ngx_mpe_set_notify(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_mpe_conf_t *mpe = conf;
    ngx_str_t *value = cf->args->elts;
    (void)cmd;
    if (ngx_strcmp(value[1].data, "off") == 0 && cf->args->nelts == 2) {
        if (mpe->notify != NGX_CONF_UNSET_PTR) {
            return "\"off\" must stand alone";
        }
        mpe->notify = NULL;
        return NGX_CONF_OK;
    }
    if (mpe->notify == NULL) {
        return "\"off\" must stand alone";
    }
    if (mpe->notify == NGX_CONF_UNSET_PTR) {
        mpe->notify = ngx_array_create(cf->pool, 2, sizeof(ngx_mpe_notify_t));
    }
    ngx_mpe_notify_t *notify = mpe->notify != NULL ? ngx_array_push(mpe->notify) : NULL;
    if (notify == NULL) {
        return NGX_CONF_ERROR;
    }
    ngx_memzero(notify, sizeof(*notify));
    notify->schema = MPE_SCHEMA_EVENT_GRID;
    if (cf->args->nelts == 3 && parse_schema(cf, &value[2], &notify->schema) != NGX_OK) {
        return NGX_CONF_ERROR;
    }
    if (ngx_strncmp(value[1].data, "http://", 7) == 0) {
        notify->post = ngx_mpe_post_create(cf, &value[1], notify->schema);
        return notify->post != NULL ? NGX_CONF_OK : NGX_CONF_ERROR;
    }
    return open_file(cf, &value[1], notify) == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}

/* ----------------------------------------------------------------- at run time */

/* One write, so that workers do not mix their lines. */
static void write_line(ngx_open_file_t *file, char *json, ngx_log_t *log)
{
    size_t length = ngx_strlen(json);
    json[length] = '\n';
    ssize_t written = ngx_write_fd(file->fd, json, length + 1);
    ngx_err_t error = ngx_errno;
    json[length] = '\0';
    if (written != (ssize_t)length + 1) {
        ngx_log_error(NGX_LOG_ERR, log, written < 0 ? error : 0, "mpe: a notification could not be written to \"%V\"",
                      &file->name);
    }
}

/* A finding or an ending, or a notice. */
typedef struct {
    const mpe_session *session;
    const mpe_error *error;
    const mpe_notice *notice;
} subject_t;

static mpe_status write_json(const subject_t *of, int32_t schema, char *json, size_t size, size_t *needed)
{
    const ngx_time_t *now = ngx_timeofday();
    int64_t unix_us = ((int64_t)now->sec * 1000 + now->msec) * 1000;
    if (of->error != NULL) {
        return mpe_error_json(of->session, of->error, schema, unix_us, json, size, needed);
    }
    return mpe_notice_json(of->session, of->notice, schema, unix_us, json, size, needed);
}

static void send_one(const ngx_mpe_notify_t *notify, const subject_t *of, ngx_log_t *log)
{
    char line[JSON_BYTES];
    char *json = line;
    size_t needed = 0;
    mpe_status status = write_json(of, notify->schema, line, sizeof(line), &needed);
    if (status == MPE_BUFFER_TOO_SMALL && (json = malloc(needed)) != NULL) {
        status = write_json(of, notify->schema, json, needed, &needed);
    }
    if (status != MPE_OK) {
        ngx_log_error(NGX_LOG_ERR, log, 0, "mpe: no notification: %s", mpe_status_text(status));
    } else if (notify->file != NULL) {
        write_line(notify->file, json, log);
    } else {
        ngx_mpe_post_send(notify->post, json);
    }
    if (json != line) {
        free(json);
    }
}

static void send_all(const ngx_array_t *notify, const subject_t *of, ngx_log_t *log)
{
    const ngx_mpe_notify_t *each = notify != NULL ? notify->elts : NULL;
    for (ngx_uint_t i = 0; notify != NULL && i < notify->nelts; i++) {
        send_one(&each[i], of, log);
    }
}

void ngx_mpe_notify(const ngx_array_t *notify, const mpe_session *session, const mpe_error *error, ngx_log_t *log)
{
    send_all(notify, &(subject_t){.session = session, .error = error}, log);
}

void ngx_mpe_notify_notice(const ngx_array_t *notify, const mpe_session *session, const mpe_notice *notice,
                           ngx_log_t *log)
{
    send_all(notify, &(subject_t){.session = session, .notice = notice}, log);
}
