#include "report_limit.h"

#include <stdlib.h>

#include "hash.h"

#define MINUTE_US 60000000

struct report_source {
    struct address_prefix prefix;
    int64_t paid_until_us; /* each report takes its share of a minute, and no more than one may be taken ahead */
    uint64_t left_out;
    UT_hash_handle hh;
};

static void drop(struct report_limit *limit, struct report_source *source)
{
    HASH_DEL(limit->sources, source);
    free(source);
}

/* Makes it the last of the table, whose first is the one that was heard of longest ago. false: no memory, it is gone.
 */
static bool put_last(struct report_limit *limit, struct report_source *source)
{
    bool added = true;
    HASH_ADD(hh, limit->sources, prefix, sizeof(source->prefix), source);
    if (!added) {
        free(source);
    }
    return added;
}

static struct report_source *find_or_add(struct report_limit *limit, const struct address_prefix *prefix)
{
    struct report_source *source = NULL;
    HASH_FIND(hh, limit->sources, prefix, sizeof(*prefix), source);
    if (source != NULL) {
        HASH_DEL(limit->sources, source);
    } else {
        if (HASH_COUNT(limit->sources) >= REPORT_SOURCES) {
            drop(limit, limit->sources);
        }
        source = calloc(1, sizeof(*source));
    }
    if (source == NULL) {
        return NULL;
    }
    source->prefix = *prefix;
    return put_last(limit, source) ? source : NULL;
}

bool report_limit_take(struct report_limit *limit, const struct address_prefix *prefix, int64_t now_us,
                       uint64_t *left_out)
{
    *left_out = 0;
    if (limit->most_a_minute == 0) {
        return true;
    }
    struct report_source *const source = find_or_add(limit, prefix);
    if (source == NULL) {
        return false;
    }
    const int64_t share_us = MINUTE_US / limit->most_a_minute;
    const int64_t from_us = source->paid_until_us > now_us ? source->paid_until_us : now_us;
    if (from_us + share_us > now_us + MINUTE_US) {
        source->left_out++;
        return false;
    }
    source->paid_until_us = from_us + share_us;
    *left_out = source->left_out;
    source->left_out = 0;
    return true;
}

void report_limit_free(struct report_limit *limit)
{
    struct report_source *source;
    struct report_source *next;
    HASH_ITER(hh, limit->sources, source, next)
    {
        drop(limit, source);
    }
}
