#include "webhook.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <mpe/mpe.h>

#define MOST_PENDING      256u
#define MOST_UNDER_WAY    4u
#define MOST_TRIES        4u
#define FIRST_PAUSE_MS    500u /* doubled for each further try */
#define CONNECT_WITHIN_MS 3000L
#define ANSWER_WITHIN_MS  10000L

struct delivery {
    struct delivery *next;
    struct webhook *webhook;
    CURL *easy; /* NULL: waiting */
    char *body;
    unsigned tries;
    uint64_t due_ms; /* on the loop's clock */
};

struct watched_socket {
    uv_poll_t poll;
    struct webhook *webhook;
    curl_socket_t socket;
};

struct webhook {
    uv_loop_t *loop;
    const char *program;
    CURLM *multi;
    struct curl_slist *headers;
    char *url;
    bool as_array;
    bool closing;
    unsigned handles;
    unsigned pending;
    unsigned under_way;
    unsigned long dropped;
    struct delivery *deliveries; /* all that are pending, oldest first */
    uv_timer_t curl_timer;
    uv_timer_t retry_timer;
};

static void pump(struct webhook *webhook);

/* --------------------------------------------------------- one delivery */

static void forget(struct delivery *delivery)
{
    struct webhook *webhook = delivery->webhook;
    struct delivery **place = &webhook->deliveries;
    while (*place != delivery) {
        place = &(*place)->next;
    }
    *place = delivery->next;
    webhook->pending--;
    free(delivery->body);
    free(delivery);
}

static void stop(struct delivery *delivery)
{
    if (delivery->easy != NULL) {
        curl_multi_remove_handle(delivery->webhook->multi, delivery->easy);
        curl_easy_cleanup(delivery->easy);
        delivery->easy = NULL;
        delivery->webhook->under_way--;
    }
}

static void drop(struct delivery *delivery, const char *why)
{
    delivery->webhook->dropped++;
    fprintf(stderr, "%s: a notification was not delivered: %s (%lu so far)\n", delivery->webhook->program, why,
            delivery->webhook->dropped);
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
    curl_easy_setopt(easy, CURLOPT_URL, delivery->webhook->url);
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

static void start(struct delivery *delivery)
{
    delivery->easy = curl_easy_init();
    if (delivery->easy == NULL) {
        drop(delivery, "out of memory");
        return;
    }
    delivery->tries++;
    delivery->webhook->under_way++;
    configure(delivery);
    curl_multi_add_handle(delivery->webhook->multi, delivery->easy);
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
        free(webhook->url);
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

/* Starts what is due, as far as it may, and looks again when the next one is. */
static void pump(struct webhook *webhook)
{
    uint64_t now_ms = uv_now(webhook->loop);
    uint64_t next_ms = UINT64_MAX;
    struct delivery *next;
    for (struct delivery *delivery = webhook->deliveries; delivery != NULL; delivery = next) {
        next = delivery->next;
        if (delivery->easy == NULL && delivery->due_ms > now_ms) {
            next_ms = delivery->due_ms < next_ms ? delivery->due_ms : next_ms;
        } else if (delivery->easy == NULL && webhook->under_way < MOST_UNDER_WAY) {
            start(delivery);
        }
    }
    if (next_ms != UINT64_MAX) {
        uv_timer_start(&webhook->retry_timer, on_retry, next_ms - now_ms, 0);
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
    struct delivery *delivery = webhook->pending < MOST_PENDING ? calloc(1, sizeof *delivery) : NULL;
    char *body = delivery != NULL ? body_of(webhook, json) : NULL;
    if (body == NULL) {
        free(delivery);
        webhook->dropped++;
        fprintf(stderr, "%s: a notification was dropped: %u wait already (%lu so far)\n", webhook->program,
                webhook->pending, webhook->dropped);
        return;
    }
    delivery->webhook = webhook;
    delivery->body = body;
    struct delivery **place = &webhook->deliveries;
    while (*place != NULL) {
        place = &(*place)->next;
    }
    *place = delivery;
    webhook->pending++;
    pump(webhook);
}

unsigned webhook_pending(const struct webhook *webhook)
{
    return webhook->pending;
}

/* ---------------------------------------------------------- open and close */

static bool url_is_sound(const char *url)
{
    CURLU *parsed = curl_url();
    bool sound = parsed != NULL && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK;
    curl_url_cleanup(parsed);
    return sound;
}

static void start_timer_handle(struct webhook *webhook, uv_timer_t *timer)
{
    uv_timer_init(webhook->loop, timer);
    timer->data = webhook;
    webhook->handles++;
}

struct webhook *webhook_open(uv_loop_t *loop, const char *program, const char *url, int32_t schema)
{
    struct webhook *webhook = url_is_sound(url) ? calloc(1, sizeof *webhook) : NULL;
    if (webhook == NULL) {
        return NULL;
    }
    webhook->loop = loop;
    webhook->program = program;
    webhook->as_array = schema == MPE_SCHEMA_EVENT_GRID;
    webhook->url = strdup(url);
    webhook->multi = curl_multi_init();
    webhook->headers =
        curl_slist_append(NULL, webhook->as_array ? "Content-Type: application/json; charset=utf-8"
                                                  : "Content-Type: application/cloudevents+json; charset=utf-8");
    if (webhook->url == NULL || webhook->multi == NULL || webhook->headers == NULL) {
        curl_slist_free_all(webhook->headers);
        curl_multi_cleanup(webhook->multi);
        free(webhook->url);
        free(webhook);
        return NULL;
    }
    start_timer_handle(webhook, &webhook->curl_timer);
    start_timer_handle(webhook, &webhook->retry_timer);
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

void webhook_close(struct webhook *webhook)
{
    webhook->closing = true;
    if (webhook->pending > 0) {
        fprintf(stderr, "%s: %u notifications were not delivered in time\n", webhook->program, webhook->pending);
    }
    while (webhook->deliveries != NULL) {
        stop(webhook->deliveries);
        forget(webhook->deliveries);
    }
    curl_multi_cleanup(webhook->multi);
    curl_slist_free_all(webhook->headers);
    uv_close((uv_handle_t *)&webhook->curl_timer, on_timer_closed);
    uv_close((uv_handle_t *)&webhook->retry_timer, on_timer_closed);
}
