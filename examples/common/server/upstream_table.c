/* The servers that a configuration names, each once. */
#include "upstream_table.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"

struct upstream_entry {
    struct upstream_target target;
    UT_hash_handle hh;
    char key[]; /* the settings as they stand there */
};

/* NULL: no memory. */
static struct upstream_entry *new_entry(const struct config_upstream *settings)
{
    const char *const version = settings->proxy_protocol != NULL ? settings->proxy_protocol : "none";
    const size_t bytes = strlen(settings->address) + strlen(version) + 2;
    struct upstream_entry *const entry = calloc(1, sizeof(*entry) + bytes);
    if (entry != NULL) {
        snprintf(entry->key, bytes, "%s %s", version, settings->address);
    }
    return entry;
}

static const char *fill(struct upstream_entry *entry, const struct config_upstream *settings)
{
    if (settings->proxy_protocol != NULL &&
        !proxy_version_read(settings->proxy_protocol, &entry->target.proxy_version)) {
        return "proxy_protocol: give none, v1, v2 or srs";
    }
    return upstream_target_read(&entry->target, settings->address);
}

static const char *add(struct upstream_table *table, struct upstream_entry *entry)
{
    bool added = true;
    HASH_ADD_STR(table->all, key, entry);
    return added ? NULL : "address: out of memory";
}

const struct upstream_target *upstream_table_find(struct upstream_table *table, const struct config_upstream *settings,
                                                  const char **fault)
{
    *fault = "address: is missing; give host and port, as in 127.0.0.1:1936";
    struct upstream_entry *const entry = settings->address != NULL ? new_entry(settings) : NULL;
    struct upstream_entry *found = NULL;
    if (entry == NULL) {
        return NULL;
    }
    HASH_FIND_STR(table->all, entry->key, found);
    if (found == NULL) {
        *fault = fill(entry, settings);
        *fault = *fault == NULL ? add(table, entry) : *fault;
        found = *fault == NULL ? entry : NULL;
    }
    if (found != entry) {
        free(entry);
    }
    return found != NULL ? &found->target : NULL;
}

void upstream_table_free(struct upstream_table *table)
{
    struct upstream_entry *one;
    struct upstream_entry *next;
    HASH_ITER(hh, table->all, one, next)
    {
        HASH_DEL(table->all, one);
        free(one);
    }
}
