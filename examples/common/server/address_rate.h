/*
 * How often something may happen for one address: that its connections are taken, or that what happens to them is
 * reported. A flood of a stranger's connects shall not become a flood of work or of notifications.
 */
#ifndef SERVER_ADDRESS_RATE_H
#define SERVER_ADDRESS_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "address.h"

#define ADDRESS_RATE_SOURCES                                                                                           \
    4096u /* addresses that are remembered; beyond, the one that was heard of longest ago goes */

struct rate_source;

struct address_rate {
    unsigned most; /* 0: no limit */
    int64_t within_us;
    struct rate_source *sources;
};

/*
 * Whether it may happen at now_us, on a clock that does not go back. true: left_out is how often it might not for this
 * address since it did last.
 */
bool address_rate_take(struct address_rate *rate, const struct address_prefix *prefix, int64_t now_us,
                       uint64_t *left_out);

void address_rate_free(struct address_rate *rate);

#endif
