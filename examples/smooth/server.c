/* Opens listener, timers and libmicrohttpd of mpe-smooth, reloads its configuration, and drains it. */
#include "server.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answer.h"
#include "common/server/fleet_server.h"
#include "common/server/peer.h"
#include "common/server/request_headers.h"
#include "post.h"
#include "push.h"
#include "watch.h"

#define BACKLOG          1024
#define SILENT_S         60 /* a connection is dead; fragments of 2 to 6 s come without a pause */
#define SILENT_BEYOND_S  10 /* ... but the idle rule of the channel comes first, where it is set */
#define LOOK_EVERY_MS    200
#define FAREWELL_US      3000000 /* for answers and notifications under way when the server is told to stop */
#define FAREWELL_LOOK_MS 20

int64_t server_now_us(void)
{
    return (int64_t)(uv_hrtime() / 1000);
}

void server_log(struct server *server, const char *format, ...)
{
    va_list arguments;
    if (server->options->quiet) {
        return;
    }
    va_start(arguments, format);
    log_say_list(&server->log, format, arguments);
    va_end(arguments);
}

/* ---------------------------------------------------------------- requests */

static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *path, const char *method,
                                  const char *version, const char *data, size_t *length, void **context)
{
    struct server *server = user;
    struct post *post = *context;
    enum MHD_Result result = MHD_YES;
    if (post == NULL) {
        sockets_request_began(connection);
    }
    if (post != NULL && *length > 0) {
        result = post_bytes(post, data, *length);
        *length = 0;
    } else if (post != NULL) {
        result = post_end(post);
    } else if (strcmp(method, MHD_HTTP_METHOD_POST) == 0 || strcmp(method, MHD_HTTP_METHOD_PUT) == 0) {
        *context = post_open(server, connection, path, version, false, &result);
    } else if (strcmp(method, MHD_HTTP_METHOD_DELETE) == 0) {
        *context = post_open(server, connection, path, version, true, &result);
    } else {
        struct answer answer = answer_plain(MHD_HTTP_METHOD_NOT_ALLOWED, "Push with POST or PUT.");
        result = answer_queue(connection, &answer);
        answer_free(&answer);
    }
    return result;
}

static void on_completed(void *user, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode how)
{
    struct server *const server = user;
    sockets_request_ended(&server->sockets, connection);
    if (*context != NULL) {
        post_close(*context, how);
        *context = NULL;
    }
}

/* ------------------------------------------------- libmicrohttpd in the loop */

static enum MHD_Result may_connect(void *user, const struct sockaddr *address, socklen_t length)
{
    struct server *const server = user;
    const struct address_prefix from = address_prefix_of(address);
    enum turned_why why;
    (void)length;
    if (!arrivals_take(&server->arrivals, &from, server_now_us(), &why)) {
        turned_away_count(&server->turned, why);
        return MHD_NO;
    }
    if (!address_count_has_room(&server->sockets.addresses, &from)) {
        turned_away_count(&server->turned, TURNED_ADDRESS_FULL);
        return MHD_NO;
    }
    return MHD_YES;
}

static void look_at_sockets(struct server *server)
{
    for (unsigned late = sockets_look(&server->sockets); late > 0; late--) {
        turned_away_count(&server->turned, TURNED_LATE);
    }
}

static bool is_at_rest(const struct server *server)
{
    return server->sockets.first == NULL && server->pushes == NULL;
}

static void on_clock(uv_timer_t *timer)
{
    struct server *server = timer->data;
    int64_t now_us = server_now_us();
    look_at_sockets(server);
    for (struct post *post = server->posts; post != NULL; post = post->next) {
        post_look(post, now_us);
    }
    pushes_look(server, now_us);
    if (is_at_rest(server)) {
        uv_timer_stop(timer);
    }
}

static void on_http_timer(uv_timer_t *timer);

static void run_http(struct server *server)
{
    MHD_UNSIGNED_LONG_LONG wait_ms;
    MHD_run(server->daemon);
    if (MHD_get_timeout(server->daemon, &wait_ms) == MHD_YES) {
        uv_timer_start(&server->http_timer, on_http_timer, wait_ms, 0);
    } else {
        uv_timer_stop(&server->http_timer);
    }
    if (is_at_rest(server)) {
        uv_timer_stop(&server->clock);
    } else if (!uv_is_active((uv_handle_t *)&server->clock)) {
        uv_timer_start(&server->clock, on_clock, LOOK_EVERY_MS, LOOK_EVERY_MS);
    }
}

