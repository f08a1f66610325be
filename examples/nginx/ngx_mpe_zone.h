/*
 * Memory that all workers share ("mpe_zone SIZE;"): what each of them contributes to a channel, and what an operator
 * may see. It outlives reloads and the workers; what a worker that died has left in it is taken out by the others. The
 * stream and the http module of all workers use the same one.
 */
#ifndef NGX_MPE_ZONE_H
#define NGX_MPE_ZONE_H

#include <mpe/share.h>

#include "common/server/snapshot.h"
#include "ngx_mpe.h"

#define NGX_MPE_LEASE_US 10000000 /* what a worker wrote counts for so long where it does not write again */

struct ngx_mpe_shared_channel_s {
    ngx_queue_t queue; /* of all; they stay as long as the zone */
    ngx_uint_t index;
    ngx_queue_t shares;           /* of ngx_mpe_shared_share_t */
    ngx_uint_t revision;          /* of the shares */
    ngx_queue_t endings;          /* of ngx_mpe_shared_ending_t */
    int64_t seen_us;              /* when that was written: its sums and limits */
    struct snapshot_channel seen; /* with its name, and the bytes that came */
};

/* What one worker contributes to a channel, as libmpe writes it. */
typedef struct {
    ngx_queue_t queue;
    uint64_t edge;
    ngx_uint_t revision; /* of the channel, when it was written */
    size_t room;
    size_t size;
    u_char bytes[];
} ngx_mpe_shared_share_t;

typedef struct {
    ngx_queue_t queue;
    int32_t event;
    int32_t code;
    int32_t reason;
    uint64_t count;
} ngx_mpe_shared_ending_t;

/* One module in one worker. */
typedef struct {
    ngx_queue_t queue;
    uint64_t edge;
    ngx_pid_t pid;
    int64_t alive_us;
    ngx_queue_t sessions; /* of ngx_mpe_shared_session_t */
    ngx_uint_t left_out;  /* sessions that there was no room for */
} ngx_mpe_shared_worker_t;

/* seen.channel is the index of its channel. */
typedef struct {
    ngx_queue_t queue;
    struct snapshot_session seen;
} ngx_mpe_shared_session_t;

typedef struct {
    uint32_t layout; /* of all these structs */
    u_char key[MPE_FLEET_KEY_BYTES];
    ngx_uint_t wants_status; /* somebody may look */
    ngx_uint_t channel_count;
    ngx_queue_t channels; /* of ngx_mpe_shared_channel_t, by index */
    ngx_queue_t workers;
    ngx_uint_t refusal_count;
    struct snapshot_refusal refusals[SNAPSHOT_REFUSALS]; /* the newest first */
} ngx_mpe_zone_t;

/* A worker begins; world is "stream" or "http", whose channels are apart. */
void ngx_mpe_zone_start(ngx_mpe_main_conf_t *main_conf, const char *world);

/* A worker ends: what it has in the zone is taken out. */
void ngx_mpe_zone_exit(void);

/* NULL: there is none. What is in it is touched between lock and unlock only. */
ngx_mpe_zone_t *ngx_mpe_zone(void);
void ngx_mpe_zone_lock(void);
void ngx_mpe_zone_unlock(void);

/* Locked; NULL: it is full, which the log says. */
void *ngx_mpe_zone_alloc(size_t size);
void ngx_mpe_zone_free(void *block);

/* Locked: of this worker and module. NULL: the zone is full. */
ngx_mpe_shared_worker_t *ngx_mpe_zone_worker(void);
uint64_t ngx_mpe_zone_edge(void);

/* Locked: the name of a channel in the zone. NULL: the zone is full. */
ngx_mpe_shared_channel_t *ngx_mpe_zone_channel(const char *world, const ngx_str_t *name);

/* Locked: a worker that is dead leaves the zone. */
void ngx_mpe_zone_reap(void);

/* A clock that all workers have, exact: the order in which they were in the zone. */
int64_t ngx_mpe_zone_now_us(void);

#endif
