/*
 * The endpoint as a whole: the requests under way, what is pushed by them, and one loop. libmicrohttpd runs inside the
 * loop: its epoll descriptor is watched like a socket, its timeouts by a timer, so that everything is on one thread.
 */
#ifndef SMOOTH_SERVER_H
#define SMOOTH_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include <microhttpd.h>
#include <uv.h>

#include "common/server/admin.h"
#include "common/server/arrivals.h"
#include "common/server/fleet.h"
#include "common/server/notify_out.h"
#include "common/server/reload.h"
#include "common/server/reports.h"
#include "common/server/server_options.h"
#include "common/server/service.h"
#include "common/server/signals.h"
#include "common/server/turned_away.h"
#include "sockets.h"

#define SERVER_OTHER_CONNECTIONS 64 /* that wait between two POSTs, or have sent no headers yet */

struct post;
struct push;

struct server {
    struct server_options *options;
    uv_loop_t *loop;
    struct MHD_Daemon *daemon;
    uv_poll_t http;        /* of the daemon */
    uv_timer_t http_timer; /* of the daemon */
    uv_timer_t clock;      /* looks at sockets and POSTs; only while there are some */
    uv_timer_t farewell;   /* waits for the last answers and notifications */
    struct signals signals;
    struct service service;
    struct reload reload;
    int64_t farewell_until_us;
    struct log_out log;
    struct notify_out notify;
    struct reports reports;
    struct admin *admin; /* or NULL */
    struct fleet *fleet; /* or NULL */
    struct sockets sockets;
    struct turned_away turned;
    struct arrivals arrivals;
    int64_t silent_us;  /* the longest that a body may be silent */
    struct post *posts;
    unsigned post_count;
    struct push *pushes;  /* of these, and those that wait for their next request */
    struct push *to_show; /* to an operator, next */
    uint64_t serial; /* of the last push */
    bool stopping;
};

/* Microseconds on the clock that sessions are given. */
int64_t server_now_us(void);

/* A line of the log, unless --quiet. */
__attribute__((format(printf, 2, 3))) void server_log(struct server *server, const char *format, ...);

/* The operator ends a push, for a code of mpe_session_refuse; between two requests the next one gets the answer. */
void server_refuse(const struct server *server, struct push *push, int32_t code);

/* Opens the listener and says where. 0, or -1: it cannot, the log has the reason. */
int server_start(struct server *server, struct server_options *options, uv_loop_t *loop);

#endif
