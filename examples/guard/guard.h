/* The guard as a whole: one loop, one channel, one listener, the connections. */
#ifndef GUARD_GUARD_H
#define GUARD_GUARD_H

#include <uv.h>

#include "common/server/address_count.h"
#include "common/server/admin.h"
#include "common/server/arrivals.h"
#include "common/server/fleet.h"
#include "common/server/notify_out.h"
#include "common/server/refusal_memory.h"
#include "common/server/reload.h"
#include "common/server/reports.h"
#include "common/server/service.h"
#include "common/server/signals.h"
#include "common/server/turned_away.h"
#include "options.h"

#define GUARD_READ_BYTES 65536

struct connection;
struct guard;

struct listener {
    struct guard *guard;
    const struct listener_options *options;
    uv_tcp_t tcp;
    uv_timer_t retry; /* takes the one that waits for memory: libuv takes no other before it */
};

struct guard {
    struct guard_options *options;
    uv_loop_t *loop;
    struct listener listeners[SERVER_LISTENERS];
    unsigned listener_count;
    struct signals signals;
    struct service service;
    struct reload reload;
    uv_timer_t farewell; /* waits for the last notifications */
    int64_t farewell_until_us;
    struct log_out log;
    struct notify_out notify;
    struct reports reports;
    struct authorizer authorizer;
    struct admin *admin; /* or NULL */
    struct fleet *fleet; /* or NULL */
    struct address_counts addresses;
    struct refusal_memory refusals;
    struct connection *connections; /* the newest first */
    struct connection *to_show;     /* to an operator, next */
    unsigned connection_count;
    uint64_t serial; /* of the last connection */
    struct turned_away turned;
    struct arrivals arrivals;
    int64_t accept_said_us;
    int64_t stall_us; /* how long a server may take nothing, or leave the handshake unanswered */
    bool draining;
    bool stopping;
    char read_buffer[GUARD_READ_BYTES]; /* for all connections: what is read is passed on or copied before the next read
                                         */
};

/* Microseconds on the clock that sessions are given. */
int64_t guard_now_us(void);

/* A line of the log, unless --quiet. */
__attribute__((format(printf, 2, 3))) void guard_log(struct guard *guard, const char *format, ...);

/* What connections hold has changed: ends some where that is too much, the newest without admission first. */
void guard_check_memory(struct guard *guard);

/* Opens the listener and says where. 0, or -1: it cannot, the log has the reason. */
int guard_start(struct guard *guard, struct guard_options *options, uv_loop_t *loop);

#endif
