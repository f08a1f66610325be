/* A connection of hiredis on a loop of libuv. */
#ifndef SERVER_FLEET_POLL_H
#define SERVER_FLEET_POLL_H

#include <hiredis/async.h>
#include <uv.h>

/*
 * The adapter that hiredis 0.14 comes with leaves errors of a socket unsaid: a connection that is refused or reset
 * would be seen by nobody. This one lets hiredis find them. 0, or -1: no memory, the context is as before.
 */
int fleet_poll_attach(redisAsyncContext *context, uv_loop_t *loop);

#endif