static void on_http_timer(uv_timer_t *timer)
{
    run_http(timer->data);
}

static void on_http(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    run_http(poll->data);
}

/* ----------------------------------------------------------------- the end */

static void leave(struct server *server)
{
    uv_handle_t *handles[] = {(uv_handle_t *)&server->http, (uv_handle_t *)&server->http_timer,
                              (uv_handle_t *)&server->clock, (uv_handle_t *)&server->farewell};
    for (size_t i = 0; i < sizeof(handles) / sizeof(handles[0]); i++) {
        uv_close(handles[i], NULL);
    }
    signals_close(&server->signals);
    reload_close(&server->reload);
    service_close(&server->service);
    MHD_stop_daemon(server->daemon);
    pushes_free(server);
    turned_away_close(&server->turned);
    arrivals_free(&server->arrivals);
    admin_close(server->admin);
    fleet_close(server->fleet);
    reports_close(&server->reports);
    address_counts_free(&server->sockets.addresses);
    notify_out_close(&server->notify);
    log_close(&server->log);
}

static void on_farewell(uv_timer_t *timer)
{
    struct server *server = timer->data;
    bool all_is_said =
        server->posts == NULL && !notify_out_is_busy(&server->notify) && line_out_is_empty(&server->log.lines);
    if (all_is_said || server_now_us() >= server->farewell_until_us) {
        leave(server);
    }
}

static void stop(void *user, const char *signal)
{
    struct server *server = user;
    if (server->stopping) {
        server->farewell_until_us = 0; /* a second signal: at once */
        return;
    }
    server_log(server, "%s: %u POSTs end", signal, server->post_count);
    server->stopping = true;
    service_stopping(&server->service);
    admin_stopping(server->admin);
    close(MHD_quiesce_daemon(server->daemon));
    for (struct post *post = server->posts; post != NULL; post = post->next) {
        post_stop(post);
    }
    pushes_stop(server);
    server->farewell_until_us = server_now_us() + FAREWELL_US;
    uv_timer_start(&server->farewell, on_farewell, 0, FAREWELL_LOOK_MS);
}

static void refuse_kept(struct push *push, int32_t code)
{
    struct answer answer;
    if (push_refuse(push, code, &answer)) {
        answer_free(&answer);
        push_keep(push, MPE_BODY_COMPLETE);
    }
}

void server_refuse(const struct server *server, struct push *push, int32_t code)
{
    struct post *post = server->posts;
    if (!push->is_busy) {
        refuse_kept(push, code);
        return;
    }
    while (post != NULL && post->push != push) {
        post = post->next;
    }
    if (post != NULL) {
        post_refuse(post, code);
    }
}

static void end_removed(void *user)
{
    const struct server *const server = user;
    for (struct push *push = server->pushes, *next; push != NULL; push = next) {
        next = push->next;
        if (push->channel != NULL && !push_is_known(push, server->options->channels)) {
            server_refuse(server, push, MPI_REST_API_CHANNEL_STOP);
        }
    }
}

static void hang_up(void *user)
{
    struct server *server = user;
    notify_out_reopen(&server->notify);
    if (!server->stopping) {
        reload_begin(&server->reload);
    }
}

/* --------------------------------------------------------------- the start */

static void say_listening(struct server *server, int listener)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof(address);
    char text[PEER_BYTES];
    getsockname(listener, (struct sockaddr *)&address, &length);
    peer_text((const struct sockaddr *)&address, text, sizeof(text));
    log_say(&server->log, "listening on %s", text);
}

/* The descriptor, or -1: the log has the reason. */
static int listen_on(struct server *server)
{
    const struct sockaddr_storage *address = &server->options->listeners[0].address;
    const int on = 1;
    socklen_t length = address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    int listener = socket(address->ss_family, SOCK_STREAM, 0);
    if (listener >= 0) {
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
        if (bind(listener, (const struct sockaddr *)address, length) == 0 && listen(listener, BACKLOG) == 0) {
            say_listening(server, listener);
            return listener;
        }
    }
    log_cannot_listen(&server->log, (const struct sockaddr *)address, errno);
    if (listener >= 0) {
        close(listener);
    }
    return -1;
}

