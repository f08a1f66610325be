/* The client's side of an HTTP/1.1 connection: requests, and their bodies without what frames them. */
#ifndef INSPECT_HTTP_H
#define INSPECT_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_LINE_BYTES 2048 /* of a longer line the rest is not looked at */

enum http_kind {
    HTTP_NONE,    /* all bytes were taken, and nothing is complete */
    HTTP_REQUEST, /* its headers are read: method and path say which */
    HTTP_BODY,    /* data and len: the next bytes of its body */
    HTTP_END,     /* its body is complete; comes for each request, also for one without a body */
    HTTP_BROKEN   /* not HTTP/1.1, or no more of it: nothing after this can be read */
};

enum http_state {
    HTTP_IN_REQUEST_LINE,
    HTTP_IN_HEADERS,
    HTTP_IN_BODY,
    HTTP_IN_CHUNK_SIZE,
    HTTP_IN_CHUNK,
    HTTP_AFTER_CHUNK,
    HTTP_IN_TRAILER,
    HTTP_AT_END,
    HTTP_IS_BROKEN
};

struct http {
    enum http_state state;
    bool has_media; /* the method is POST or PUT */
    bool is_chunked;
    bool is_cut;         /* the line is longer than line holds */
    uint64_t left_bytes; /* of the body, or of the chunk */
    size_t line_len;
    char line[HTTP_LINE_BYTES];
    char path[HTTP_LINE_BYTES]; /* of the request target, percent-decoded, without its query; it may hold a secret */
};

struct http_event {
    enum http_kind kind;
    const uint8_t *data;
    size_t len;
};

void http_begin(struct http *http);

/* Takes bytes until something is complete; returns how many. */
size_t http_take(struct http *http, const uint8_t *data, size_t len, struct http_event *event);

#endif
