/* How many connections may come in a second, in all and of one address; a burst is one second's worth of them. */
#ifndef SERVER_ARRIVALS_H
#define SERVER_ARRIVALS_H

#include "address_rate.h"
#include "turned_away.h"

struct arrivals {
    struct address_rate of_all;
    struct address_rate of_address;
};

/* 0: no bound. */
void arrivals_open(struct arrivals *arrivals, unsigned most_a_second, unsigned most_of_address);

/* One has come. false: it is one too many, and *why says of whom; it counts for nobody else. */
bool arrivals_take(struct arrivals *arrivals, const struct address_prefix *prefix, int64_t now_us,
                   enum turned_why *why);
void arrivals_free(struct arrivals *arrivals);

#endif
