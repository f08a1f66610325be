/*
 * Delivers notifications by HTTP POST, on the worker's own event loop: a bounded queue, a few at a time, a few tries.
 * Its timers keep a worker that leaves gracefully until all is delivered, or the first is given up after its tries:
 * some 45 s where nobody answers.
 */
#include "ngx_mpe.h"

#define MOST_BYTES        (8u << 20) /* in memory: a thousand of the largest, and more */
#define MOST_UNDER_WAY    4
#define MOST_TRIES        4
#define FIRST_PAUSE_MS    500 /* doubled for each further try */
#define SAY_EVERY_MS      10000
#define CONNECT_WITHIN_MS 3000
#define ANSWER_WITHIN_MS  7000
#define NO_CONNECTION     "no connection, does its server run?"
#define HEADERS_BYTES     512
#define DATA_VERSION      "1.0"
#define STATUS_LINE_BYTES 12 /* "HTTP/1.1 200" */

struct ngx_mpe_post_s {
    ngx_queue_t queue; /* of all that this worker may have to count at its end */
    ngx_url_t url;
    ngx_str_t host;
    int32_t schema;
    ngx_queue_t waiting[MOST_TRIES]; /* by how often they were tried: what is first in each is due first */
    ngx_uint_t pending;
    size_t pending_bytes;
    ngx_uint_t under_way;
    ngx_uint_t next_address;
    ngx_uint_t dropped;
    ngx_uint_t dropped_said;
    const char *why;    /* the last of them was */
    ngx_event_t saying; /* its timer is set: what is dropped is said when it fires */
    ngx_event_t pause;
    ngx_log_t log; /* of its connections: each failure is not worth a line */
};

typedef struct {
    ngx_queue_t queue;
    ngx_mpe_post_t *post;
    ngx_peer_connection_t peer;
    size_t bytes; /* of memory */
    ngx_uint_t tries;
    ngx_msec_t due; /* not before */
    size_t have;
    u_char answer[STATUS_LINE_BYTES];
    u_char *count; /* the digit of aeg-delivery-count; NULL: there is none */
    u_char *sent;  /* up to here */
    u_char *end;
    u_char request[];
} delivery_t;

static ngx_queue_t posts; /* in use by this worker */

static void pump(ngx_mpe_post_t *post);

/* ------------------------------------------------------------- configuration */

/* It becomes a line of a request. */
static unsigned is_printable(const ngx_str_t *url)
{
    for (size_t i = 0; i < url->len; i++) {
        if (url->data[i] <= ' ' || url->data[i] > '~') {
            return 0;
        }
    }
    return 1;
}

ngx_mpe_post_t *ngx_mpe_post_create(ngx_conf_t *cf, ngx_str_t *url, int32_t schema)
{
    ngx_mpe_post_t *post = ngx_pcalloc(cf->pool, sizeof(ngx_mpe_post_t));
    if (post == NULL) {
        return NULL;
    }
    if (!is_printable(url)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the URL of mpe_notify holds a space, a control character or what is no ASCII, write it as "
                           "%%XX");
        return NULL;
    }
    post->schema = schema;
    post->url.url.data = url->data + 7;
    post->url.url.len = url->len - 7;
    post->url.default_port = 80;
    post->url.uri_part = 1;
    if (ngx_parse_url(cf->pool, &post->url) != NGX_OK || post->url.naddrs == 0) {
        /* The path may be a secret. */
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s in \"mpe_notify http://%V...\", give http://HOST[:PORT]/PATH",
                           post->url.err != NULL ? post->url.err : "no address", &post->url.host);
        return NULL;
    }
    post->host.data = post->url.url.data;
    post->host.len = post->url.url.len - post->url.uri.len;
    if (post->url.uri.len == 0) {
        ngx_str_set(&post->url.uri, "/");
    }
    return post;
}

/* ------------------------------------------------------------- what is dropped */

