/* Counters of open connections in a hash table by address; one that falls to 0 is removed. */
#include "address_count.h"

#include <stdlib.h>

#include "hash.h"

struct address_counter {
    struct address_prefix prefix;
    unsigned count;
    UT_hash_handle hh;
};

static struct address_counter *find_counter(const struct address_counts *counts, const struct address_prefix *prefix)
{
    struct address_counter *found = NULL;
    HASH_FIND(hh, counts->all, prefix, sizeof(*prefix), found);
    return found;
}

static struct address_counter *add_counter(struct address_counts *counts, const struct address_prefix *prefix)
{
    bool added = true;
    struct address_counter *counter = calloc(1, sizeof(*counter));
    if (counter == NULL) {
        return NULL;
    }
    counter->prefix = *prefix;
    HASH_ADD(hh, counts->all, prefix, sizeof(counter->prefix), counter);
    if (!added) {
        free(counter);
        counter = NULL;
    }
    return counter;
}

bool address_count_add(struct address_counts *counts, const struct address_prefix *prefix)
{
    struct address_counter *counter = find_counter(counts, prefix);
    if (counter == NULL) {
        counter = add_counter(counts, prefix);
    }
    if (counter == NULL || counter->count >= counts->most) {
        return false;
    }
    counter->count++;
    return true;
}

bool address_count_has_room(const struct address_counts *counts, const struct address_prefix *prefix)
{
    const struct address_counter *const counter = find_counter(counts, prefix);
    return counts->most > 0 && (counter == NULL || counter->count < counts->most);
}

static void drop_counter(struct address_counts *counts, struct address_counter *counter)
{
    HASH_DEL(counts->all, counter);
    free(counter);
}

void address_count_remove(struct address_counts *counts, const struct address_prefix *prefix)
{
    struct address_counter *const counter = find_counter(counts, prefix);
    if (counter != NULL && --counter->count == 0) {
        drop_counter(counts, counter);
    }
}

void address_counts_free(struct address_counts *counts)
{
    struct address_counter *counter;
    struct address_counter *next;
    HASH_ITER(hh, counts->all, counter, next)
    {
        drop_counter(counts, counter);
    }
}
