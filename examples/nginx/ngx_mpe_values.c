/* Variables of a session under watch. */
#include "ngx_mpe.h"

const ngx_str_t ngx_mpe_value_names[NGX_MPE_VALUES] = {
    ngx_string("mpe_code"), ngx_string("mpe_evidence"), ngx_string("mpe_state"), ngx_string("mpe_channel"),
    ngx_string("mpe_app"),  ngx_string("mpe_stream"),   ngx_string("mpe_host"),
};

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

static ngx_int_t write_evidence(const ngx_mpe_watch_t *watch, ngx_str_t *text)
{
    text->data = ngx_pnalloc(watch->pool, NGX_MPE_EVIDENCE_BYTES);
    if (text->data == NULL) {
        return NGX_ERROR;
    }
    u_char *end = ngx_mpe_evidence(&watch->error, text->data, text->data + NGX_MPE_EVIDENCE_BYTES);
    text->len = (size_t)(end - text->data);
    return NGX_OK;
}

ngx_str_t ngx_mpe_value_of_names(const ngx_mpe_names_t *names, uintptr_t which)
{
    switch (which) {
    case NGX_MPE_APP:
        return names->app;
    case NGX_MPE_STREAM:
        return names->stream;
    default:
        return names->host;
    }
}

ngx_int_t ngx_mpe_value(ngx_mpe_watch_t *watch, uintptr_t which, ngx_str_t *text)
{
    ngx_str_null(text);
    if (which == NGX_MPE_STATE) {
        set_static(text, state_name(watch->session != NULL ? mpe_session_state(watch->session) : watch->state));
    } else if (which == NGX_MPE_CHANNEL) {
        *text = watch->channel != NULL ? watch->channel->node.str : *text;
    } else if (which == NGX_MPE_CODE || which == NGX_MPE_EVIDENCE) {
        if (watch->decided && which == NGX_MPE_CODE) {
            set_static(text, mpe_code_name(watch->error.code));
        } else if (watch->decided) {
            return write_evidence(watch, text);
        }
    } else if (watch->names != NULL) {
        *text = ngx_mpe_value_of_names(watch->names, which);
    } else {
        watch->asked_early = 1;
    }
    return NGX_OK;
}

void ngx_mpe_set_variable(ngx_variable_value_t *v, const ngx_str_t *text)
{
    v->not_found = text->len == 0;
    v->valid = text->len > 0;
    v->no_cacheable = 0;
    v->data = text->data;
    v->len = (unsigned)text->len;
}
