#include "webhook.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <mpe/mpe.h>

#include "notify_out.h"

#define MOST_UNDER_WAY    8u
#define MOST_TRIES        7u
#define FIRST_PAUSE_MS    500u /* doubled for each further try: half a minute in all */
#define CONNECT_WITHIN_MS 3000L
#define ANSWER_WITHIN_MS  10000L

struct delivery {
    struct delivery *next;
    struct webhook *webhook;
    CURL *easy; /* NULL: waiting */
    char *body;
    size_t bytes; /* of memory */
    unsigned tries;
    uint64_t due_ms; /* on the loop's clock */
};

/* First in, first out; as all have been tried equally often, what is first is due first. */
struct queue {
    struct delivery *first;
    struct delivery **end;
};

struct watched_socket {
    uv_poll_t poll;
    struct webhook *webhook;
    curl_socket_t socket;
};

struct webhook {
    uv_loop_t *loop;
    const struct notify_target *target;
    CURLM *multi;
    struct curl_slist *headers;
    bool as_array;
    bool closing;
    unsigned handles;
    unsigned pending;
    size_t pending_bytes;
    struct loss loss;
    struct queue waiting[MOST_TRIES]; /* by how often they were tried */
    struct delivery *under_way[MOST_UNDER_WAY];
    uv_timer_t curl_timer;
    uv_timer_t retry_timer;
};

static void pump(struct webhook *webhook);

/* --------------------------------------------------------- one delivery */

static void forget(struct delivery *delivery)
{
    delivery->webhook->pending--;
    delivery->webhook->pending_bytes -= delivery->bytes;
    free(delivery->body);
    free(delivery);
}

/* The place that holds it; of NULL, a free one, or NULL: all are taken. */
static struct delivery **place_of(struct webhook *webhook, const struct delivery *delivery)
{
    for (unsigned i = 0; i < MOST_UNDER_WAY; i++) {
        if (webhook->under_way[i] == delivery) {
            return &webhook->under_way[i];
        }
    }
    return NULL;
}

static void stop(struct delivery *delivery)
{
    curl_multi_remove_handle(delivery->webhook->multi, delivery->easy);
    curl_easy_cleanup(delivery->easy);
    delivery->easy = NULL;
    *place_of(delivery->webhook, delivery) = NULL;
}

static void drop(struct delivery *delivery, const char *why)
{
    loss_count(&delivery->webhook->loss, why);
    forget(delivery);
}

static size_t ignore_answer(char *data, size_t size, size_t count, void *user)
{
    (void)data;
    (void)user;
    return size * count;
}

static void configure(struct delivery *delivery)
{
    CURL *easy = delivery->easy;
    curl_easy_setopt(easy, CURLOPT_URL, delivery->webhook->target->url);
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, delivery->webhook->headers);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, delivery->body);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)strlen(delivery->body));
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore_answer);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_WITHIN_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, ANSWER_WITHIN_MS);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, delivery);
}

static void start(struct delivery *delivery, struct delivery **place)
{
    delivery->easy = curl_easy_init();
    if (delivery->easy == NULL) {
        drop(delivery, "out of memory");
        return;
    }
    *place = delivery;
    delivery->tries++;
    configure(delivery);
    CURLMcode added = curl_multi_add_handle(delivery->webhook->multi, delivery->easy);
    if (added != CURLM_OK) {
        stop(delivery);
        drop(delivery, curl_multi_strerror(added));
    }
}

static void put_in_queue(struct delivery *delivery)
{
    struct queue *queue = &delivery->webhook->waiting[delivery->tries];
    delivery->next = NULL;
    *queue->end = delivery;
    queue->end = &delivery->next;
}

/* Worth another try: no connection, no answer in time, or an answer that asks for patience. */
static bool may_pass(CURLcode result, long status)
{
    return result != CURLE_OK || status >= 500 || status == 408 || status == 429;
}

static void finish(struct delivery *delivery, CURLcode result)
{
    char why[64];
    long status = 0;
    curl_easy_getinfo(delivery->easy, CURLINFO_RESPONSE_CODE, &status);
    stop(delivery);
    if (result == CURLE_OK && status >= 200 && status < 300) {
        forget(delivery);
    } else if (may_pass(result, status) && delivery->tries < MOST_TRIES) {
        delivery->due_ms = uv_now(delivery->webhook->loop) + ((uint64_t)FIRST_PAUSE_MS << (delivery->tries - 1));
        put_in_queue(delivery);
    } else {
        snprintf(why, sizeof why, "HTTP status %ld", status);
        drop(delivery, result != CURLE_OK ? curl_easy_strerror(result) : why);
    }
}

/* ------------------------------------------------------- libcurl's wishes */

static void take_results(struct webhook *webhook)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(webhook->multi, &left)) != NULL) {
        struct delivery *delivery = NULL;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &delivery);
        if (message->msg == CURLMSG_DONE && delivery != NULL) {
            finish(delivery, message->data.result);
        }
    }
    pump(webhook);
}

