/* Answers requests to --admin in libmicrohttpd's thread; checks token, Host and method before. */
#define _DEFAULT_SOURCE /* SO_REUSEPORT */

#include "admin_http.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "admin_json.h"
#include "admin_page.h"
#include "admin_stream.h"
#include "metrics.h"
#include "request_headers.h"

#define MOST_CONNECTIONS 64
#define MEMORY_BYTES     32768 /* of a connection: longer headers are answered with status 431 */
#define SILENT_S         30
#define BACKLOG          64
#define MOST_KICKS       64
#define STALE_US         5000000 /* a loop that made no snapshot for so long hangs */
#define SESSIONS_PATH    "/api/v1/sessions"
#define LOCALHOST        "localhost"

struct admin_http {
    struct MHD_Daemon *daemon;
    uv_async_t *asked;
    bool shares_port;
    char token[ADMIN_TOKEN_BYTES];
    struct admin_streams *streams; /* of the page; with the last snapshot */
    pthread_mutex_t lock;          /* of what follows */
    unsigned kick_count;
    char kicks[MOST_KICKS][SNAPSHOT_ID_BYTES];
};

/* ----------------------------------------------------------------- answers */

/* Nothing from elsewhere, nothing inline, in nobody's frame. */
static void add_headers(struct MHD_Response *response, const char *type)
{
    MHD_add_response_header(response, "Content-Type", type);
    MHD_add_response_header(response, "Content-Security-Policy",
                            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                            "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    MHD_add_response_header(response, "Cache-Control", "no-store");
}

static enum MHD_Result queue(struct MHD_Connection *connection, unsigned status, struct MHD_Response *response)
{
    const enum MHD_Result result = response != NULL ? MHD_queue_response(connection, status, response) : MHD_NO;
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result answer_sentence(struct MHD_Connection *connection, unsigned status, const char *sentence)
{
    struct MHD_Response *const response =
        MHD_create_response_from_buffer(strlen(sentence), (void *)(uintptr_t)sentence, MHD_RESPMEM_MUST_COPY);
    if (response == NULL) {
        return MHD_NO;
    }
    add_headers(response, "text/plain; charset=utf-8");
    if (status == MHD_HTTP_BAD_REQUEST) { /* where its body ends, nobody knows */
        MHD_add_response_header(response, "Connection", "close");
    }
    if (status == MHD_HTTP_UNAUTHORIZED) {
        MHD_add_response_header(response, "WWW-Authenticate", "Basic realm=\"mpe\", charset=\"UTF-8\"");
    }
    return queue(connection, status, response);
}

/* Takes the text, which may be NULL: then there was no memory for it. */
static enum MHD_Result answer_text(struct MHD_Connection *connection, const char *type, char *text, size_t length)
{
    if (text == NULL) {
        return answer_sentence(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "There is no memory for the answer.\n");
    }
    struct MHD_Response *const response = MHD_create_response_from_buffer(length, text, MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        free(text);
        return MHD_NO;
    }
    add_headers(response, type);
    return queue(connection, MHD_HTTP_OK, response);
}

static enum MHD_Result answer_json(struct MHD_Connection *connection, char *text)
{
    return answer_text(connection, "application/json", text, text != NULL ? strlen(text) : 0);
}

static enum MHD_Result answer_page(struct MHD_Connection *connection, const struct admin_page *page)
{
    struct MHD_Response *const response =
        MHD_create_response_from_buffer(page->length, (void *)(uintptr_t)page->bytes, MHD_RESPMEM_PERSISTENT);
    if (response == NULL) {
        return MHD_NO;
    }
    add_headers(response, page->type);
    return queue(connection, MHD_HTTP_OK, response);
}

static enum MHD_Result answer_health(struct MHD_Connection *connection, const struct snapshot *snapshot)
{
    if ((int64_t)(uv_hrtime() / 1000) - snapshot->made_us > STALE_US) {
        return answer_sentence(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "The server hangs.\n");
    }
    return snapshot->is_stopping
               ? answer_sentence(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "The server is stopping.\n")
               : answer_sentence(connection, MHD_HTTP_OK, "ok\n");
}

static enum MHD_Result answer_metrics(struct MHD_Connection *connection, const struct snapshot *snapshot)
{
    size_t length = 0;
    char *const text = metrics_text(snapshot, &length);
    return answer_text(connection, "text/plain; version=0.0.4; charset=utf-8", text, length);
}

static enum MHD_Result answer_stream(struct admin_http *http, struct MHD_Connection *connection)
{
    struct MHD_Response *const response = admin_streams_response(http->streams, connection);
    if (response == NULL) {
        return answer_sentence(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
                               "As many pages as the server feeds are open; close one.\n");
    }
    add_headers(response, "text/event-stream");
    return queue(connection, MHD_HTTP_OK, response);
}

/* -------------------------------------------------------------------- kick */

static bool is_there(const struct snapshot *snapshot, const char *id)
{
    for (size_t i = 0; i < snapshot->session_count; i++) {
        if (strcmp(snapshot->sessions[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

static enum MHD_Result kick(struct admin_http *http, struct MHD_Connection *connection, const struct snapshot *snapshot,
                            const char *id)
{
    if (!is_there(snapshot, id)) {
        return answer_sentence(connection, MHD_HTTP_NOT_FOUND, "There is no such session.\n");
    }
    pthread_mutex_lock(&http->lock);
    const bool has_room = http->kick_count < MOST_KICKS;
    if (has_room) {
        snprintf(http->kicks[http->kick_count++], SNAPSHOT_ID_BYTES, "%s", id);
    }
    pthread_mutex_unlock(&http->lock);
    if (!has_room) {
        return answer_sentence(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "The server is busy; try again.\n");
    }
    uv_async_send(http->asked);
    return answer_sentence(connection, MHD_HTTP_ACCEPTED, "The session is being ended.\n");
}

bool admin_http_take_kick(struct admin_http *http, char id[SNAPSHOT_ID_BYTES])
{
    pthread_mutex_lock(&http->lock);
    const bool has_one = http->kick_count > 0;
    if (has_one) {
        memcpy(id, http->kicks[--http->kick_count], SNAPSHOT_ID_BYTES);
    }
    pthread_mutex_unlock(&http->lock);
    return has_one;
}

/* ------------------------------------------------------------- who may ask */

/* Takes the same time wherever they differ. */
static bool is_token(const char *token, const char *given)
{
    const size_t length = strlen(token);
    if (strlen(given) != length) {
        return false;
    }
    unsigned difference = 0;
    for (size_t i = 0; i < length; i++) {
        difference |= (unsigned char)(token[i] ^ given[i]);
    }
    return difference == 0;
}

/* As a bearer token, or as the password that a browser asks for. */
static bool has_token(const struct admin_http *http, struct MHD_Connection *connection)
{
    const char *const given = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization");
    char *password = NULL;
    if (given != NULL && strncasecmp(given, "Bearer ", 7) == 0) {
        return is_token(http->token, given + 7);
    }
    char *const user = MHD_basic_auth_get_username_password(connection, &password);
    const bool is_right = password != NULL && is_token(http->token, password);
    MHD_free(user);
    MHD_free(password);
    return is_right;
}

static bool is_port_or_end(const char *text)
{
    return text[0] == '\0' || (text[0] == ':' && text[1 + strspn(text + 1, "0123456789")] == '\0');
}

/* A page of another site whose name was made to lead here must not read it: only an address names this machine. */
static bool names_this_machine(struct MHD_Connection *connection)
{
    const char *const host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host");
    if (host == NULL || host[0] == '[') {
        return true;
    }
    const bool is_localhost = strncasecmp(host, LOCALHOST, sizeof(LOCALHOST) - 1) == 0;
    return is_port_or_end(host + (is_localhost ? sizeof(LOCALHOST) - 1 : strspn(host, "0123456789.")));
}

/* The sentence for who may not, or NULL. */
static const char *find_fault(const struct admin_http *http, struct MHD_Connection *connection, unsigned *status)
{
    if (http->token[0] != '\0' && !has_token(http, connection)) {
        *status = MHD_HTTP_UNAUTHORIZED;
        return "Give the token: as Authorization: Bearer TOKEN, or as the password.\n";
    }
    if (http->token[0] == '\0' && !names_this_machine(connection)) {
        *status = MHD_HTTP_FORBIDDEN;
        return "Ask for it by its address, or as localhost.\n";
    }
    return NULL;
}

/* ---------------------------------------------------------------- requests */

static enum MHD_Result answer_get(struct admin_http *http, struct MHD_Connection *connection,
                                  const struct snapshot *snapshot, const char *path)
{
    const struct admin_page *const page = admin_page_find(path);
    if (page != NULL) {
        return answer_page(connection, page);
    }
    if (strcmp(path, "/metrics") == 0) {
        return answer_metrics(connection, snapshot);
    }
    if (strcmp(path, "/healthz") == 0) {
        return answer_health(connection, snapshot);
    }
    if (strcmp(path, "/api/v1/channels") == 0) {
        return answer_json(connection, admin_json_channels(snapshot));
    }
    if (strcmp(path, SESSIONS_PATH) == 0) {
        return answer_json(connection, admin_json_sessions(snapshot));
    }
    if (strcmp(path, "/api/v1/events") == 0) {
        return answer_stream(http, connection);
    }
    return answer_sentence(connection, MHD_HTTP_NOT_FOUND,
                           "There are /, /metrics, /healthz, /api/v1/channels, /api/v1/sessions, /api/v1/events.\n");
}

static enum MHD_Result answer(struct admin_http *http, struct MHD_Connection *connection, const char *path,
                              const char *method)
{
    static const size_t before_id = sizeof(SESSIONS_PATH);
    unsigned status = 0;
    const char *const fault = find_fault(http, connection, &status);
    if (fault != NULL) {
        return answer_sentence(connection, status, fault);
    }
    struct snapshot *const snapshot = admin_streams_snapshot(http->streams);
    if (snapshot == NULL) {
        return answer_sentence(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "The server starts.\n");
    }
    enum MHD_Result result;
    if (strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0) {
        result = answer_get(http, connection, snapshot, path);
    } else if (strcmp(method, MHD_HTTP_METHOD_DELETE) == 0 && strncmp(path, SESSIONS_PATH "/", before_id) == 0) {
        result = kick(http, connection, snapshot, path + before_id);
    } else {
        result = answer_sentence(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "Ask with GET, or DELETE a session.\n");
    }
    snapshot_release(snapshot);
    return result;
}

/* libmicrohttpd calls it for the headers, for each part of a body, and for the end: a body is thrown away. */
static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *path, const char *method,
                                  const char *version, const char *data, size_t *length, void **context)
{
    static int seen;
    (void)data;
    if (*context == NULL) {
        const char *const fault = request_headers_fault(connection, version);
        *context = &seen;
        return fault != NULL ? answer_sentence(connection, MHD_HTTP_BAD_REQUEST, fault) : MHD_YES;
    }
    if (*length > 0) {
        *length = 0;
        return MHD_YES;
    }
    return answer(user, connection, path, method);
}

/* ---------------------------------------------------------- start and end */

static void say_listening(struct log_out *log, int listener)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof(address);
    char text[PEER_BYTES];
    getsockname(listener, (struct sockaddr *)&address, &length);
    peer_text((const struct sockaddr *)&address, text, sizeof(text));
    log_say(log, "operators look at http://%s/", text);
}

/* The descriptor, or -1: the log has the reason. */
static int listen_on(const struct sockaddr_storage *address, bool shares_port, struct log_out *log)
{
    const int on = 1;
    const socklen_t length =
        address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    const int listener = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener >= 0) {
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
        if (shares_port) {
            setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
        }
        if (bind(listener, (const struct sockaddr *)address, length) == 0 && listen(listener, BACKLOG) == 0) {
            say_listening(log, listener);
            return listener;
        }
    }
    log_cannot_listen(log, (const struct sockaddr *)address, errno);
    if (listener >= 0) {
        close(listener);
    }
    return -1;
}

static struct MHD_Daemon *start(struct admin_http *http, int listener, int family)
{
    const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
                           (family == AF_INET6 ? MHD_USE_IPv6 : 0);
    return MHD_start_daemon(flags, 0, NULL, NULL, on_request, http, MHD_OPTION_LISTEN_SOCKET, (MHD_socket)listener,
                            REQUEST_HEADERS_STRICT, MHD_OPTION_CONNECTION_LIMIT, (unsigned)MOST_CONNECTIONS,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_BYTES, MHD_OPTION_CONNECTION_TIMEOUT,
                            (unsigned)SILENT_S, MHD_OPTION_END);
}

struct admin_http *admin_http_open(const struct admin_options *options, bool shares_port, uv_async_t *asked,
                                   struct log_out *log)
{
    const int listener = listen_on(&options->address, shares_port, log);
    struct admin_http *const http = listener >= 0 ? calloc(1, sizeof(*http)) : NULL;
    if (http != NULL) {
        http->asked = asked;
        http->shares_port = shares_port;
        memcpy(http->token, options->token, sizeof(http->token));
        pthread_mutex_init(&http->lock, NULL);
        http->streams = admin_streams_new();
        http->daemon = http->streams != NULL ? start(http, listener, options->address.ss_family) : NULL;
    }
    if (listener >= 0 && (http == NULL || http->daemon == NULL)) {
        log_say(log, "--admin: there is no memory or no thread for it");
        close(listener);
        admin_http_close(http);
        return NULL;
    }
    return http;
}

void admin_http_stop_listening(struct admin_http *http)
{
    if (http->shares_port) {
        http->shares_port = false;
        close(MHD_quiesce_daemon(http->daemon));
    }
}

void admin_http_publish(struct admin_http *http, struct snapshot *snapshot)
{
    admin_streams_publish(http->streams, snapshot);
}

void admin_http_close(struct admin_http *http)
{
    if (http == NULL) {
        return;
    }
    if (http->daemon != NULL) {
        admin_streams_end(http->streams);
        MHD_stop_daemon(http->daemon);
    }
    admin_streams_free(http->streams);
    pthread_mutex_destroy(&http->lock);
    free(http);
}
