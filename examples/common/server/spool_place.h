/* The spool of one sink: in its folder, or in memory where the folder does not serve; what can be read is kept. */
#ifndef SERVER_SPOOL_PLACE_H
#define SERVER_SPOOL_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "delivery_settings.h"
#include "spool.h"

#define SPOOL_PLACE_WHY_BYTES 640

struct spool_place {
    struct spool *spool; /* NULL: out of memory */
    bool is_on_disk;
    size_t memory_bytes;             /* the bound in memory */
    char why[SPOOL_PLACE_WHY_BYTES]; /* what went wrong, to be said; empty: nothing */
};

void spool_place_open(struct spool_place *place, const struct delivery_spool *settings, const char *name);

/* The file at hand can no longer be used: on in memory, with what can still be read. Numbers of rows change. */
void spool_place_leave(struct spool_place *place);

#endif