static void on_curl_timer(uv_timer_t *timer)
{
    struct webhook *webhook = timer->data;
    int running;
    curl_multi_socket_action(webhook->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    take_results(webhook);
}

static int set_curl_timer(CURLM *multi, long wait_ms, void *user)
{
    struct webhook *webhook = user;
    (void)multi;
    if (wait_ms < 0) {
        uv_timer_stop(&webhook->curl_timer);
    } else if (!webhook->closing) {
        uv_timer_start(&webhook->curl_timer, on_curl_timer, (uint64_t)wait_ms, 0);
    }
    return 0;
}

static void on_socket(uv_poll_t *poll, int status, int events)
{
    struct watched_socket *watched = poll->data;
    struct webhook *webhook = watched->webhook;
    int action = (events & UV_READABLE ? CURL_CSELECT_IN : 0) | (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0);
    int running;
    curl_multi_socket_action(webhook->multi, watched->socket, status < 0 ? CURL_CSELECT_ERR : action, &running);
    take_results(webhook);
}

static void free_if_closed(struct webhook *webhook)
{
    if (webhook->closing && --webhook->handles == 0) {
        free(webhook);
    } else if (!webhook->closing) {
        webhook->handles--;
    }
}

static void on_poll_closed(uv_handle_t *handle)
{
    struct watched_socket *watched = handle->data;
    free_if_closed(watched->webhook);
    free(watched);
}

static struct watched_socket *watch(struct webhook *webhook, curl_socket_t socket)
{
    struct watched_socket *watched = calloc(1, sizeof *watched);
    if (watched == NULL || uv_poll_init_socket(webhook->loop, &watched->poll, socket) != 0) {
        free(watched);
        return NULL;
    }
    watched->webhook = webhook;
    watched->socket = socket;
    watched->poll.data = watched;
    webhook->handles++;
    curl_multi_assign(webhook->multi, socket, watched);
    return watched;
}

static int set_socket(CURL *easy, curl_socket_t socket, int what, void *user, void *socket_user)
{
    struct webhook *webhook = user;
    struct watched_socket *watched = socket_user;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watched != NULL) {
            uv_poll_stop(&watched->poll);
            uv_close((uv_handle_t *)&watched->poll, on_poll_closed);
            curl_multi_assign(webhook->multi, socket, NULL);
        }
        return 0;
    }
    watched = watched != NULL ? watched : watch(webhook, socket);
    if (watched == NULL) {
        return -1;
    }
    int events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    uv_poll_start(&watched->poll, events, on_socket);
    return 0;
}

/* --------------------------------------------------------------- the queue */

static void on_retry(uv_timer_t *timer)
{
    pump(timer->data);
}

/* One that is due, those first that were tried most often; NULL: none, *next_ms is when there will be. */
static struct delivery *take_due(struct webhook *webhook, uint64_t *next_ms)
{
    uint64_t now_ms = uv_now(webhook->loop);
    for (unsigned i = MOST_TRIES; i-- > 0;) {
        struct queue *queue = &webhook->waiting[i];
        struct delivery *first = queue->first;
        if (first != NULL && first->due_ms <= now_ms) {
            queue->first = first->next;
            queue->end = queue->first == NULL ? &queue->first : queue->end;
            return first;
        }
        if (first != NULL && first->due_ms < *next_ms) {
            *next_ms = first->due_ms;
        }
    }
    return NULL;
}

/* Starts what is due, as far as there are places, and looks again when one is free or the next is due. */
static void pump(struct webhook *webhook)
{
    uint64_t next_ms = UINT64_MAX;
    struct delivery **place;
    struct delivery *delivery;
    while ((place = place_of(webhook, NULL)) != NULL && (delivery = take_due(webhook, &next_ms)) != NULL) {
        start(delivery, place);
    }
    if (place != NULL && next_ms != UINT64_MAX) {
        uv_timer_start(&webhook->retry_timer, on_retry, next_ms - uv_now(webhook->loop), 0);
    }
}

static char *body_of(const struct webhook *webhook, const char *json)
{
    size_t size = strlen(json) + 3;
    char *body = malloc(size);
    if (body != NULL) {
        snprintf(body, size, webhook->as_array ? "[%s]" : "%s", json);
    }
    return body;
}

void webhook_send(struct webhook *webhook, const char *json)
{
    size_t bytes = sizeof(struct delivery) + strlen(json);
    bool is_full = webhook->pending_bytes + bytes > webhook->target->most_bytes;
    struct delivery *delivery = is_full ? NULL : calloc(1, sizeof *delivery);
    char *body = delivery != NULL ? body_of(webhook, json) : NULL;
    if (body == NULL) {
        free(delivery);
        loss_count(&webhook->loss, is_full ? "more wait than there is room for" : "out of memory");
        return;
    }
    delivery->webhook = webhook;
    delivery->body = body;
    delivery->bytes = bytes;
    webhook->pending++;
    webhook->pending_bytes += bytes;
    put_in_queue(delivery);
    pump(webhook);
}

