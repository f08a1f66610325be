/* What hiredis asks of an event loop, by a poll handle of libuv. */
#include "fleet_poll.h"

#include <stdbool.h>
#include <stdlib.h>

struct fleet_poll {
    redisAsyncContext *context; /* NULL: hiredis has freed it */
    uv_poll_t handle;
    int events;
};

#define MOST_READ_BYTES (32u << 20) /* an answer has no more than half of that */

static void watch(struct fleet_poll *poll);

static void read_some(struct fleet_poll *poll)
{
    redisAsyncHandleRead(poll->context);
    if (poll->context != NULL && poll->context->c.reader->len > MOST_READ_BYTES) {
        redisAsyncFree(poll->context); /* its owner hears of that as of any end */
    }
}

static void on_ready(uv_poll_t *handle, int status, int events)
{
    struct fleet_poll *const poll = handle->data;
    const bool is_broken = status < 0;
    if (poll->context != NULL && (is_broken || (events & UV_READABLE) != 0)) {
        read_some(poll);
    }
    if (poll->context != NULL && !is_broken && (events & UV_WRITABLE) != 0) {
        redisAsyncHandleWrite(poll->context);
    }
    if (poll->context != NULL && is_broken) {
        watch(poll); /* libuv has stopped it */
    }
}

static void watch(struct fleet_poll *poll)
{
    if (poll->events != 0) {
        uv_poll_start(&poll->handle, poll->events, on_ready);
    } else {
        uv_poll_stop(&poll->handle);
    }
}

static void change_events(struct fleet_poll *poll, int add, int remove)
{
    const int events = (poll->events | add) & ~remove;
    if (events != poll->events) {
        poll->events = events;
        watch(poll);
    }
}

static void add_read(void *poll)
{
    change_events(poll, UV_READABLE, 0);
}

static void del_read(void *poll)
{
    change_events(poll, 0, UV_READABLE);
}

static void add_write(void *poll)
{
    change_events(poll, UV_WRITABLE, 0);
}

static void del_write(void *poll)
{
    change_events(poll, 0, UV_WRITABLE);
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void clean_up(void *user)
{
    struct fleet_poll *const poll = user;
    poll->context = NULL;
    uv_close((uv_handle_t *)&poll->handle, on_closed);
}

int fleet_poll_attach(redisAsyncContext *context, uv_loop_t *loop)
{
    struct fleet_poll *const poll = calloc(1, sizeof(*poll));
    if (poll == NULL || uv_poll_init(loop, &poll->handle, context->c.fd) != 0) {
        free(poll);
        return -1;
    }
    poll->context = context;
    poll->handle.data = poll;
    context->ev.data = poll;
    context->ev.addRead = add_read;
    context->ev.delRead = del_read;
    context->ev.addWrite = add_write;
    context->ev.delWrite = del_write;
    context->ev.cleanup = clean_up;
    return 0;
}
