/* The zone: made, found again after a reload, and cleaned of workers that are dead. */
#include "ngx_mpe_zone.h"

#include <signal.h>
#include <sys/random.h>
#include <time.h>

#define LEAST_BYTES    65536
#define SAY_EVERY_MS   60000
#define LAYOUT_VERSION 1u
#define LAYOUT                                                                                                         \
    (LAYOUT_VERSION << 24 ^ (uint32_t)(sizeof(ngx_mpe_zone_t) + 3 * sizeof(ngx_mpe_shared_channel_t) +                 \
                                       5 * sizeof(ngx_mpe_shared_session_t) + 7 * sizeof(ngx_mpe_shared_worker_t)))

/* Of this worker and module. */
static struct {
    ngx_mpe_zone_t *zone;
    ngx_slab_pool_t *slab;
    uint64_t edge;
    ngx_msec_t said_full;
} here;

/* ------------------------------------------------------------- configuration */

static ngx_int_t fill(ngx_shm_zone_t *shm_zone)
{
    ngx_slab_pool_t *slab = (ngx_slab_pool_t *)shm_zone->shm.addr;
    ngx_mpe_zone_t *zone = ngx_slab_calloc(slab, sizeof(ngx_mpe_zone_t));
    if (zone == NULL || getrandom(zone->key, sizeof(zone->key), 0) != (ssize_t)sizeof(zone->key)) {
        return NGX_ERROR;
    }
    slab->log_nomem = 0;
    zone->layout = LAYOUT;
    ngx_queue_init(&zone->channels);
    ngx_queue_init(&zone->workers);
    shm_zone->data = zone;
    return NGX_OK;
}

/* before: of the configuration before, when it had a zone of the same size. */
static ngx_int_t init_zone(ngx_shm_zone_t *shm_zone, void *before)
{
    const ngx_mpe_zone_t *zone = before;
    if (zone == NULL) {
        return fill(shm_zone);
    }
    if (zone->layout != LAYOUT) {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                      "mpe_zone was made by another version of the module: restart nginx");
        return NGX_ERROR;
    }
    shm_zone->data = before;
    return NGX_OK;
}

char *ngx_mpe_set_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_mpe_main_conf_t *main_conf = conf;
    ngx_str_t *value = cf->args->elts;
    ngx_str_t name = ngx_string("libmpe");
    ssize_t size = ngx_parse_size(&value[1]);
    (void)cmd;
    if (main_conf->zone != NULL) {
        return "is duplicate";
    }
    if (size < LEAST_BYTES) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid size \"%V\" of mpe_zone, give at least 64k, as in 1m",
                           &value[1]);
        return NGX_CONF_ERROR;
    }
    /* The tag says who uses it: stream and http, which know no other thing of each other than nginx itself. */
    main_conf->zone = ngx_shared_memory_add(cf, &name, (size_t)size, &ngx_core_module);
    if (main_conf->zone == NULL) {
        return NGX_CONF_ERROR;
    }
    main_conf->zone->init = init_zone;
    return NGX_CONF_OK;
}

/* ---------------------------------------------------------------------- memory */

ngx_mpe_zone_t *ngx_mpe_zone(void)
{
    return here.zone;
}

void ngx_mpe_zone_lock(void)
{
    ngx_shmtx_lock(&here.slab->mutex);
}

void ngx_mpe_zone_unlock(void)
{
    ngx_shmtx_unlock(&here.slab->mutex);
}

void *ngx_mpe_zone_alloc(size_t size)
{
    void *block = ngx_slab_calloc_locked(here.slab, size);
    if (block == NULL && (here.said_full == 0 || ngx_current_msec - here.said_full > SAY_EVERY_MS)) {
        here.said_full = ngx_current_msec;
        ngx_log_error(
            NGX_LOG_ERR, ngx_cycle->log, 0,
            "mpe: mpe_zone is full: sums of channels may be counted for each worker alone, and mpe_status does "
            "not show all; give it more");
    }
    return block;
}

void ngx_mpe_zone_free(void *block)
{
    ngx_slab_free_locked(here.slab, block);
}

int64_t ngx_mpe_zone_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* -------------------------------------------------------------------- channels */

static ngx_mpe_shared_channel_t *new_channel(const char *name)
{
    ngx_mpe_shared_channel_t *channel = ngx_mpe_zone_alloc(sizeof(ngx_mpe_shared_channel_t));
    if (channel == NULL) {
        return NULL;
    }
    channel->index = here.zone->channel_count++;
    ngx_memcpy(channel->seen.name, name, sizeof(channel->seen.name));
    ngx_queue_init(&channel->shares);
    ngx_queue_init(&channel->endings);
    ngx_queue_insert_tail(&here.zone->channels, &channel->queue);
    return channel;
}

ngx_mpe_shared_channel_t *ngx_mpe_zone_channel(const char *world, const ngx_str_t *name)
{
    char whole[SNAPSHOT_NAME_BYTES] = "";
    ngx_snprintf((u_char *)whole, sizeof(whole) - 1, "%s/%V", world, name);
    ngx_queue_t *all = &here.zone->channels;
    for (ngx_queue_t *q = ngx_queue_head(all); q != ngx_queue_sentinel(all); q = ngx_queue_next(q)) {
        ngx_mpe_shared_channel_t *channel = ngx_queue_data(q, ngx_mpe_shared_channel_t, queue);
        if (ngx_strcmp(channel->seen.name, whole) == 0) {
            return channel;
        }
    }
    return new_channel(whole);
}

