/* How often something may happen for one address. */
#include "address_rate.h"

#include <stdlib.h>

#include "hash.h"

struct rate_source {
    struct address_prefix prefix;
    int64_t paid_until_us; /* each takes its share of the time, and no more than all of it may be taken ahead */
    uint64_t left_out;
    UT_hash_handle hh;
};

static void drop_source(struct address_rate *rate, struct rate_source *source)
{
    HASH_DEL(rate->sources, source);
    free(source);
}

/* Makes it the last of the table, whose first is the one that was heard of longest ago. false: no memory, it is gone.
 */
static bool put_last(struct address_rate *rate, struct rate_source *source)
{
    bool added = true;
    HASH_ADD(hh, rate->sources, prefix, sizeof(source->prefix), source);
    if (!added) {
        free(source);
    }
    return added;
}

static struct rate_source *find_or_add(struct address_rate *rate, const struct address_prefix *prefix)
{
    struct rate_source *source = NULL;
    HASH_FIND(hh, rate->sources, prefix, sizeof(*prefix), source);
    if (source != NULL) {
        HASH_DEL(rate->sources, source);
    } else {
        if (HASH_COUNT(rate->sources) >= ADDRESS_RATE_SOURCES) {
            drop_source(rate, rate->sources);
        }
        source = calloc(1, sizeof(*source));
    }
    if (source == NULL) {
        return NULL;
    }
    source->prefix = *prefix;
    return put_last(rate, source) ? source : NULL;
}

bool address_rate_take(struct address_rate *rate, const struct address_prefix *prefix, int64_t now_us,
                       uint64_t *left_out)
{
    *left_out = 0;
    if (rate->most == 0) {
        return true;
    }
    struct rate_source *const source = find_or_add(rate, prefix);
    if (source == NULL) {
        return false;
    }
    const int64_t share_us = rate->within_us / rate->most;
    const int64_t from_us = source->paid_until_us > now_us ? source->paid_until_us : now_us;
    if (from_us + share_us > now_us + rate->within_us) {
        source->left_out++;
        return false;
    }
    source->paid_until_us = from_us + share_us;
    *left_out = source->left_out;
    source->left_out = 0;
    return true;
}

void address_rate_free(struct address_rate *rate)
{
    struct rate_source *source;
    struct rate_source *next;
    HASH_ITER(hh, rate->sources, source, next)
    {
        drop_source(rate, source);
    }
}
