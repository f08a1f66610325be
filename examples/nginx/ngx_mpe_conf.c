/* Configuration of a server (stream) or a location (http). */
#include "ngx_mpe.h"

#define DEFAULT_REPORTS 20
#define MOST_REPORTS    100000

void *ngx_mpe_create_conf(ngx_conf_t *cf)
{
    ngx_mpe_conf_t *conf = ngx_pcalloc(cf->pool, sizeof(ngx_mpe_conf_t));
    if (conf == NULL) {
        return NULL;
    }
    conf->enable = NGX_CONF_UNSET;
    conf->action = NGX_CONF_UNSET_UINT;
    conf->notify = NGX_CONF_UNSET_PTR;
    conf->most_reports = NGX_CONF_UNSET_UINT;
    return conf;
}

static void merge_channel(const ngx_mpe_conf_t *parent, ngx_mpe_conf_t *child)
{
    if (child->channel_name.data == NULL) {
        child->channel_name = parent->channel_name;
        child->channel_value = parent->channel_value;
    }
}

static char *find_channel(ngx_conf_t *cf, ngx_mpe_conf_t *conf)
{
    if (conf->channel_value != NULL) {
        return ngx_mpe_channel_lobby(cf, conf->main) == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
    }
    conf->channel = ngx_mpe_channel_find(conf->main, &conf->channel_name);
    if (conf->channel == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "there is no \"mpe_channel %V { ... }\"", &conf->channel_name);
        return NGX_CONF_ERROR;
    }
    return NGX_CONF_OK;
}

char *ngx_mpe_merge_conf(ngx_conf_t *cf, ngx_mpe_main_conf_t *main_conf, ngx_mpe_conf_t *parent, ngx_mpe_conf_t *child)
{
    ngx_conf_merge_value(child->enable, parent->enable, 0);
    ngx_conf_merge_uint_value(child->action, parent->action, NGX_MPE_CLOSE);
    ngx_conf_merge_uint_value(child->most_reports, parent->most_reports, DEFAULT_REPORTS);
    ngx_conf_merge_ptr_value(child->notify, parent->notify, NULL);
    merge_channel(parent, child);
    child->main = main_conf;
    if (child->channel_name.len > 0) {
        return find_channel(cf, child);
    }
    if (child->enable) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"mpe on\" needs a channel: add \"mpe_channel NAME;\" beside it, and define "
                           "\"mpe_channel NAME { kind encoding; }\" outside of every server");
        return NGX_CONF_ERROR;
    }
    return NGX_CONF_OK;
}

void *ngx_mpe_push_first(ngx_array_t *handlers)
{
    if (ngx_array_push(handlers) == NULL) {
        return NULL;
    }
    u_char *first = handlers->elts;
    ngx_memmove(first + handlers->size, first, (handlers->nelts - 1) * handlers->size);
    return first;
}

char *ngx_mpe_check_channel(const ngx_mpe_conf_t *conf, const ngx_str_t *name)
{
    if (conf->channel_name.data != NULL) {
        return "is duplicate";
    }
    return name->len == 0 ? "needs the name of a channel" : NULL;
}

char *ngx_mpe_set_action(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_mpe_conf_t *mpe = conf;
    ngx_str_t *value = cf->args->elts;
    (void)cmd;
    if (mpe->action != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }
    if (ngx_strcmp(value[1].data, "close") == 0) {
        mpe->action = NGX_MPE_CLOSE;
    } else if (ngx_strcmp(value[1].data, "log") == 0) {
        mpe->action = NGX_MPE_LOG;
    } else {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid mpe_action \"%V\", it must be \"close\" or \"log\"",
                           &value[1]);
        return NGX_CONF_ERROR;
    }
    return NGX_CONF_OK;
}

char *ngx_mpe_set_most_reports(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_mpe_conf_t *mpe = conf;
    const ngx_str_t *value = cf->args->elts;
    (void)cmd;
    if (mpe->most_reports != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }
    ngx_int_t number = ngx_atoi(value[1].data, value[1].len);
    if (number < 0 || number > MOST_REPORTS) {
        ngx_conf_log_error(
            NGX_LOG_EMERG, cf, 0,
            "invalid value \"%V\" of mpe_refusals_per_minute, give a whole number from 0 (no limit) to %d", &value[1],
            MOST_REPORTS);
        return NGX_CONF_ERROR;
    }
    mpe->most_reports = (ngx_uint_t)number;
    return NGX_CONF_OK;
}
