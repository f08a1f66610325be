/* Requests of libcurl on a loop of libuv: none waits for another one. */
#ifndef SERVER_HTTP_LOOP_H
#define SERVER_HTTP_LOOP_H

#include <curl/curl.h>
#include <uv.h>

struct http_loop {
    uv_loop_t *loop;
    CURLM *multi;
    uv_timer_t timer;
    void (*on_done)(CURL *easy, CURLcode result); /* easy is still of multi, and may be removed and freed */
};

/* 0, or -1: no memory. */
int http_loop_open(struct http_loop *http, uv_loop_t *loop, void (*on_done)(CURL *easy, CURLcode result));

/* After all requests were removed. The struct must stay until the loop has closed its timer. */
void http_loop_close(struct http_loop *http);

#endif