/* --------------------------------------------------------------------- workers */

uint64_t ngx_mpe_zone_edge(void)
{
    return here.edge;
}

static ngx_mpe_shared_worker_t *new_worker(void)
{
    ngx_mpe_shared_worker_t *worker = ngx_mpe_zone_alloc(sizeof(ngx_mpe_shared_worker_t));
    if (worker != NULL) {
        worker->edge = here.edge;
        worker->pid = ngx_pid;
        worker->alive_us = ngx_mpe_zone_now_us();
        ngx_queue_init(&worker->sessions);
        ngx_queue_insert_tail(&here.zone->workers, &worker->queue);
    }
    return worker;
}

ngx_mpe_shared_worker_t *ngx_mpe_zone_worker(void)
{
    ngx_queue_t *all = &here.zone->workers;
    for (ngx_queue_t *q = ngx_queue_head(all); q != ngx_queue_sentinel(all); q = ngx_queue_next(q)) {
        ngx_mpe_shared_worker_t *worker = ngx_queue_data(q, ngx_mpe_shared_worker_t, queue);
        if (worker->edge == here.edge) {
            return worker;
        }
    }
    return new_worker();
}

static void remove_share(ngx_mpe_shared_channel_t *channel, uint64_t edge)
{
    ngx_queue_t *all = &channel->shares;
    for (ngx_queue_t *q = ngx_queue_head(all); q != ngx_queue_sentinel(all); q = ngx_queue_next(q)) {
        ngx_mpe_shared_share_t *share = ngx_queue_data(q, ngx_mpe_shared_share_t, queue);
        if (share->edge == edge) {
            ngx_queue_remove(q);
            ngx_mpe_zone_free(share);
            channel->revision++;
            return;
        }
    }
}

static void remove_worker(ngx_mpe_shared_worker_t *worker)
{
    ngx_queue_t *all = &here.zone->channels;
    while (!ngx_queue_empty(&worker->sessions)) {
        ngx_queue_t *first = ngx_queue_head(&worker->sessions);
        ngx_queue_remove(first);
        ngx_mpe_zone_free(ngx_queue_data(first, ngx_mpe_shared_session_t, queue));
    }
    for (ngx_queue_t *q = ngx_queue_head(all); q != ngx_queue_sentinel(all); q = ngx_queue_next(q)) {
        remove_share(ngx_queue_data(q, ngx_mpe_shared_channel_t, queue), worker->edge);
    }
    ngx_queue_remove(&worker->queue);
    ngx_mpe_zone_free(worker);
}

static unsigned is_dead(const ngx_mpe_shared_worker_t *worker)
{
    return worker->edge != here.edge && kill(worker->pid, 0) != 0 && ngx_errno == ESRCH;
}

void ngx_mpe_zone_reap(void)
{
    ngx_queue_t *all = &here.zone->workers;
    for (ngx_queue_t *q = ngx_queue_head(all); q != ngx_queue_sentinel(all);) {
        ngx_mpe_shared_worker_t *worker = ngx_queue_data(q, ngx_mpe_shared_worker_t, queue);
        q = ngx_queue_next(q);
        if (is_dead(worker)) {
            remove_worker(worker);
        }
    }
}

/* ------------------------------------------------------------- of this process */

/* It has its own sums again, and those of nobody else: the zone is full, or the channel cannot be one of a fleet. */
static void join(ngx_mpe_channel_t *channel, const char *world)
{
    channel->shared = ngx_mpe_zone_channel(world, &channel->node.str);
    if (channel->shared != NULL && mpe_channel_fleet(channel->handle, here.zone->key, sizeof(here.zone->key),
                                                     channel->shared->seen.name, here.edge) != MPE_OK) {
        channel->shared = NULL;
    }
}

static void join_all(ngx_mpe_main_conf_t *main_conf, const char *world)
{
    static const ngx_str_t none = ngx_string("(none)");
    ngx_rbtree_node_t *root = main_conf->channels.root;
    if (main_conf->lobby != NULL) {
        main_conf->shared_lobby = ngx_mpe_zone_channel(world, &none);
    }
    if (root == main_conf->channels.sentinel) {
        return;
    }
    ngx_rbtree_node_t *node = ngx_rbtree_min(root, main_conf->channels.sentinel);
    for (; node != NULL; node = ngx_rbtree_next(&main_conf->channels, node)) {
        join((ngx_mpe_channel_t *)node, world);
    }
}

void ngx_mpe_zone_start(ngx_mpe_main_conf_t *main_conf, const char *world)
{
    uint64_t edge = 0;
    if (main_conf->zone == NULL || getrandom(&edge, sizeof(edge), 0) != (ssize_t)sizeof(edge)) {
        return;
    }
    here.zone = main_conf->zone->data;
    here.slab = (ngx_slab_pool_t *)main_conf->zone->shm.addr;
    here.edge = edge | 1; /* any number but 0 */
    ngx_mpe_zone_lock();
    ngx_mpe_zone_reap();
    join_all(main_conf, world);
    ngx_mpe_zone_unlock();
}

void ngx_mpe_zone_exit(void)
{
    if (here.zone != NULL) {
        ngx_mpe_zone_lock();
        ngx_mpe_shared_worker_t *worker = ngx_mpe_zone_worker();
        if (worker != NULL) {
            remove_worker(worker);
        }
        ngx_mpe_zone_unlock();
        here.zone = NULL;
    }
}
