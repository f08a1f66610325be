/*
 * How often what happens to the connections of one address is reported while none of them was ever admitted: a flood of
 * a stranger's failed connects shall not become a flood of notifications.
 */
#ifndef SERVER_REPORT_LIMIT_H
#define SERVER_REPORT_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "address.h"

#define REPORT_SOURCES 4096u /* addresses that are remembered; beyond, the one that was heard of longest ago goes */

struct report_source;

struct report_limit {
    unsigned most_a_minute; /* 0: no limit */
    struct report_source *sources;
};

/*
 * Whether a report goes out at now_us, on a clock that does not go back. true: left_out is how many of this address did
 * not, since the last that did.
 */
bool report_limit_take(struct report_limit *limit, const struct address_prefix *prefix, int64_t now_us,
                       uint64_t *left_out);

void report_limit_free(struct report_limit *limit);

#endif
