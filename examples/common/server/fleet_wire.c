/* A connection of hiredis, from its connect to its end. */
#include "fleet_wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fleet_poll.h"

static bool is_of(const struct fleet_wire *wire, const redisAsyncContext *context)
{
    return wire->context == context;
}

static void break_wire(struct fleet_wire *wire, const char *why)
{
    fleet_wire_close(wire);
    wire->on_broken(wire->user, why);
}

/* hiredis frees the context itself after the two that follow. */
static void lose_context(const redisAsyncContext *context, const char *why)
{
    struct fleet_wire *const wire = context->data;
    if (wire != NULL && is_of(wire, context)) {
        wire->context = NULL;
        wire->is_ready = false;
        wire->on_broken(wire->user, context->errstr != NULL && context->errstr[0] != '\0' ? context->errstr : why);
    }
}

static void on_connected(const redisAsyncContext *context, int status)
{
    if (status != REDIS_OK) {
        lose_context(context, "it cannot be reached");
    }
}

static void on_disconnected(const redisAsyncContext *context, int status)
{
    (void)status;
    lose_context(context, "it closed the connection");
}

/* Of AUTH and SELECT: only an error counts. */
static void on_step(redisAsyncContext *context, void *answer, void *user)
{
    struct fleet_wire *const wire = user;
    const redisReply *const reply = answer;
    if (reply != NULL && reply->type == REDIS_REPLY_ERROR && is_of(wire, context)) {
        break_wire(wire, reply->str);
    }
}

static void on_pong(redisAsyncContext *context, void *answer, void *user)
{
    struct fleet_wire *const wire = user;
    on_step(context, answer, user);
    if (answer != NULL && is_of(wire, context)) {
        wire->is_ready = true;
        wire->on_ready(wire->user);
    }
}

/* All at once: the server answers them in turn. */
static void log_in(struct fleet_wire *wire, const struct fleet_server *server)
{
    if (server != NULL && server->password[0] != '\0' && server->user[0] != '\0') {
        redisAsyncCommand(wire->context, on_step, wire, "AUTH %s %s", server->user, server->password);
    } else if (server != NULL && server->password[0] != '\0') {
        redisAsyncCommand(wire->context, on_step, wire, "AUTH %s", server->password);
    }
    if (server != NULL && server->database != 0) {
        redisAsyncCommand(wire->context, on_step, wire, "SELECT %u", server->database);
    }
    redisAsyncCommand(wire->context, on_pong, wire, "PING");
}

static redisAsyncContext *connect_to(const char *address, const char *port)
{
    return port != NULL ? redisAsyncConnect(address, atoi(port)) : redisAsyncConnectUnix(address);
}

int fleet_wire_open(struct fleet_wire *wire, const char *address, const char *port, const struct fleet_server *server,
                    uv_loop_t *loop, char why[FLEET_WHY_BYTES])
{
    redisAsyncContext *const context = connect_to(address, port);
    if (context == NULL || context->err != 0 || fleet_poll_attach(context, loop) != 0) {
        snprintf(why, FLEET_WHY_BYTES, "%.200s", context != NULL && context->err != 0 ? context->errstr : "no memory");
        if (context != NULL) {
            redisAsyncFree(context);
        }
        return -1;
    }
    if (port != NULL) {
        redisEnableKeepAlive(&context->c);
    }
    context->data = wire;
    wire->context = context;
    wire->is_ready = false;
    redisAsyncSetConnectCallback(context, on_connected);
    redisAsyncSetDisconnectCallback(context, on_disconnected);
    log_in(wire, server);
    return 0;
}

void fleet_wire_close(struct fleet_wire *wire)
{
    redisAsyncContext *const context = wire->context;
    wire->context = NULL;
    wire->is_ready = false;
    if (context != NULL) {
        redisAsyncFree(context);
    }
}

void fleet_wire_finish(struct fleet_wire *wire)
{
    redisAsyncContext *const context = wire->context;
    if (context != NULL) {
        redisAsyncDisconnect(context);
    }
}
