/* Opens listeners and timers of mpe-guard, reloads its configuration, and drains it. */
#define _DEFAULT_SOURCE /* SO_REUSEPORT */

#include "guard.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/server/fleet_server.h"
#include "common/server/peer.h"
#include "connection.h"
#include "watch.h"

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

static void close_listeners(struct guard *guard)
{
    for (unsigned i = 0; i < guard->listener_count; i++) {
        close_handle((uv_handle_t *)&guard->listeners[i].tcp);
        close_handle((uv_handle_t *)&guard->listeners[i].retry);
    }
}

static void leave(struct guard *guard)
{
    turned_away_close(&guard->turned);
    admin_close(guard->admin);
    fleet_close(guard->fleet);
    reports_close(&guard->reports);
    authorizer_close(&guard->authorizer);
    notify_out_close(&guard->notify);
    log_close(&guard->log);
    address_counts_free(&guard->addresses);
    arrivals_free(&guard->arrivals);
    refusal_memory_forget(&guard->refusals);
    close_handle((uv_handle_t *)&guard->farewell);
    signals_close(&guard->signals);
    reload_close(&guard->reload);
    service_close(&guard->service);
}

static void on_farewell(uv_timer_t *timer)
{
    struct guard *guard = timer->data;
    bool all_is_said = !notify_out_is_busy(&guard->notify) && line_out_is_empty(&guard->log.lines);
    if (all_is_said || guard_now_us() >= guard->farewell_until_us) {
        leave(guard);
    }
}

static void end_all(struct guard *guard)
{
    guard->stopping = true;
    while (guard->connections != NULL) {
        connection_stop(guard->connections);
    }
    guard->farewell_until_us = guard_now_us() + FAREWELL_US;
    uv_timer_start(&guard->farewell, on_farewell, 0, FAREWELL_LOOK_MS);
}

static void on_drained(uv_timer_t *timer)
{
    struct guard *guard = timer->data;
    if (guard->connections == NULL || guard_now_us() >= guard->farewell_until_us) {
        guard_log(guard, "drained: %u connections end", guard->connection_count);
        end_all(guard);
    }
}

/* Encoders go on, and those that understand it go to the next process, which may listen at the same ports. */
static void drain(struct guard *guard)
{
    guard->draining = true;
    guard->farewell_until_us = guard_now_us() + (int64_t)guard->options->drain_s * 1000000;
    for (struct connection *one = guard->connections, *next; one != NULL; one = next) {
        next = one->next;
        connection_ask_to_reconnect(one);
    }
    uv_timer_start(&guard->farewell, on_drained, 0, FAREWELL_LOOK_MS);
}

static void stop(void *user, const char *signal)
{
    struct guard *guard = user;
    if (guard->stopping) {
        guard->farewell_until_us = 0; /* a second signal: at once */
    } else if (guard->draining) {
        end_all(guard);
    } else {
        const bool drains = guard->options->drain_s > 0;
        guard_log(guard, "%s: %u connections %s", signal, guard->connection_count,
                  drains ? "are asked to go elsewhere" : "end");
        service_stopping(&guard->service);
        admin_stopping(guard->admin);
        close_listeners(guard);
        if (drains) {
            drain(guard);
        } else {
            end_all(guard);
        }
    }
}

static bool is_still_there(const struct connection *one, const struct channels *channels)
{
    const char *const name = one->channel->name;
    return one->is_assigned ? channels_have(channels, name)
                            : channels_know(channels, name, one->app != NULL ? one->app : "", one->stream_name);
}

/* Encoders whose channel is gone are told so; for the others what has changed counts when they come again. */
static void end_removed(void *user)
{
    const struct guard *const guard = user;
    const struct channels *const channels = guard->options->server.channels;
    for (struct connection *one = guard->connections, *next; one != NULL; one = next) {
        next = one->next;
        if (one->channel != NULL && !is_still_there(one, channels)) {
            connection_refuse(one, MPI_REST_API_CHANNEL_STOP);
        }
    }
}

