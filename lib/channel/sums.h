/* The rates of a channel's sessions added up: redundant pushes once, over time, and who of them came last. */
#ifndef MPE_CHANNEL_SUMS_H
#define MPE_CHANNEL_SUMS_H

#include "channel/hash.h"
#include "channel/registry.h"

/* So many sessions of one stream name are looked at: more add up like any others. */
#define MPE_NAMESAKES 4

struct mpe_stream_name {
    struct mpe_part *parts[MPE_NAMESAKES]; /* that are in the sums, in the order in which they came; NULL: no more */
    int64_t holders;
    int64_t contested_us; /* caller's time when one of them brought one quality too many */
    UT_hash_handle hh;
    uint8_t text[]; /* in a fleet its digest */
};

/* A track of part has these rates now. */
void mpe_sums_set_rates(struct mpe_registry *registry, const struct mpe_part *part, struct mpe_entry *entry,
                        int64_t measured_bps, int64_t declared_bps);

/* What is there twice of a stream name (NULL: none) is added to the sum of that (sign 1), or taken from it (-1). */
void mpe_sums_add_redundant(struct mpe_registry *registry, const struct mpe_stream_name *name, int sign);

/* Adds up to now what was above the limit, before the sum changes. */
void mpe_sums_add_excess(struct mpe_registry *registry, int64_t now_us);

/*
 * The sum has changed. Each rate in it is the least average that its track had since any moment of a window or more
 * ago: as much was above the limit for a window already.
 */
void mpe_sums_judge(struct mpe_registry *registry);

/* It is too high for long enough. */
bool mpe_sums_is_over(const struct mpe_registry *registry);

/* When a sum that is too high now is so for long enough; INT64_MAX: it is not too high. */
int64_t mpe_sums_due_us(const struct mpe_registry *registry);

/* What the sums come to for a session. part may be NULL. */
struct mpe_totals mpe_sums_totals(const struct mpe_registry *registry, const struct mpe_part *part);

#endif
