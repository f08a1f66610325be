/* The stream module: directives, phases, variables. */
#include "ngx_stream_mpe.h"

/* ------------------------------------------------------------------ a session */

static void clean_up(void *data)
{
    ngx_stream_mpe_ctx_t *ctx = data;
    if (ctx->timer.timer_set) {
        ngx_del_timer(&ctx->timer);
    }
    ngx_mpe_watch_close(&ctx->watch);
    rtmp_reader_free(&ctx->from_client);
    rtmp_reader_free(&ctx->from_server);
}

static ngx_int_t channel_name(ngx_mpe_watch_t *watch, ngx_str_t *name)
{
    ngx_stream_mpe_ctx_t *ctx = ngx_queue_data(watch, ngx_stream_mpe_ctx_t, watch);
    return ngx_stream_complex_value(ctx->session, watch->conf->channel_value, name);
}

static ngx_stream_mpe_ctx_t *open_ctx(ngx_stream_session_t *s, const ngx_mpe_conf_t *conf)
{
    ngx_connection_t *c = s->connection;
    ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(c->pool, sizeof(ngx_stream_mpe_ctx_t));
    if (cleanup == NULL) {
        return NULL;
    }
    ngx_stream_mpe_ctx_t *ctx = cleanup->data;
    ngx_memzero(ctx, sizeof(*ctx));
    ctx->session = s;
    ctx->limit = NGX_TIMER_INFINITE;
    ctx->follows = conf->action == NGX_MPE_CLOSE;
    ctx->timer.handler = ngx_stream_mpe_on_timer;
    ctx->timer.data = ctx;
    ctx->timer.log = c->log;
    ctx->timer.cancelable = 1; /* the proxy's timers keep a leaving worker for as long as this connection needs */
    rtmp_reader_start(&ctx->from_client);
    rtmp_reader_start(&ctx->from_server);
    ngx_snprintf((u_char *)ctx->watch.id, sizeof(ctx->watch.id) - 1, "nginx-%uA", c->number);
    ctx->watch.pool = c->pool;
    ctx->watch.channel_name = channel_name;
    ngx_int_t opened = ngx_mpe_watch_open(&ctx->watch, conf, MPE_PROTOCOL_RTMP, c);
    cleanup->handler = clean_up;
    ngx_stream_set_ctx(s, ctx, ngx_stream_mpe_module);
    return opened == NGX_OK ? ctx : NULL;
}

/* The last of its phase: after realip and TLS, before the proxy. */
static ngx_int_t on_preread(ngx_stream_session_t *s)
{
    const ngx_mpe_conf_t *conf = ngx_stream_get_module_srv_conf(s, ngx_stream_mpe_module);
    if (!conf->enable || s->connection->type != SOCK_STREAM) {
        return NGX_DECLINED;
    }
    ngx_stream_mpe_ctx_t *ctx = open_ctx(s, conf);
    if (ctx == NULL) {
        return NGX_ERROR;
    }
    if (ctx->watch.refused) {
        ngx_stream_mpe_refuse_locally(ctx);
        return NGX_DONE;
    }
    ngx_stream_mpe_schedule(ctx);
    return NGX_DECLINED;
}

/* Maintenance, the closest code there is, where the server ended it, could not be reached, or this nginx ends. */
static int32_t ending_code(const ngx_stream_session_t *s, const ngx_stream_mpe_ctx_t *ctx)
{
    unsigned ours =
        ngx_terminate || (ngx_exiting && s->connection->close) || s->status >= NGX_STREAM_INTERNAL_SERVER_ERROR;
    return ours || ctx->server_ended ? MPI_SYSTEM_MAINTENANCE : 0;
}

/* The first of its phase: before the access log asks for the variables. */
static ngx_int_t on_log(ngx_stream_session_t *s)
{
    ngx_stream_mpe_ctx_t *ctx = ngx_stream_get_module_ctx(s, ngx_stream_mpe_module);
    if (ctx != NULL) {
        if (ctx->watch.received_bytes == 0) {
            ctx->watch.received_bytes = (uint64_t)s->received; /* that no server was there to take */
        }
        ngx_mpe_watch_finish(&ctx->watch, ending_code(s, ctx));
        if (ctx->watch.refused) {
            s->status = NGX_STREAM_FORBIDDEN;
        }
    }
    return NGX_OK;
}