static void say_dropped(ngx_mpe_post_t *post, ngx_log_t *log)
{
    if (post->dropped > post->dropped_said) {
        ngx_log_error(NGX_LOG_ERR, log, 0, "mpe: %ui notifications to %V were dropped so far: %s", post->dropped,
                      &post->host, post->why);
        post->dropped_said = post->dropped;
    }
}

static void on_saying(ngx_event_t *event)
{
    ngx_mpe_post_t *post = event->data;
    if (post->dropped > post->dropped_said) {
        say_dropped(post, ngx_cycle->log);
        ngx_add_timer(&post->saying, SAY_EVERY_MS);
    }
}

/* The first is said at once, what follows now and then. */
static void count_dropped(ngx_mpe_post_t *post, const char *why)
{
    post->dropped++;
    post->why = why;
    if (!post->saying.timer_set) {
        say_dropped(post, ngx_cycle->log);
        ngx_add_timer(&post->saying, SAY_EVERY_MS);
    }
}

/* ---------------------------------------------------------------- one delivery */

static void disconnect(delivery_t *delivery)
{
    if (delivery->peer.connection != NULL) {
        ngx_close_connection(delivery->peer.connection);
        delivery->peer.connection = NULL;
        delivery->post->under_way--;
    }
}

static void forget(delivery_t *delivery)
{
    delivery->post->pending--;
    delivery->post->pending_bytes -= delivery->bytes;
    ngx_free(delivery);
}

static void give_up(delivery_t *delivery, const char *why)
{
    count_dropped(delivery->post, why);
    forget(delivery);
}

/* The place is dead: a worker that leaves does not try it with all the others. */
static void drop_waiting(ngx_mpe_post_t *post, const char *why)
{
    for (ngx_uint_t i = 0; i < MOST_TRIES; i++) {
        while (!ngx_queue_empty(&post->waiting[i])) {
            ngx_queue_t *first = ngx_queue_head(&post->waiting[i]);
            ngx_queue_remove(first);
            give_up(ngx_queue_data(first, delivery_t, queue), why);
        }
    }
}

static void try_later(delivery_t *delivery, const char *why)
{
    ngx_mpe_post_t *post = delivery->post;
    if (delivery->tries < MOST_TRIES) {
        delivery->due = ngx_current_msec + ((ngx_msec_t)FIRST_PAUSE_MS << (delivery->tries - 1));
        ngx_queue_insert_tail(&post->waiting[delivery->tries], &delivery->queue);
        return;
    }
    give_up(delivery, why);
    if (ngx_exiting) {
        drop_waiting(post, why);
    }
}

/* Another try, where it may help: no connection, no answer in time, or an answer that asks for patience. */
static void fail(delivery_t *delivery, const char *why)
{
    ngx_mpe_post_t *post = delivery->post;
    disconnect(delivery);
    try_later(delivery, why);
    pump(post);
}

static void take_status(delivery_t *delivery)
{
    ngx_mpe_post_t *post = delivery->post;
    ngx_int_t status = -1;
    if (ngx_strncmp(delivery->answer, "HTTP/1.", 7) == 0) {
        status = ngx_atoi(delivery->answer + 9, 3);
    }
    if (status >= 200 && status < 300) {
        disconnect(delivery);
        forget(delivery);
        pump(post);
    } else if (status >= 500 || status == 408 || status == 429) {
        fail(delivery, "its server is busy or has failed");
    } else {
        disconnect(delivery);
        give_up(delivery, "its server does not take it");
        pump(post);
    }
}

