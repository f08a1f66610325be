/* The servers that a configuration names, each once: a host is looked up once, however many channels name it. */
#ifndef SERVER_UPSTREAM_TABLE_H
#define SERVER_UPSTREAM_TABLE_H

#include "config.h"
#include "upstream_target.h"

struct upstream_entry;

struct upstream_table {
    struct upstream_entry *all;
};

/*
 * The server of these settings, which lives as long as the table. NULL: it is none; fault has what is wrong, beginning
 * with the setting and a colon.
 */
const struct upstream_target *upstream_table_find(struct upstream_table *table, const struct config_upstream *settings,
                                                  const char **fault);
void upstream_table_free(struct upstream_table *table);

#endif
