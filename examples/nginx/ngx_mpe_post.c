/*
 * Delivers notifications by HTTP POST, on the worker's own event loop: a bounded queue, a few at a time, a few tries.
 * Its timers keep a worker that leaves gracefully until all is delivered or given up, some 45 s at most.
 */
#include "ngx_mpe.h"

#define MOST_PENDING      256
#define MOST_UNDER_WAY    4
#define MOST_TRIES        4
#define FIRST_PAUSE_MS    500 /* doubled for each further try */
#define CONNECT_WITHIN_MS 3000
#define ANSWER_WITHIN_MS  7000
#define STATUS_LINE_BYTES 12 /* "HTTP/1.1 200" */

struct ngx_mpe_post_s {
    ngx_queue_t queue; /* of all that this worker may have to count at its end */
    ngx_url_t url;
    ngx_str_t host;
    int32_t schema;
    ngx_queue_t deliveries; /* oldest first */
    ngx_uint_t pending;
    ngx_uint_t under_way;
    ngx_uint_t next_address;
    ngx_uint_t dropped;
    ngx_event_t pause;
};

typedef struct {
    ngx_queue_t queue;
    ngx_mpe_post_t *post;
    ngx_pool_t *pool; /* holds this, too */
    ngx_peer_connection_t peer;
    ngx_buf_t request;
    ngx_uint_t tries;
    ngx_msec_t due; /* not before */
    size_t have;
    u_char answer[STATUS_LINE_BYTES];
} delivery_t;

static ngx_queue_t posts; /* in use by this worker */

static void pump(ngx_mpe_post_t *post);

/* ------------------------------------------------------------- configuration */

ngx_mpe_post_t *ngx_mpe_post_create(ngx_conf_t *cf, ngx_str_t *url, int32_t schema)
{
    ngx_mpe_post_t *post = ngx_pcalloc(cf->pool, sizeof(ngx_mpe_post_t));
    if (post == NULL) {
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
    ngx_queue_remove(&delivery->queue);
    delivery->post->pending--;
    ngx_destroy_pool(delivery->pool);
}

static void drop(delivery_t *delivery, const char *why)
{
    delivery->post->dropped++;
    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0, "mpe: a notification was not delivered to %V: %s (%ui so far)",
                  &delivery->post->host, why, delivery->post->dropped);
    forget(delivery);
}