static void read_answer(ngx_event_t *event)
{
    ngx_connection_t *connection = event->data;
    delivery_t *delivery = connection->data;
    if (event->timedout) {
        fail(delivery, "no answer in time");
        return;
    }
    ssize_t length =
        connection->recv(connection, delivery->answer + delivery->have, STATUS_LINE_BYTES - delivery->have);
    if (length == NGX_AGAIN) {
        if (ngx_handle_read_event(event, 0) != NGX_OK) {
            fail(delivery, "no memory");
        }
    } else if (length <= 0) {
        fail(delivery, delivery->sent == delivery->request ? NO_CONNECTION : "the connection broke");
    } else {
        delivery->have += (size_t)length;
        if (delivery->have == STATUS_LINE_BYTES) {
            take_status(delivery);
        }
    }
}

static void write_request(ngx_event_t *event)
{
    ngx_connection_t *connection = event->data;
    delivery_t *delivery = connection->data;
    if (event->timedout) {
        fail(delivery, "no connection in time, does its server run?");
        return;
    }
    while (delivery->sent < delivery->end) {
        ssize_t sent = connection->send(connection, delivery->sent, (size_t)(delivery->end - delivery->sent));
        if (sent == NGX_AGAIN) {
            if (ngx_handle_write_event(event, 0) != NGX_OK) {
                fail(delivery, "no memory");
            }
            return;
        }
        if (sent <= 0) {
            fail(delivery, NO_CONNECTION);
            return;
        }
        delivery->sent += sent;
    }
    if (event->timer_set) {
        ngx_del_timer(event);
        ngx_add_timer(connection->read, ANSWER_WITHIN_MS);
    }
}

/* Takes the next of the addresses with each try. */
static void start(delivery_t *delivery)
{
    ngx_mpe_post_t *post = delivery->post;
    ngx_addr_t *address = &post->url.addrs[post->next_address++ % post->url.naddrs];
    if (delivery->count != NULL) {
        *delivery->count = (u_char)('0' + delivery->tries);
    }
    delivery->tries++;
    delivery->have = 0;
    delivery->sent = delivery->request;
    ngx_memzero(&delivery->peer, sizeof(delivery->peer));
    delivery->peer.sockaddr = address->sockaddr;
    delivery->peer.socklen = address->socklen;
    delivery->peer.name = &address->name;
    delivery->peer.get = ngx_event_get_peer;
    delivery->peer.log = &post->log;
    ngx_int_t result = ngx_event_connect_peer(&delivery->peer);
    ngx_connection_t *connection = delivery->peer.connection;
    if (connection == NULL) {
        try_later(delivery, NO_CONNECTION);
        return;
    }
    post->under_way++;
    connection->data = delivery;
    connection->read->handler = read_answer;
    connection->write->handler = write_request;
    ngx_add_timer(connection->write, CONNECT_WITHIN_MS);
    if (result == NGX_OK) {
        ngx_post_event(connection->write, &ngx_posted_events);
    }
}

/* -------------------------------------------------------------------- the queue */

static void on_pause(ngx_event_t *event)
{
    pump(event->data);
}

/* Those first that were tried most often. NULL: none is due, *wait is until one will be. */
static delivery_t *take_due(ngx_mpe_post_t *post, ngx_msec_t *wait)
{
    for (ngx_uint_t i = MOST_TRIES; i-- > 0;) {
        if (ngx_queue_empty(&post->waiting[i])) {
            continue;
        }
        delivery_t *first = ngx_queue_data(ngx_queue_head(&post->waiting[i]), delivery_t, queue);
        ngx_msec_int_t rest = (ngx_msec_int_t)(first->due - ngx_current_msec);
        if (rest <= 0) {
            ngx_queue_remove(&first->queue);
            return first;
        }
        *wait = (ngx_msec_t)rest < *wait ? (ngx_msec_t)rest : *wait;
    }
    return NULL;
}

/* Starts what is due, as far as it may, and looks again when the next one is. */
static void pump(ngx_mpe_post_t *post)
{
    while (post->under_way < MOST_UNDER_WAY) {
        ngx_msec_t wait = NGX_TIMER_INFINITE;
        delivery_t *delivery = take_due(post, &wait);
        if (delivery != NULL) {
            start(delivery);
            continue;
        }
        if (wait != NGX_TIMER_INFINITE) {
            ngx_add_timer(&post->pause, wait);
        }
        return;
    }
}

