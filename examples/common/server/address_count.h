/* How many connections each address has now, and no more than it may have. */
#ifndef SERVER_ADDRESS_COUNT_H
#define SERVER_ADDRESS_COUNT_H

#include <stdbool.h>

#include "address.h"

struct address_counter;

struct address_counts {
    unsigned most; /* of one address */
    struct address_counter *all;
};

/* false: the address has as many as it may have, or there is no memory to count one more; nothing was counted. */
bool address_count_add(struct address_counts *counts, const struct address_prefix *prefix);

bool address_count_has_room(const struct address_counts *counts, const struct address_prefix *prefix);

/* For each that was added. */
void address_count_remove(struct address_counts *counts, const struct address_prefix *prefix);

void address_counts_free(struct address_counts *counts);

#endif
