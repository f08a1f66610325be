/* Sockets and timeouts of libcurl's multi interface, watched by poll handles and a timer of libuv. */
#include "http_loop.h"

#include <stdbool.h>
#include <stdlib.h>

struct watched {
    uv_poll_t poll;
    struct http_loop *http;
    curl_socket_t socket;
};

static void take_results(struct http_loop *http)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            http->on_done(message->easy_handle, message->data.result);
        }
    }
}

static void on_timer(uv_timer_t *timer)
{
    struct http_loop *const http = timer->data;
    int running;
    curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    take_results(http);
}

static int set_timer(CURLM *multi, long wait_ms, void *user)
{
    struct http_loop *const http = user;
    (void)multi;
    if (wait_ms < 0) {
        uv_timer_stop(&http->timer);
    } else if (!uv_is_closing((uv_handle_t *)&http->timer)) {
        uv_timer_start(&http->timer, on_timer, (uint64_t)wait_ms, 0);
    }
    return 0;
}

static void on_socket(uv_poll_t *poll, int status, int events)
{
    const struct watched *const watched = poll->data;
    struct http_loop *const http = watched->http;
    const int action =
        ((events & UV_READABLE) != 0 ? CURL_CSELECT_IN : 0) | ((events & UV_WRITABLE) != 0 ? CURL_CSELECT_OUT : 0);
    int running;
    curl_multi_socket_action(http->multi, watched->socket, status < 0 ? CURL_CSELECT_ERR : action, &running);
    take_results(http);
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static struct watched *watch(struct http_loop *http, curl_socket_t socket)
{
    struct watched *const watched = calloc(1, sizeof(*watched));
    if (watched == NULL || uv_poll_init_socket(http->loop, &watched->poll, socket) != 0) {
        free(watched);
        return NULL;
    }
    watched->http = http;
    watched->socket = socket;
    watched->poll.data = watched;
    curl_multi_assign(http->multi, socket, watched);
    return watched;
}

static int set_socket(CURL *easy, curl_socket_t socket, int what, void *user, void *of_socket)
{
    struct http_loop *const http = user;
    struct watched *watched = of_socket;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watched != NULL) {
            uv_close((uv_handle_t *)&watched->poll, on_closed);
            curl_multi_assign(http->multi, socket, NULL);
        }
        return 0;
    }
    watched = watched != NULL ? watched : watch(http, socket);
    if (watched == NULL) {
        return -1;
    }
    uv_poll_start(&watched->poll,
                  ((what & CURL_POLL_IN) != 0 ? UV_READABLE : 0) | ((what & CURL_POLL_OUT) != 0 ? UV_WRITABLE : 0),
                  on_socket);
    return 0;
}

int http_loop_open(struct http_loop *http, uv_loop_t *loop, void (*on_done)(CURL *easy, CURLcode result))
{
    http->loop = loop;
    http->on_done = on_done;
    http->multi = curl_multi_init();
    if (http->multi == NULL) {
        return -1;
    }
    uv_timer_init(loop, &http->timer);
    http->timer.data = http;
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
    return 0;
}

void http_loop_close(struct http_loop *http)
{
    if (http->multi != NULL) {
        curl_multi_cleanup(http->multi);
        http->multi = NULL;
        uv_close((uv_handle_t *)&http->timer, NULL);
    }
}
