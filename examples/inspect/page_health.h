/* What the page says of conditions and of what happened. */
#ifndef INSPECT_PAGE_HEALTH_H
#define INSPECT_PAGE_HEALTH_H

#include <stdint.h>
#include <stdio.h>

#include "conditions.h"

/* A box for each condition of each track, with all times that it stood. Times count from began_us. */
void page_health_conditions(FILE *out, const struct conditions *conditions, int64_t began_us);

/* A table of what else happened: gaps, chunks that do not fit. Nothing where nothing did. */
void page_health_events(FILE *out, const struct conditions *conditions, int64_t began_us);

#endif
