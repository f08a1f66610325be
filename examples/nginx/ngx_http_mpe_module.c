/* The http module: directives, phases, variables. */
#include "ngx_http_mpe.h"

/* ------------------------------------------------------------------- variables */

/* Names are known from the request on, so that what is worked out from them is right from the first phase on. */
static ngx_int_t get_text(ngx_http_request_t *r, uintptr_t data, ngx_str_t *text)
{
    ngx_http_mpe_ctx_t *ctx = ngx_http_mpe_get_ctx(r);
    if (ctx != NULL && (ctx->watch.names != NULL || data < NGX_MPE_APP)) {
        return ngx_mpe_value(&ctx->watch, data, text);
    }
    if (data >= NGX_MPE_APP) {
        const ngx_mpe_names_t *names = ngx_http_mpe_names(r);
        *text = names != NULL ? ngx_mpe_value_of_names(names, data) : *text;
    }
    return NGX_OK;
}

static ngx_int_t get_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t text = ngx_null_string;
    if (get_text(r, data, &text) != NGX_OK) {
        return NGX_ERROR;
    }
    ngx_mpe_set_variable(v, &text);
    return NGX_OK;
}

static ngx_int_t add_variables(ngx_conf_t *cf)
{
    for (uintptr_t i = 0; i < NGX_MPE_VALUES; i++) {
        ngx_str_t name = ngx_mpe_value_names[i];
        ngx_http_variable_t *variable = ngx_http_add_variable(cf, &name, NGX_HTTP_VAR_NOCACHEABLE);
        if (variable == NULL) {
            return NGX_ERROR;
        }
        variable->get_handler = get_variable;
        variable->data = i;
    }
    return NGX_OK;
}

/* --------------------------------------------------------------- configuration */

/* Puts a handler before all others. Of most phases nginx runs the handlers from the last to the first. */
static ngx_int_t add_handler(ngx_http_core_main_conf_t *core, ngx_http_phases phase, ngx_http_handler_pt handler)
{
    ngx_http_handler_pt *first = ngx_mpe_push_first(&core->phases[phase].handlers);
    if (first == NULL) {
        return NGX_ERROR;
    }
    *first = handler;
    return NGX_OK;
}

/* The last before access (after realip), and the first before the access log asks for the variables. */
static ngx_int_t initialize(ngx_conf_t *cf)
{
    ngx_http_core_main_conf_t *core = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    const ngx_mpe_main_conf_t *main_conf = ngx_http_conf_get_module_main_conf(cf, ngx_http_mpe_module);
    if (main_conf->has_status && main_conf->zone == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "mpe_status needs what all workers share: add \"mpe_zone 1m;\" to http, and to stream");
        return NGX_ERROR;
    }
    if (add_handler(core, NGX_HTTP_PREACCESS_PHASE, ngx_http_mpe_on_preaccess) != NGX_OK ||
        add_handler(core, NGX_HTTP_LOG_PHASE, ngx_http_mpe_on_log) != NGX_OK) {
        return NGX_ERROR;
    }
    ngx_http_mpe_body_init();
    ngx_http_mpe_answer_init();
    return NGX_OK;
}

static char *merge(ngx_conf_t *cf, void *parent, void *child)
{
    return ngx_mpe_merge_conf(cf, ngx_http_conf_get_module_main_conf(cf, ngx_http_mpe_module), parent, child);
}

static char *set_channel(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_mpe_conf_t *mpe = conf;
    ngx_str_t *value = cf->args->elts;
    char *wrong = ngx_mpe_check_channel(mpe, &value[1]);
    (void)cmd;
    if (wrong == NULL && ngx_http_script_variables_count(&value[1]) > 0) {
        mpe->channel_value = ngx_pcalloc(cf->pool, sizeof(ngx_http_complex_value_t));
        ngx_http_compile_complex_value_t compile = {.cf = cf, .value = &value[1], .complex_value = mpe->channel_value};
        if (mpe->channel_value == NULL || ngx_http_compile_complex_value(&compile) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }
    mpe->channel_name = value[1];
    return wrong;
}

static ngx_int_t init_process(ngx_cycle_t *cycle)
{
    return ngx_mpe_worker_start(cycle, ngx_http_cycle_get_module_main_conf(cycle, ngx_http_mpe_module), "http");
}

/* clang-format off */
static ngx_command_t commands[] = {
    NGX_MPE_DIRECTIVES(NGX_HTTP_MAIN_CONF, NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF, NGX_HTTP_MAIN_CONF_OFFSET,
                       NGX_HTTP_LOC_CONF_OFFSET, set_channel),
    {ngx_string("mpe_status"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS, ngx_http_mpe_set_status, 0, 0, NULL},
    ngx_null_command
};
/* clang-format on */

static ngx_http_module_t module_ctx = {
    add_variables, initialize, ngx_mpe_create_main_conf, NULL, NULL, NULL, ngx_mpe_create_conf, merge,
};

ngx_module_t ngx_http_mpe_module = {
    NGX_MODULE_V1, &module_ctx, commands, NGX_HTTP_MODULE,     NULL, NULL,
    init_process,  NULL,        NULL,     ngx_mpe_worker_exit, NULL, NGX_MODULE_V1_PADDING,
};