static unsigned silent_s(const mpe_channel *channel)
{
    int64_t idle_us = 0;
    mpe_channel_get(channel, MPE_PARAM_FMP4_IDLE_TIMEOUT_US, &idle_us);
    unsigned beyond = (unsigned)(idle_us / 1000000) + SILENT_BEYOND_S;
    return beyond > SILENT_S ? beyond : SILENT_S;
}

static struct MHD_Daemon *start_http(struct server *server, int listener)
{
    const struct server_options *options = server->options;
    unsigned flags = MHD_USE_EPOLL | (options->listeners[0].address.ss_family == AF_INET6 ? MHD_USE_IPv6 : 0);
    return MHD_start_daemon(flags, 0, may_connect, server, on_request, server, MHD_OPTION_LISTEN_SOCKET,
                            (MHD_socket)listener, REQUEST_HEADERS_STRICT, MHD_OPTION_CONNECTION_LIMIT,
                            options->max_connections + SERVER_OTHER_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
                            (unsigned)(server->silent_us / 1000000), MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
                            MHD_OPTION_NOTIFY_CONNECTION, sockets_changed, &server->sockets, MHD_OPTION_END);
}

static void start_timer_handle(struct server *server, uv_timer_t *timer)
{
    uv_timer_init(server->loop, timer);
    timer->data = server;
}

static void watch(struct server *server)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    start_timer_handle(server, &server->http_timer);
    start_timer_handle(server, &server->clock);
    start_timer_handle(server, &server->farewell);
    signals_watch(&server->signals, server->loop);
    service_open(&server->service, server->loop);
    server->reload = (struct reload){.options = server->options,
                                     .log = &server->log,
                                     .service = &server->service,
                                     .end_removed = end_removed,
                                     .user = server};
    reload_open(&server->reload, server->loop);
    uv_poll_init(server->loop, &server->http, info->epoll_fd);
    server->http.data = server;
    uv_poll_start(&server->http, UV_READABLE, on_http);
}

/* The clock of pushes looks at their deadlines anyway. */
static int open_fleet(struct server *server)
{
    const struct fleet_program program = {.memory = &server->options->memory};
    return fleet_server_open(&server->fleet, server->options, &program, &server->log, server->loop);
}

static void open_parts(struct server *server)
{
    const struct server_options *const options = server->options;
    server->signals = (struct signals){.on_stop = stop, .on_hang_up = hang_up, .user = server};
    server->sockets.addresses.most = options->max_per_address;
    server->sockets.now_us = server_now_us;
    server->silent_us = (int64_t)silent_s(options->channel) * 1000000;
    turned_away_open(&server->turned, &server->log, server->loop);
    arrivals_open(&server->arrivals, options->handshakes_per_second, options->handshakes_per_address);
    reports_open(&server->reports, &server->notify, &server->log, server->loop);
    server->reports.quiet = options->quiet;
    server->reports.limit = (struct address_rate){.most = options->refusals_per_minute, .within_us = 60000000};
}

int server_start(struct server *server, struct server_options *options, uv_loop_t *loop)
{
    server->options = options;
    server->loop = loop;
    log_open(&server->log, loop, options->notify.program, options->notify.most_bytes, &options->log);
    if (notify_out_open(&server->notify, &options->notify, &server->log, loop) != 0) {
        log_close(&server->log);
        return -1;
    }
    open_parts(server);
    int listener = listen_on(server);
    server->daemon = listener >= 0 ? start_http(server, listener) : NULL;
    if (server->daemon == NULL) {
        if (listener >= 0) {
            log_say(&server->log, "libmicrohttpd cannot be started");
            close(listener);
        }
        notify_out_close(&server->notify);
        log_close(&server->log);
        return -1;
    }
    watch(server);
    if (open_fleet(server) != 0 || server_watch(server) != 0) {
        close(MHD_quiesce_daemon(server->daemon));
        leave(server);
        return -1;
    }
    server->reports.admin = server->admin;
    service_ready(&server->service);
    return 0;
}
