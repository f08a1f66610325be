/* One connection to a server that speaks the protocol of Redis: opened, logged in, its database chosen. */
#ifndef SERVER_FLEET_WIRE_H
#define SERVER_FLEET_WIRE_H

#include <hiredis/async.h>
#include <uv.h>

#include "fleet_settings.h"

struct fleet_wire {
    redisAsyncContext *context; /* NULL: closed */
    bool is_ready;
    void (*on_ready)(void *user);
    void (*on_broken)(void *user, const char *why); /* it is closed then; why is good until it returns */
    void *user;
};

/*
 * Connects. address and port are numeric, or address is the path of a socket and port NULL. server says who logs in;
 * NULL: nobody. 0: on_ready or on_broken follows, from the loop; -1: it cannot, why has the reason.
 */
int fleet_wire_open(struct fleet_wire *wire, const char *address, const char *port, const struct fleet_server *server,
                    uv_loop_t *loop, char why[FLEET_WHY_BYTES]);

/* Closes it at once, without on_broken. What was asked gets no answer: its callbacks are called with a reply NULL. */
void fleet_wire_close(struct fleet_wire *wire);

/* Closes it when all that was asked is answered. */
void fleet_wire_finish(struct fleet_wire *wire);

#endif
