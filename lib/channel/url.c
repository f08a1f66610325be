/* The parts of an HTTP ingest URL that RTMP carries in connect and publish. */
#include "channel/url.h"

#include <string.h>
#include <strings.h>

static struct mpe_span skip(struct mpe_span text, size_t len)
{
    struct mpe_span rest = {text.bytes + len, text.len - len};
    return rest;
}

static bool begins_with(struct mpe_span text, const char *prefix)
{
    size_t len = strlen(prefix);

    return text.len >= len && strncasecmp((const char *)text.bytes, prefix, len) == 0;
}

/* The path without query: after "scheme://host". */
static struct mpe_span path_of(struct mpe_span text)
{
    size_t colon = mpe_span_find(text, ':');

    text.len = mpe_span_find(text, '?');
    if (colon < text.len && begins_with(skip(text, colon), "://")) {
        text = skip(text, colon + 3);
        text = skip(text, mpe_span_find(text, '/'));
    }
    return text;
}

static bool is_publishing_point(struct mpe_span segment)
{
    return segment.len >= 5 && begins_with(skip(segment, segment.len - 5), ".isml");
}

/* "Streams(name)" or "streams(name)": name. */
static struct mpe_span stream_of(struct mpe_span segment)
{
    struct mpe_span none = {NULL, 0};

    if (!begins_with(segment, "streams(") || segment.bytes[segment.len - 1] != ')')
        return none;
    segment = skip(segment, strlen("streams("));
    segment.len--;
    return segment;
}

struct mpe_ingest_path mpe_ingest_path_parse(struct mpe_span text)
{
    struct mpe_span path = path_of(text), rest = path;
    struct mpe_ingest_path parts = {path, {path.bytes, 0}, {NULL, 0}};
    bool is_complete = false;

    while (rest.len > 0) {
        struct mpe_span segment = {rest.bytes, mpe_span_find(rest, '/')};
        bool is_last = segment.len == rest.len;
        if (!is_complete && (is_last || is_publishing_point(segment))) {
            parts.app.len = (size_t)(segment.bytes - path.bytes);
            is_complete = true;
        }
        if (stream_of(segment).bytes != NULL)
            parts.stream_name = stream_of(segment);
        rest = skip(rest, is_last ? segment.len : segment.len + 1);
    }
    return parts;
}
