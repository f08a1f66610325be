/* Configuration of a server (stream) or a location (http). */
#include "ngx_mpe.h"

void *ngx_mpe_create_conf(ngx_conf_t *cf)
{
    ngx_mpe_conf_t *conf = ngx_pcalloc(cf->pool, sizeof(ngx_mpe_conf_t));
    if (conf == NULL) {
        return NULL;
    }
    conf->enable = NGX_CONF_UNSET;
    conf->action = NGX_CONF_UNSET_UINT;
    conf->notify = NGX_CONF_UNSET_PTR;
    return conf;
}

char *ngx_mpe_merge_conf(ngx_conf_t *cf, const ngx_mpe_main_conf_t *main_conf, ngx_mpe_conf_t *parent,
                         ngx_mpe_conf_t *child)
{
    ngx_conf_merge_value(child->enable, parent->enable, 0);
    ngx_conf_merge_uint_value(child->action, parent->action, NGX_MPE_CLOSE);
    ngx_conf_merge_str_value(child->channel_name, parent->channel_name, "");
    ngx_conf_merge_ptr_value(child->notify, parent->notify, NULL);
    if (child->channel_name.len > 0) {
        child->channel = ngx_mpe_channel_find(main_conf, &child->channel_name);
        if (child->channel == NULL) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "there is no \"mpe_channel %V { ... }\"", &child->channel_name);
            return NGX_CONF_ERROR;
        }
    } else if (child->enable) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"mpe on\" needs a channel: add \"mpe_channel NAME;\" beside it, and define "
                           "\"mpe_channel NAME { kind encoding; }\" outside of every server");
        return NGX_CONF_ERROR;
    }
    return NGX_CONF_OK;
}

char *ngx_mpe_set_channel(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_mpe_conf_t *mpe = conf;
    ngx_str_t *value = cf->args->elts;
    (void)cmd;
    if (mpe->channel_name.data != NULL) {
        return "is duplicate";
    }
    if (value[1].len == 0) {
        return "needs the name of a channel";
    }
    mpe->channel_name = value[1];
    return NGX_CONF_OK;
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