unsigned webhook_pending(const struct webhook *webhook)
{
    return webhook->pending;
}

/* ---------------------------------------------------------- open and close */

/* The port, where one is written: libcurl takes 0. */
static bool port_is_zero(CURLU *parsed)
{
    char *port = NULL;
    bool is_zero = curl_url_get(parsed, CURLUPART_PORT, &port, 0) == CURLUE_OK && strtol(port, NULL, 10) == 0;
    curl_free(port);
    return is_zero;
}

const char *webhook_url_fault(const char *url)
{
    CURLU *parsed = curl_url();
    CURLUcode result = parsed != NULL ? curl_url_set(parsed, CURLUPART_URL, url, 0) : CURLUE_OUT_OF_MEMORY;
    const char *slashes = strstr(url, "://");
    size_t host_bytes = slashes != NULL ? strcspn(slashes + 3, "/?#") : 0;
    const char *fault = NULL;
    if (result == CURLUE_OUT_OF_MEMORY) {
        fault = "out of memory";
    } else if (host_bytes == 0 || slashes[3] == ':') {
        fault = "the URL has no host; write http://HOST[:PORT]/PATH";
    } else if (result == CURLUE_BAD_PORT_NUMBER || (result == CURLUE_OK && port_is_zero(parsed))) {
        fault = "the port of the URL is no number from 1 to 65535; write http://HOST[:PORT]/PATH";
    } else if (result == CURLUE_UNSUPPORTED_SCHEME) {
        fault = "this libcurl cannot speak https; write http://HOST[:PORT]/PATH";
    } else if (result != CURLUE_OK) {
        fault = "the URL cannot be read; write http://HOST[:PORT]/PATH, with %XX for what is no letter or digit";
    }
    curl_url_cleanup(parsed);
    return fault;
}

static void start_timer_handle(struct webhook *webhook, uv_timer_t *timer)
{
    uv_timer_init(webhook->loop, timer);
    timer->data = webhook;
    webhook->handles++;
}

struct webhook *webhook_open(uv_loop_t *loop, struct log_out *log, const struct notify_target *target)
{
    struct webhook *webhook = calloc(1, sizeof *webhook);
    if (webhook == NULL) {
        return NULL;
    }
    webhook->loop = loop;
    webhook->target = target;
    webhook->as_array = target->schema == MPE_SCHEMA_EVENT_GRID;
    webhook->loss = (struct loss){.log = log, .loop = loop, .what = "notifications were not delivered"};
    for (unsigned i = 0; i < MOST_TRIES; i++) {
        webhook->waiting[i].end = &webhook->waiting[i].first;
    }
    webhook->multi = curl_multi_init();
    webhook->headers =
        curl_slist_append(NULL, webhook->as_array ? "Content-Type: application/json; charset=utf-8"
                                                  : "Content-Type: application/cloudevents+json; charset=utf-8");
    if (webhook->multi == NULL || webhook->headers == NULL) {
        curl_slist_free_all(webhook->headers);
        curl_multi_cleanup(webhook->multi);
        free(webhook);
        return NULL;
    }
    start_timer_handle(webhook, &webhook->curl_timer);
    start_timer_handle(webhook, &webhook->retry_timer);
    curl_multi_setopt(webhook->multi, CURLMOPT_MAXCONNECTS, (long)MOST_UNDER_WAY);
    curl_multi_setopt(webhook->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
    curl_multi_setopt(webhook->multi, CURLMOPT_SOCKETDATA, webhook);
    curl_multi_setopt(webhook->multi, CURLMOPT_TIMERFUNCTION, set_curl_timer);
    curl_multi_setopt(webhook->multi, CURLMOPT_TIMERDATA, webhook);
    return webhook;
}

static void on_timer_closed(uv_handle_t *handle)
{
    free_if_closed(handle->data);
}

static void drop_all(struct webhook *webhook)
{
    const char *why = "the program ends";
    for (unsigned i = 0; i < MOST_UNDER_WAY; i++) {
        struct delivery *delivery = webhook->under_way[i];
        if (delivery != NULL) {
            stop(delivery);
            drop(delivery, why);
        }
    }
    for (unsigned i = 0; i < MOST_TRIES; i++) {
        struct delivery *next;
        for (struct delivery *delivery = webhook->waiting[i].first; delivery != NULL; delivery = next) {
            next = delivery->next;
            drop(delivery, why);
        }
    }
}

void webhook_close(struct webhook *webhook)
{
    webhook->closing = true;
    drop_all(webhook);
    loss_close(&webhook->loss);
    curl_multi_cleanup(webhook->multi);
    curl_slist_free_all(webhook->headers);
    uv_close((uv_handle_t *)&webhook->curl_timer, on_timer_closed);
    uv_close((uv_handle_t *)&webhook->retry_timer, on_timer_closed);
}