/* ------------------------------------------------------------------ variables */

static ngx_int_t get_variable(ngx_stream_session_t *s, ngx_stream_variable_value_t *v, uintptr_t data)
{
    ngx_stream_mpe_ctx_t *ctx = ngx_stream_get_module_ctx(s, ngx_stream_mpe_module);
    ngx_str_t text = ngx_null_string;
    if (ctx != NULL && ngx_mpe_value(&ctx->watch, data, &text) != NGX_OK) {
        return NGX_ERROR;
    }
    ngx_mpe_set_variable(v, &text);
    return NGX_OK;
}

static ngx_int_t add_variables(ngx_conf_t *cf)
{
    for (uintptr_t i = 0; i < NGX_MPE_VALUES; i++) {
        ngx_str_t name = ngx_mpe_value_names[i];
        ngx_stream_variable_t *variable = ngx_stream_add_variable(cf, &name, NGX_STREAM_VAR_NOCACHEABLE);
        if (variable == NULL) {
            return NGX_ERROR;
        }
        variable->get_handler = get_variable;
        variable->data = i;
    }
    return NGX_OK;
}

/* -------------------------------------------------------------- configuration */

/* Puts a handler before all others. Of most phases nginx runs the handlers from the last to the first. */
static ngx_int_t add_handler(ngx_stream_core_main_conf_t *core, ngx_stream_phases phase, ngx_stream_handler_pt handler)
{
    ngx_stream_handler_pt *first = ngx_mpe_push_first(&core->phases[phase].handlers);
    if (first == NULL) {
        return NGX_ERROR;
    }
    *first = handler;
    return NGX_OK;
}

static ngx_int_t initialize(ngx_conf_t *cf)
{
    ngx_stream_core_main_conf_t *core = ngx_stream_conf_get_module_main_conf(cf, ngx_stream_core_module);
    if (add_handler(core, NGX_STREAM_PREREAD_PHASE, on_preread) != NGX_OK ||
        add_handler(core, NGX_STREAM_LOG_PHASE, on_log) != NGX_OK) {
        return NGX_ERROR;
    }
    ngx_stream_mpe_next_filter = ngx_stream_top_filter;
    ngx_stream_top_filter = ngx_stream_mpe_filter;
    return NGX_OK;
}

static char *merge(ngx_conf_t *cf, void *parent, void *child)
{
    return ngx_mpe_merge_conf(cf, ngx_stream_conf_get_module_main_conf(cf, ngx_stream_mpe_module), parent, child);
}

static char *set_channel(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_mpe_conf_t *mpe = conf;
    ngx_str_t *value = cf->args->elts;
    char *wrong = ngx_mpe_check_channel(mpe, &value[1]);
    (void)cmd;
    if (wrong == NULL && ngx_stream_script_variables_count(&value[1]) > 0) {
        mpe->channel_value = ngx_pcalloc(cf->pool, sizeof(ngx_stream_complex_value_t));
        ngx_stream_compile_complex_value_t compile = {
            .cf = cf, .value = &value[1], .complex_value = mpe->channel_value};
        if (mpe->channel_value == NULL || ngx_stream_compile_complex_value(&compile) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }
    mpe->channel_name = value[1];
    return wrong;
}

static ngx_int_t init_process(ngx_cycle_t *cycle)
{
    return ngx_mpe_worker_start(cycle, ngx_stream_cycle_get_module_main_conf(cycle, ngx_stream_mpe_module), "stream");
}

/* clang-format off */
static ngx_command_t commands[] = {
    NGX_MPE_DIRECTIVES(NGX_STREAM_MAIN_CONF, NGX_STREAM_SRV_CONF, NGX_STREAM_MAIN_CONF_OFFSET,
                       NGX_STREAM_SRV_CONF_OFFSET, set_channel),
    ngx_null_command
};
/* clang-format on */

static ngx_stream_module_t module_ctx = {
    add_variables, initialize, ngx_mpe_create_main_conf, NULL, ngx_mpe_create_conf, merge,
};

ngx_module_t ngx_stream_mpe_module = {
    NGX_MODULE_V1, &module_ctx, commands, NGX_STREAM_MODULE,   NULL, NULL,
    init_process,  NULL,        NULL,     ngx_mpe_worker_exit, NULL, NGX_MODULE_V1_PADDING,
};
