#include "guard.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/server/peer.h"
#include "connection.h"

#define BACKLOG          1024
#define FAREWELL_US      3000000 /* for notifications under way when the guard is told to stop */
#define FAREWELL_LOOK_MS 20
#define SAID_EVERY_US    1000000
#define LONGEST_STALL_US 10000000
#define RETRY_MS         100

int64_t guard_now_us(void)
{
    return (int64_t)(uv_hrtime() / 1000);
}

void guard_log(struct guard *guard, const char *format, ...)
{
    va_list arguments;
    if (guard->options->server.quiet) {
        return;
    }
    va_start(arguments, format);
    log_say_list(&guard->log, format, arguments);
    va_end(arguments);
}

/* ----------------------------------------------------------------- the end */

static void close_handle(uv_handle_t *handle)
{
    if (!uv_is_closing(handle)) {
        uv_close(handle, NULL);
    }
}

static void leave(struct guard *guard)
{
    loss_close(&guard->excess);
    loss_close(&guard->shed);
    reports_close(&guard->reports);
    notify_out_close(&guard->notify);
    log_close(&guard->log);
    address_counts_free(&guard->addresses);
    close_handle((uv_handle_t *)&guard->farewell);
    close_handle((uv_handle_t *)&guard->retry);
    signals_close(&guard->signals);
}

static void on_farewell(uv_timer_t *timer)
{
    struct guard *guard = timer->data;
    bool all_is_said = !notify_out_is_busy(&guard->notify) && line_out_is_empty(&guard->log.lines);
    if (all_is_said || guard_now_us() >= guard->farewell_until_us) {
        leave(guard);
    }
}

static void stop(void *user, const char *signal)
{
    struct guard *guard = user;
    if (guard->stopping) {
        guard->farewell_until_us = 0; /* a second signal: at once */
        return;
    }
    guard_log(guard, "%s: %u connections end", signal, guard->connection_count);
    guard->stopping = true;
    close_handle((uv_handle_t *)&guard->listener);
    while (guard->connections != NULL) {
        connection_stop(guard->connections);
    }
    guard->farewell_until_us = guard_now_us() + FAREWELL_US;
    uv_timer_start(&guard->farewell, on_farewell, 0, FAREWELL_LOOK_MS);
}

static void hang_up(void *user)
{
    struct guard *guard = user;
    notify_out_reopen(&guard->notify);
}

/* --------------------------------------------------------------- the start */

/* What may happen very often is said now and then. */
static bool is_time_to_say(int64_t *said_us)
{
    int64_t now_us = guard_now_us();
    bool is_time = *said_us == 0 || now_us - *said_us >= SAID_EVERY_US;
    *said_us = is_time ? now_us : *said_us;
    return is_time;
}

static void take_one(struct guard *guard);

static void on_retry(uv_timer_t *timer)
{
    struct guard *const guard = timer->data;
    if (!guard->stopping) {
        take_one(guard);
    }
}

/* libuv takes no other before the one that waits at the listener: without memory for it, it is tried again. */
static void take_one(struct guard *guard)
{
    if (connection_open(guard) != 0) {
        uv_timer_start(&guard->retry, on_retry, RETRY_MS, 0);
    }
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct guard *guard = listener->data;
    if (status < 0 && is_time_to_say(&guard->accept_said_us)) {
        guard_log(guard, "a connection could not be accepted: %s", uv_strerror(status));
    } else if (status >= 0) {
        take_one(guard);
    }
}

static int say_listening(struct guard *guard)
{
    struct sockaddr_storage address;
    int length = (int)sizeof address;
    char text[64];
    int status = uv_tcp_getsockname(&guard->listener, (struct sockaddr *)&address, &length);
    if (status == 0) {
        peer_text((const struct sockaddr *)&address, text, sizeof text);
        log_say(&guard->log, "listening on %s", text);
    }
    return status;
}

static int listen_on(struct guard *guard)
{
    uv_tcp_init(guard->loop, &guard->listener);
    guard->listener.data = guard;
    int status = uv_tcp_bind(&guard->listener, (const struct sockaddr *)&guard->options->server.listen, 0);
    if (status == 0) {
        status = uv_listen((uv_stream_t *)&guard->listener, BACKLOG, on_connection);
    }
    if (status == 0) {
        status = say_listening(guard);
    }
    if (status != 0) {
        log_cannot_listen(&guard->log, (const struct sockaddr *)&guard->options->server.listen, -status);
        close_handle((uv_handle_t *)&guard->listener);
    }
    return status;
}

/* A server that stalls must not look like an encoder that went silent. */
static int64_t longest_stall_us(const mpe_channel *channel)
{
    int64_t idle_us = 0;
    mpe_channel_get(channel, MPE_PARAM_RTMP_IDLE_TIMEOUT_US, &idle_us);
    return idle_us > 0 && idle_us / 2 < LONGEST_STALL_US ? idle_us / 2 : LONGEST_STALL_US;
}

static void start_timer_handle(struct guard *guard, uv_timer_t *timer)
{
    uv_timer_init(guard->loop, timer);
    timer->data = guard;
}

static void open_parts(struct guard *guard)
{
    const struct server_options *const options = &guard->options->server;
    guard->signals = (struct signals){.on_stop = stop, .on_hang_up = hang_up, .user = guard};
    guard->addresses.most = options->max_per_address;
    guard->excess = (struct loss){.log = &guard->log, .loop = guard->loop, .what = "connections were turned away"};
    guard->shed = (struct loss){.log = &guard->log, .loop = guard->loop, .what = "connections were ended"};
    reports_open(&guard->reports, &guard->notify, &guard->log, guard->loop);
    guard->reports.quiet = options->quiet;
    guard->reports.limit.most_a_minute = options->refusals_per_minute;
    signals_watch(&guard->signals, guard->loop);
    start_timer_handle(guard, &guard->farewell);
    start_timer_handle(guard, &guard->retry);
}

int guard_start(struct guard *guard, struct guard_options *options, uv_loop_t *loop)
{
    guard->options = options;
    guard->loop = loop;
    guard->stall_us = longest_stall_us(options->server.channel);
    log_open(&guard->log, loop, options->server.notify.program, options->server.notify.most_bytes);
    if (notify_out_open(&guard->notify, &options->server.notify, &guard->log, loop) != 0) {
        log_close(&guard->log);
        return -1;
    }
    if (listen_on(guard) != 0) {
        notify_out_close(&guard->notify);
        log_close(&guard->log);
        return -1;
    }
    open_parts(guard);
    return 0;
}
