/* The workers of one nginx as a fleet: what each contributes to a channel goes by the zone. */
#ifndef NGX_MPE_FLEET_H
#define NGX_MPE_FLEET_H

#include "ngx_mpe.h"

/* A session comes to a channel, and leaves it, after it was freed. channel may be NULL: nothing is done. */
void ngx_mpe_fleet_enter(ngx_mpe_main_conf_t *main_conf, ngx_mpe_channel_t *channel);
void ngx_mpe_fleet_leave(ngx_mpe_channel_t *channel);

/*
 * Around each call that lets a session go on. One that is not admitted yet is judged by what the others have written up
 * to then: a place that is free again is free. Where the call has changed what this worker contributes, that is written
 * and the others are read in one step, and what this brings about is judged before the bytes pass: of two that come at
 * the same moment the second knows of the first.
 */
void ngx_mpe_fleet_begin(const ngx_mpe_watch_t *watch);
void ngx_mpe_fleet_end(const ngx_mpe_watch_t *watch);

/* Several times a second: what has changed is written and read. */
void ngx_mpe_fleet_tick(ngx_mpe_main_conf_t *main_conf);

#endif
