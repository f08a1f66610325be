/* How many connections may come in a second, in all and of one address. */
#include "arrivals.h"

#define SECOND_US 1000000

void arrivals_open(struct arrivals *arrivals, unsigned most_a_second, unsigned most_of_address)
{
    *arrivals = (struct arrivals){.of_all = {.most = most_a_second, .within_us = SECOND_US},
                                  .of_address = {.most = most_of_address, .within_us = SECOND_US}};
}

/* One address that comes too often does not use up what the others have. */
bool arrivals_take(struct arrivals *arrivals, const struct address_prefix *prefix, int64_t now_us, enum turned_why *why)
{
    const struct address_prefix all = {{0}};
    uint64_t left_out = 0;
    *why = TURNED_ADDRESS_OFTEN;
    if (!address_rate_take(&arrivals->of_address, prefix, now_us, &left_out)) {
        return false;
    }
    *why = TURNED_OFTEN;
    return address_rate_take(&arrivals->of_all, &all, now_us, &left_out);
}

void arrivals_free(struct arrivals *arrivals)
{
    address_rate_free(&arrivals->of_all);
    address_rate_free(&arrivals->of_address);
}
