/* What all workers have written to the zone, as one snapshot. */
#ifndef NGX_MPE_VIEW_H
#define NGX_MPE_VIEW_H

#include "common/server/snapshot.h"

/* To be released. NULL: no memory, or no zone. *left_out: sessions that there was no room for. */
struct snapshot *ngx_mpe_view(uint64_t *left_out);

#endif
