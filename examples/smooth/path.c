#include "path.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define PUBLISHING_POINT ".isml"
#define STREAMS          "/streams("

static void copy(char *out, size_t size, const char *text, size_t length)
{
    length = length < size ? length : 0;
    memcpy(out, text, length);
    out[length] = '\0';
}

/* Where the segment begins that ends in ".isml", or the end of the path. */
static size_t find_point(const char *path)
{
    size_t at = 0;
    while (path[at] != '\0') {
        const size_t length = strcspn(path + at, "/");
        const size_t ending = strlen(PUBLISHING_POINT);
        if (length >= ending && strncasecmp(path + at + length - ending, PUBLISHING_POINT, ending) == 0) {
            return at;
        }
        at += length + (path[at + length] == '/');
    }
    return at;
}

static const char *find_streams(const char *path)
{
    for (; *path != '\0'; path++) {
        if (strncasecmp(path, STREAMS, strlen(STREAMS)) == 0) {
            return path + strlen(STREAMS);
        }
    }
    return NULL;
}

void path_names(const char *path, char *app, char *stream_name, size_t size)
{
    const size_t point = find_point(path);
    const char *const streams = find_streams(path + (point > 0 ? point - 1 : 0));
    copy(app, size, path, point);
    copy(stream_name, size, streams != NULL ? streams : "", streams != NULL ? strcspn(streams, ")") : 0);
}
