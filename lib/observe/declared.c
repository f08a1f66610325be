/* The bit rates that an encoder declares in the query of its URL. */
#include <string.h>

#include "observe/observe.h"

#define MAX_KBPS 1000000000

/* The decimal number that value begins with, in kbit/s; 0 where there is none. */
static int64_t read_kbps(struct mpe_span value)
{
    int64_t kbps = 0;

    for (size_t i = 0; i < value.len && value.bytes[i] >= '0' && value.bytes[i] <= '9'; i++)
        if (kbps < MAX_KBPS)
            kbps = kbps * 10 + (value.bytes[i] - '0');
    return kbps;
}

static bool read_rate(struct mpe_span pair, const char *key, int64_t *bps)
{
    size_t key_len = strlen(key);
    struct mpe_span value;

    if (pair.len <= key_len || memcmp(pair.bytes, key, key_len) != 0)
        return false;
    value.bytes = pair.bytes + key_len;
    value.len = pair.len - key_len;
    *bps = read_kbps(value) * 1000;
    return *bps > 0;
}

static struct mpe_span after(struct mpe_span text, size_t at)
{
    struct mpe_span rest = {text.bytes + text.len, 0};

    if (at < text.len) {
        rest.bytes = text.bytes + at + 1;
        rest.len = text.len - at - 1;
    }
    return rest;
}

bool mpe_declared_by_query(struct mpe_span name, struct mpe_declared *declared)
{
    struct mpe_span query = after(name, mpe_span_find(name, '?'));
    bool found = false;

    while (query.len > 0) {
        struct mpe_span pair = {query.bytes, mpe_span_find(query, '&')};
        found |= read_rate(pair, "videodatarate=", &declared->video_bps);
        found |= read_rate(pair, "audiodatarate=", &declared->audio_bps);
        query = after(query, pair.len);
    }
    return found;
}
