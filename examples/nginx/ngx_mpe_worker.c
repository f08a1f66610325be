/* What a worker does from its begin to its end: sums of channels and what is shown of them are kept up. */
#include "ngx_mpe_fleet.h"
#include "ngx_mpe_record.h"
#include "ngx_mpe_zone.h"

#define TICK_MS      100
#define TICKS_OF_ALL 10 /* a second */

/* Of this worker and module. */
static struct {
    ngx_mpe_main_conf_t *main_conf;
    ngx_event_t timer;
    ngx_uint_t ticks;
} worker;

static void stay_alive(void)
{
    ngx_mpe_zone_lock();
    ngx_mpe_shared_worker_t *mine = ngx_mpe_zone_worker();
    if (mine != NULL) {
        mine->alive_us = ngx_mpe_zone_now_us();
    }
    ngx_mpe_zone_reap();
    ngx_mpe_zone_unlock();
}

static void on_timer(ngx_event_t *event)
{
    ngx_mpe_fleet_tick(worker.main_conf);
    if (worker.ticks++ % TICKS_OF_ALL == 0) {
        stay_alive();
        ngx_mpe_record_all();
    }
    ngx_add_timer(event, TICK_MS);
}

ngx_int_t ngx_mpe_worker_start(ngx_cycle_t *cycle, ngx_mpe_main_conf_t *main_conf, const char *world)
{
    if (main_conf == NULL || main_conf->zone == NULL) {
        return NGX_OK;
    }
    worker.main_conf = main_conf;
    ngx_mpe_zone_start(main_conf, world);
    ngx_mpe_record_start(main_conf, world);
    worker.timer.handler = on_timer;
    worker.timer.data = &worker;
    worker.timer.log = cycle->log;
    worker.timer.cancelable = 1;
    ngx_add_timer(&worker.timer, TICK_MS);
    return NGX_OK;
}

void ngx_mpe_worker_exit(ngx_cycle_t *cycle)
{
    ngx_mpe_watch_exit(cycle);
    ngx_mpe_post_exit(cycle);
    ngx_mpe_record_exit();
    ngx_mpe_zone_exit();
}
