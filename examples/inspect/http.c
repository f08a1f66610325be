/* The client's side of an HTTP/1.1 connection: heads of requests, and bodies without their transfer coding. */
#define _POSIX_C_SOURCE 200809L

#include "http.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void http_begin(struct http *http)
{
    http->state = HTTP_IN_REQUEST_LINE;
    http->has_media = false;
    http->is_chunked = false;
    http->is_cut = false;
    http->left_bytes = 0;
    http->line_len = 0;
    http->path[0] = '\0';
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *const at = c == '\0' ? NULL : strchr(digits, tolower((unsigned char)c));
    return at == NULL ? -1 : (int)(at - digits);
}

/* Percent-decodes in place; NUL cannot be meant. */
static void decode(char *text)
{
    char *out = text;
    for (const char *in = text; *in != '\0'; in++) {
        const int high = *in == '%' ? hex_digit(in[1]) : -1;
        const int low = high < 0 ? -1 : hex_digit(in[2]);
        const int value = low < 0 ? 0 : high * 16 + low;
        *out++ = value > 0 ? (char)value : *in;
        in += value > 0 ? 2 : 0;
    }
    *out = '\0';
}

/* The path of a target in absolute form ("http://HOST/PATH", RFC 9112, 3.2.2), too. */
static void take_path(struct http *http, const char *target)
{
    const char *const authority = strncasecmp(target, "http://", 7) == 0 ? target + 7 : NULL;
    const char *const path = authority == NULL ? target : authority + strcspn(authority, "/");
    strcpy(http->path, path);
    http->path[strcspn(http->path, "?#")] = '\0';
    decode(http->path);
}

/* "POST /path HTTP/1.1": 0, or -1. */
static int take_request_line(struct http *http)
{
    char *const target = strchr(http->line, ' ');
    char *const version = target == NULL ? NULL : strchr(target + 1, ' ');
    if (http->line_len == 0)
        return 0; /* empty lines before a request are nothing (RFC 9112, 2.2) */
    if (http->is_cut || version == NULL || strncmp(version + 1, "HTTP/1.", 7) != 0)
        return -1;
    *target = '\0';
    *version = '\0';
    http->has_media = strcmp(http->line, "POST") == 0 || strcmp(http->line, "PUT") == 0;
    http->is_chunked = false;
    http->left_bytes = 0;
    take_path(http, target + 1);
    http->state = HTTP_IN_HEADERS;
    return strcmp(http->line, "CONNECT") == 0 ? -1 : 0;
}

/* A number in this base that is the whole text up to one of the ends. */
static bool parse(const char *text, int base, const char *ends, uint64_t *value)
{
    char *end = NULL;
    errno = 0;
    if (hex_digit(*text) < 0)
        return false;
    *value = strtoull(text, &end, base);
    return errno == 0 && *value <= INT64_MAX && end != text && (*end == '\0' || strchr(ends, *end) != NULL);
}

static int take_header(struct http *http)
{
    char *value = strchr(http->line, ':');
    if (http->is_cut || value == NULL)
        return 0;
    *value++ = '\0';
    value += strspn(value, " \t");
    if (strcasecmp(http->line, "Transfer-Encoding") == 0)
        http->is_chunked = strcasecmp(value, "chunked") == 0;
    else if (strcasecmp(http->line, "Content-Length") == 0)
        return parse(value, 10, " \t", &http->left_bytes) ? 0 : -1;
    return 0;
}

static enum http_state after_headers(const struct http *http)
{
    if (http->is_chunked)
        return HTTP_IN_CHUNK_SIZE;
    return http->left_bytes > 0 ? HTTP_IN_BODY : HTTP_AT_END;
}

static int take_chunk_size(struct http *http)
{
    if (!parse(http->line, 16, " \t;", &http->left_bytes))
        return -1;
    http->state = http->left_bytes > 0 ? HTTP_IN_CHUNK : HTTP_IN_TRAILER;
    return 0;
}

/* A line is complete. */
static void take_line(struct http *http, struct http_event *event)
{
    int status = 0;
    switch (http->state) {
    case HTTP_IN_REQUEST_LINE:
        status = take_request_line(http);
        break;
    case HTTP_IN_HEADERS:
        if (http->line_len > 0) {
            status = take_header(http);
        } else {
            http->state = after_headers(http);
            event->kind = HTTP_REQUEST;
        }
        break;
    case HTTP_IN_CHUNK_SIZE:
        status = take_chunk_size(http);
        break;
    case HTTP_AFTER_CHUNK:
        http->state = HTTP_IN_CHUNK_SIZE;
        status = http->line_len == 0 ? 0 : -1;
        break;
    default: /* HTTP_IN_TRAILER */
        http->state = http->line_len == 0 ? HTTP_AT_END : HTTP_IN_TRAILER;
        break;
    }
    if (status != 0)
        http->state = HTTP_IS_BROKEN;
    http->line_len = 0;
    http->is_cut = false;
}

/* Appends to the line up to its end; returns the bytes taken. */
static size_t gather_line(struct http *http, const uint8_t *data, size_t len, struct http_event *event)
{
    const uint8_t *const end = memchr(data, '\n', len);
    const size_t count = end == NULL ? len : (size_t)(end - data);
    const size_t room = sizeof(http->line) - 1 - http->line_len;
    memcpy(http->line + http->line_len, data, count < room ? count : room);
    http->is_cut |= count > room;
    http->line_len += count < room ? count : room;
    if (end == NULL)
        return len;
    if (http->line_len > 0 && http->line[http->line_len - 1] == '\r')
        http->line_len--;
    http->line[http->line_len] = '\0';
    take_line(http, event);
    return count + 1;
}

static size_t take_body(struct http *http, const uint8_t *data, size_t len, struct http_event *event)
{
    const size_t count = len < http->left_bytes ? len : (size_t)http->left_bytes;
    *event = (struct http_event){HTTP_BODY, data, count};
    http->left_bytes -= count;
    if (http->left_bytes == 0)
        http->state = http->state == HTTP_IN_BODY ? HTTP_AT_END : HTTP_AFTER_CHUNK;
    return count;
}

size_t http_take(struct http *http, const uint8_t *data, size_t len, struct http_event *event)
{
    size_t taken = 0;
    *event = (struct http_event){HTTP_NONE, NULL, 0};
    while (event->kind == HTTP_NONE) {
        if (http->state == HTTP_IS_BROKEN) {
            event->kind = HTTP_BROKEN;
            return len;
        }
        if (http->state == HTTP_AT_END) {
            http->state = HTTP_IN_REQUEST_LINE;
            event->kind = HTTP_END;
        } else if (taken == len) {
            break;
        } else if (http->state == HTTP_IN_BODY || http->state == HTTP_IN_CHUNK) {
            taken += take_body(http, data + taken, len - taken, event);
        } else {
            taken += gather_line(http, data + taken, len - taken, event);
        }
    }
    return taken;
}