/* Another try, where it may help: no connection, no answer in time, or an answer that asks for patience. */
static void fail(delivery_t *delivery, const char *why)
{
    ngx_mpe_post_t *post = delivery->post;
    disconnect(delivery);
    if (delivery->tries < MOST_TRIES) {
        delivery->due = ngx_current_msec + ((ngx_msec_t)FIRST_PAUSE_MS << (delivery->tries - 1));
    } else {
        drop(delivery, why);
    }
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
        drop(delivery, "its server does not take it");
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
        fail(delivery, "the connection broke");
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
    ngx_buf_t *request = &delivery->request;
    if (event->timedout) {
        fail(delivery, "no connection in time");
        return;
    }
    while (request->pos < request->last) {
        ssize_t sent = connection->send(connection, request->pos, (size_t)(request->last - request->pos));
        if (sent == NGX_AGAIN) {
            if (ngx_handle_write_event(event, 0) != NGX_OK) {
                fail(delivery, "no memory");
            }
            return;
        }
        if (sent <= 0) {
            fail(delivery, "no connection");
            return;
        }
        request->pos += sent;
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
    delivery->tries++;
    delivery->have = 0;
    delivery->request.pos = delivery->request.start;
    ngx_memzero(&delivery->peer, sizeof delivery->peer);
    delivery->peer.sockaddr = address->sockaddr;
    delivery->peer.socklen = address->socklen;
    delivery->peer.name = &address->name;
    delivery->peer.get = ngx_event_get_peer;
    delivery->peer.log = ngx_cycle->log;
    delivery->peer.log_error = NGX_ERROR_ERR;
    ngx_int_t result = ngx_event_connect_peer(&delivery->peer);
    ngx_connection_t *connection = delivery->peer.connection;
    if (connection == NULL) {
        delivery->due = ngx_current_msec + FIRST_PAUSE_MS;
        return;
    }
    post->under_way++;
    connection->data = delivery;
    connection->pool = delivery->pool;
    connection->read->handler = read_answer;
    connection->write->handler = write_request;
    ngx_add_timer(connection->write, result == NGX_ERROR || result == NGX_DECLINED ? 1 : CONNECT_WITHIN_MS);
    if (result == NGX_OK) {
        ngx_post_event(connection->write, &ngx_posted_events);
    }
}

/* -------------------------------------------------------------------- the queue */

static void on_pause(ngx_event_t *event)
{
    pump(event->data);
}

/* Starts what is due, as far as it may, and looks again when the next one is. */
static void pump(ngx_mpe_post_t *post)
{
    ngx_msec_t wait = NGX_TIMER_INFINITE;
    for (ngx_queue_t *q = ngx_queue_head(&post->deliveries); q != ngx_queue_sentinel(&post->deliveries);
         q = ngx_queue_next(q)) {
        delivery_t *delivery = ngx_queue_data(q, delivery_t, queue);
        if (delivery->peer.connection != NULL) {
            continue;
        }
        if ((ngx_msec_int_t)(delivery->due - ngx_current_msec) <= 0 && post->under_way < MOST_UNDER_WAY) {
            start(delivery);
        }
        if (delivery->peer.connection == NULL && (ngx_msec_int_t)(delivery->due - ngx_current_msec) > 0) {
            ngx_msec_t rest = delivery->due - ngx_current_msec;
            wait = rest < wait ? rest : wait;
        }
    }
    if (wait != NGX_TIMER_INFINITE) {
        ngx_add_timer(&post->pause, wait);
    }
}

static void begin_to_use(ngx_mpe_post_t *post)
{
    if (post->deliveries.next != NULL) {
        return;
    }
    ngx_queue_init(&post->deliveries);
    post->pause.handler = on_pause;
    post->pause.data = post;
    post->pause.log = ngx_cycle->log;
    if (posts.next == NULL) {
        ngx_queue_init(&posts);
    }
    ngx_queue_insert_tail(&posts, &post->queue);
}

/* Event Grid delivers an array, CloudEvents one object. */
static ngx_int_t write_post(delivery_t *delivery, const char *json)
{
    const ngx_mpe_post_t *post = delivery->post;
    unsigned array = post->schema == MPE_SCHEMA_EVENT_GRID;
    size_t length = ngx_strlen(json) + (array ? 2 : 0);
    size_t size = post->url.uri.len + post->host.len + length + 256;
    u_char *bytes = ngx_pnalloc(delivery->pool, size);
    if (bytes == NULL) {
        return NGX_ERROR;
    }
    delivery->request.start = delivery->request.pos = bytes;
    delivery->request.last = ngx_slprintf(
        bytes, bytes + size,
        "POST %V HTTP/1.1" CRLF "Host: %V" CRLF "Content-Type: application/%sjson; charset=utf-8" CRLF
        "Content-Length: %uz" CRLF "Connection: close" CRLF CRLF "%s%s%s",
        &post->url.uri, &post->host, array ? "" : "cloudevents+", length, array ? "[" : "", json, array ? "]" : "");
    return NGX_OK;
}

void ngx_mpe_post_send(ngx_mpe_post_t *post, const char *json, ngx_log_t *log)
{
    begin_to_use(post);
    ngx_pool_t *pool = post->pending < MOST_PENDING ? ngx_create_pool(1024, ngx_cycle->log) : NULL;
    delivery_t *delivery = pool != NULL ? ngx_pcalloc(pool, sizeof(delivery_t)) : NULL;
    if (delivery != NULL) {
        delivery->post = post;
        delivery->pool = pool;
        delivery->due = ngx_current_msec;
    }
    if (delivery == NULL || write_post(delivery, json) != NGX_OK) {
        if (pool != NULL) {
            ngx_destroy_pool(pool);
        }
        post->dropped++;
        ngx_log_error(NGX_LOG_ERR, log, 0, "mpe: a notification to %V was dropped: %ui wait already (%ui so far)",
                      &post->host, post->pending, post->dropped);
        return;
    }
    ngx_queue_insert_tail(&post->deliveries, &delivery->queue);
    post->pending++;
    pump(post);
}

void ngx_mpe_post_exit(ngx_cycle_t *cycle)
{
    for (ngx_queue_t *q = posts.next; q != NULL && q != ngx_queue_sentinel(&posts); q = ngx_queue_next(q)) {
        const ngx_mpe_post_t *post = ngx_queue_data(q, ngx_mpe_post_t, queue);
        if (post->pending > 0) {
            ngx_log_error(NGX_LOG_ERR, cycle->log, 0, "mpe: %ui notifications were not delivered to %V", post->pending,
                          &post->host);
        }
    }
}