static void set_event(ngx_event_t *event, ngx_mpe_post_t *post, ngx_event_handler_pt handler)
{
    event->handler = handler;
    event->data = post;
    event->log = ngx_cycle->log;
}

static void begin_to_use(ngx_mpe_post_t *post)
{
    if (post->pause.handler != NULL) {
        return;
    }
    for (ngx_uint_t i = 0; i < MOST_TRIES; i++) {
        ngx_queue_init(&post->waiting[i]);
    }
    set_event(&post->pause, post, on_pause);
    set_event(&post->saying, post, on_saying);
    post->saying.cancelable = 1;
    post->log = *ngx_cycle->log;
    post->log.log_level = ngx_min(post->log.log_level, NGX_LOG_ALERT);
    if (posts.next == NULL) {
        ngx_queue_init(&posts);
    }
    ngx_queue_insert_tail(&posts, &post->queue);
}

/* Event Grid delivers an array, and says in headers what it is; the digit at their end is set with each try. */
#define GRID_HEADERS                                                                                                   \
    "aeg-event-type: Notification" CRLF "aeg-subscription-name: NGINX" CRLF "aeg-data-version: " DATA_VERSION CRLF     \
    "aeg-metadata-version: 1" CRLF "aeg-delivery-count: 0"

/* CloudEvents delivers one object. */
static void write_request_of(delivery_t *delivery, const char *json, u_char *last)
{
    const ngx_mpe_post_t *post = delivery->post;
    unsigned array = post->schema == MPE_SCHEMA_EVENT_GRID;
    size_t length = ngx_strlen(json) + (array ? 2 : 0);
    u_char *end =
        ngx_slprintf(delivery->request, last, "POST %V HTTP/1.1" CRLF "Host: %V" CRLF, &post->url.uri, &post->host);
    if (array) {
        end = ngx_slprintf(end, last, "%s", GRID_HEADERS);
        delivery->count = end - 1;
        end = ngx_slprintf(end, last, CRLF);
    }
    delivery->end = ngx_slprintf(end, last,
                                 "Content-Type: application/%sjson; charset=utf-8" CRLF "Content-Length: %uz" CRLF
                                 "Connection: close" CRLF CRLF "%s%s%s",
                                 array ? "" : "cloudevents+", length, array ? "[" : "", json, array ? "]" : "");
}

void ngx_mpe_post_send(ngx_mpe_post_t *post, const char *json)
{
    size_t size = post->url.uri.len + post->host.len + ngx_strlen(json) + HEADERS_BYTES;
    size_t bytes = sizeof(delivery_t) + size;
    begin_to_use(post);
    if (post->pending_bytes + bytes > MOST_BYTES) {
        count_dropped(post, "more wait than there is room for");
        return;
    }
    delivery_t *delivery = ngx_calloc(bytes, ngx_cycle->log);
    if (delivery == NULL) {
        count_dropped(post, "no memory");
        return;
    }
    delivery->post = post;
    delivery->bytes = bytes;
    delivery->due = ngx_current_msec;
    write_request_of(delivery, json, delivery->request + size);
    ngx_queue_insert_tail(&post->waiting[0], &delivery->queue);
    post->pending++;
    post->pending_bytes += bytes;
    pump(post);
}

void ngx_mpe_post_exit(ngx_cycle_t *cycle)
{
    for (ngx_queue_t *q = posts.next; q != NULL && q != ngx_queue_sentinel(&posts); q = ngx_queue_next(q)) {
        ngx_mpe_post_t *post = ngx_queue_data(q, ngx_mpe_post_t, queue);
        post->dropped += post->pending;
        post->why = post->pending > 0 ? "the worker ends" : post->why;
        say_dropped(post, cycle->log);
    }
}
