/* Takes out of a URL what may be secret: user, publishing point, name, query. */
#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"
#include "notify/notify.h"
#include "notify/text.h"

/* Names that everybody gives; any other may be a token, or a stream key that was typed into the wrong field. */
static const char *const common_names[] = {"live", "app", "ingest", "publish", "rtmp", "stream"};

static const char publishing_point[] = ".isml";

/* ASCII only, whatever the locale. */
static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_alphanumeric(uint8_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static struct mpe_span first(struct mpe_span span, size_t len)
{
    return (struct mpe_span){span.bytes, len < span.len ? len : span.len};
}

static struct mpe_span after(struct mpe_span span, size_t len)
{
    return len < span.len ? (struct mpe_span){span.bytes + len, span.len - len} : (struct mpe_span){NULL, 0};
}

static void put(struct mpe_text_out *out, struct mpe_span span)
{
    mpe_text_bytes(out, (const char *)span.bytes, span.len);
}

static bool all_of(struct mpe_span span, const char *others)
{
    for (size_t i = 0; i < span.len; i++) {
        if (!is_alphanumeric(span.bytes[i]) && (span.bytes[i] == '\0' || !strchr(others, span.bytes[i])))
            return false;
    }
    return span.len > 0;
}

/* Writes "scheme://" and takes it off url. false: there is none. */
static bool put_scheme(struct mpe_text_out *out, struct mpe_span *url)
{
    size_t colon = mpe_span_find(*url, ':');
    if (!all_of(first(*url, colon), "+-.") || url->len < colon + 3 || memcmp(url->bytes + colon, "://", 3) != 0)
        return false;
    put(out, first(*url, colon + 3));
    *url = after(*url, colon + 3);
    return true;
}

/* "host", "host:1935", "[2001:db8::1]:1935"; a password that holds a slash must not look like it. */
static bool is_host(struct mpe_span host)
{
    if (host.len > 0 && host.bytes[0] == '[') {
        size_t end = mpe_span_find(host, ']');
        if (end == host.len || !all_of(after(first(host, end), 1), ":."))
            return false;
        host = after(host, end + 1);
        if (host.len == 0)
            return true;
    } else {
        size_t end = mpe_span_find(host, ':');
        if (!all_of(first(host, end), "-._"))
            return false;
        host = after(host, end);
    }
    for (size_t i = 1; i < host.len; i++) {
        if (!is_digit(host.bytes[i]))
            return false;
    }
    return host.len == 0 || (host.bytes[0] == ':' && host.len <= 6);
}

static bool is_common_name(struct mpe_span segment)
{
    for (size_t i = 0; i < sizeof(common_names) / sizeof(common_names[0]); i++) {
        if (segment.len == strlen(common_names[i]) && memcmp(segment.bytes, common_names[i], segment.len) == 0)
            return true;
    }
    return false;
}

static bool is_publishing_point(struct mpe_span segment)
{
    const size_t len = sizeof(publishing_point) - 1;
    return segment.len > len && is_common_name(first(segment, segment.len - len)) &&
           memcmp(segment.bytes + segment.len - len, publishing_point, len) == 0;
}

/* RTMP's app may begin with a name that is no secret; an HTTP path begins with the token. */
static void put_path(struct mpe_text_out *out, struct mpe_span path, bool is_http)
{
    bool is_first = !is_http;
    while (path.len > 0) {
        mpe_text_string(out, "/");
        path = after(path, 1);
        struct mpe_span segment = first(path, mpe_span_find(path, '/'));
        path = after(path, segment.len);
        if (segment.len == 0)
            continue;
        if ((is_first && is_common_name(segment)) || (is_http && is_publishing_point(segment)))
            put(out, segment);
        else
            mpe_text_string(out, "xxx");
        is_first = false;
    }
}

/* Takes the user info off. */
static struct mpe_span host_of(struct mpe_span authority)
{
    size_t at = mpe_span_find(authority, '@');
    while (at < authority.len) {
        authority = after(authority, at + 1);
        at = mpe_span_find(authority, '@');
    }
    return authority;
}

/* Schemes ignore case (RFC 3986, 3.1). */
static bool is_http_url(struct mpe_span url)
{
    static const char http[] = "http";
    for (size_t i = 0; i < sizeof(http) - 1; i++) {
        if (i == url.len || (url.bytes[i] | 0x20) != http[i])
            return false;
    }
    return true;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

void mpe_redact_url(const char *url, size_t len, char *out, size_t size)
{
    struct mpe_span rest = {(const uint8_t *)url, len};
    if (size == 0)
        return;
    struct mpe_text_out text = mpe_text_begin(out, size);
    const bool is_http = is_http_url(rest);
    if (!put_scheme(&text, &rest))
        return;
    size_t path_end = smaller(mpe_span_find(rest, '?'), mpe_span_find(rest, '#'));
    struct mpe_span authority = first(rest, smaller(mpe_span_find(rest, '/'), path_end));
    struct mpe_span host = host_of(authority);
    struct mpe_span later = after(rest, authority.len);
    if (!is_host(host) || mpe_span_find(later, '@') < later.len) { /* an @ there: a password with / or ? in it */
        mpe_text_string(&text, "xxx");
        return;
    }
    put(&text, host);
    put_path(&text, first(later, path_end - authority.len), is_http);
}