static void hang_up(void *user)
{
    struct guard *guard = user;
    notify_out_reopen(&guard->notify);
    refusal_memory_forget(&guard->refusals);
    if (!guard->stopping) {
        reload_begin(&guard->reload);
    }
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

static void take_one(struct listener *listener);

static void on_retry(uv_timer_t *timer)
{
    take_one(timer->data);
}

/* libuv takes no other before the one that waits at the listener: without memory for it, it is tried again. */
static void take_one(struct listener *listener)
{
    if (connection_open(listener) != 0) {
        uv_timer_start(&listener->retry, on_retry, RETRY_MS, 0);
    }
}

static void on_connection(uv_stream_t *stream, int status)
{
    struct listener *const listener = stream->data;
    if (status < 0 && is_time_to_say(&listener->guard->accept_said_us)) {
        guard_log(listener->guard, "a connection could not be accepted: %s", uv_strerror(status));
    } else if (status >= 0) {
        take_one(listener);
    }
}

static int say_listening(struct listener *listener)
{
    struct sockaddr_storage address;
    int length = (int)sizeof(address);
    char text[64];
    const int status = uv_tcp_getsockname(&listener->tcp, (struct sockaddr *)&address, &length);
    if (status == 0) {
        peer_text((const struct sockaddr *)&address, text, sizeof(text));
        log_say(&listener->guard->log, "listening on %s", text);
    }
    return status;
}

/* The next process listens at the same port before this one has ended. */
static void share_port(const uv_tcp_t *tcp)
{
    const int yes = 1;
    uv_os_fd_t descriptor;
    if (uv_fileno((const uv_handle_t *)tcp, &descriptor) == 0) {
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes));
    }
}

static int listen_on(struct guard *guard, const struct listener_options *options)
{
    struct listener *const listener = &guard->listeners[guard->listener_count++];
    const struct sockaddr *const address = (const struct sockaddr *)&options->address;
    *listener = (struct listener){.guard = guard, .options = options};
    uv_tcp_init_ex(guard->loop, &listener->tcp, (unsigned)address->sa_family);
    if (guard->options->drain_s > 0) {
        share_port(&listener->tcp);
    }
    uv_timer_init(guard->loop, &listener->retry);
    listener->tcp.data = listener;
    listener->retry.data = listener;
    int status = uv_tcp_bind(&listener->tcp, address, 0);
    if (status == 0) {
        status = uv_listen((uv_stream_t *)&listener->tcp, BACKLOG, on_connection);
    }
    if (status == 0) {
        status = say_listening(listener);
    }
    if (status != 0) {
        log_cannot_listen(&guard->log, address, -status);
    }
    return status;
}

static int listen_on_all(struct guard *guard)
{
    const struct server_options *const options = &guard->options->server;
    int status = 0;
    for (unsigned i = 0; i < options->listener_count && status == 0; i++) {
        status = listen_on(guard, &options->listeners[i]);
    }
    if (status != 0) {
        close_listeners(guard);
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

static void on_fleet(void *user)
{
    const struct guard *const guard = user;
    for (struct connection *one = guard->connections, *next; one != NULL; one = next) {
        next = one->next;
        connection_schedule(one);
    }
}

static int open_fleet(struct guard *guard)
{
    const struct fleet_program program = {
        .changed = on_fleet, .user = guard, .memory = &guard->options->server.memory};
    return fleet_server_open(&guard->fleet, &guard->options->server, &program, &guard->log, guard->loop);
}

static void open_parts(struct guard *guard)
{
    const struct server_options *const options = &guard->options->server;
    guard->signals = (struct signals){.on_stop = stop, .on_hang_up = hang_up, .user = guard};
    guard->addresses.most = options->max_per_address;
    refusal_memory_open(&guard->refusals);
    turned_away_open(&guard->turned, &guard->log, guard->loop);
    arrivals_open(&guard->arrivals, options->handshakes_per_second, options->handshakes_per_address);
    reports_open(&guard->reports, &guard->notify, &guard->log, guard->loop);
    guard->reports.quiet = options->quiet;
    guard->reports.limit = (struct address_rate){.most = options->refusals_per_minute, .within_us = 60000000};
    signals_watch(&guard->signals, guard->loop);
    service_open(&guard->service, guard->loop);
    guard->reload = (struct reload){.options = &guard->options->server,
                                    .log = &guard->log,
                                    .service = &guard->service,
                                    .end_removed = end_removed,
                                    .user = guard};
    reload_open(&guard->reload, guard->loop);
    start_timer_handle(guard, &guard->farewell);
}

int guard_start(struct guard *guard, struct guard_options *options, uv_loop_t *loop)
{
    guard->options = options;
    guard->loop = loop;
    guard->stall_us = longest_stall_us(options->server.channel);
    log_open(&guard->log, loop, options->server.notify.program, options->server.notify.most_bytes,
             &options->server.log);
    if (notify_out_open(&guard->notify, &options->server.notify, &guard->log, loop) != 0) {
        log_close(&guard->log);
        return -1;
    }
    if (authorizer_open(&guard->authorizer, &options->server.authorize, loop) != 0 || listen_on_all(guard) != 0) {
        authorizer_close(&guard->authorizer);
        notify_out_close(&guard->notify);
        log_close(&guard->log);
        return -1;
    }
    if (open_fleet(guard) != 0 || guard_watch(guard) != 0) {
        close_listeners(guard);
        fleet_close(guard->fleet);
        notify_out_close(&guard->notify);
        log_close(&guard->log);
        return -1;
    }
    open_parts(guard);
    guard->reports.admin = guard->admin;
    service_ready(&guard->service);
    return 0;
}
