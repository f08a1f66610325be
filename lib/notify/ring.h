/* A queue of records that wait to be polled, oldest first, and the one that ended the session, which is kept. */
#ifndef MPE_NOTIFY_RING_H
#define MPE_NOTIFY_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"
#include "classify/finding.h"

/* A report_all session reports each fault once per track; more than this wait only for a host that does not poll. */
#define MPE_FINDINGS_MAX 256

/* All zero: empty. */
struct mpe_findings {
    struct mpe_finding verdict; /* what ended the session */
    struct mpe_finding first;   /* of all: most sessions have no other */
    struct mpe_finding last;    /* after those in slots: that memory ran out can always be said */
    bool has_verdict;
    bool has_first;
    bool is_first_waiting;
    bool has_last;
    struct mpe_finding *slots; /* those between, a ring */
    uint32_t slot_count;
    uint32_t head;
    uint32_t waiting;
};

/*
 * Appends; the first finding of all needs no memory. A full ring drops finding. false: memory ran out,
 * the ring is as it was.
 */
bool mpe_findings_push(const struct mpe_mem *mem, struct mpe_findings *ring, const struct mpe_finding *finding);

/* Puts finding after all others; needs no memory. Only the first call counts until it was taken. */
void mpe_findings_push_last(struct mpe_findings *ring, const struct mpe_finding *finding);

/* finding is what ended the session; needs no memory. */
void mpe_findings_end(struct mpe_findings *ring, const struct mpe_finding *finding);

/* Copies the oldest that waits into finding; it waits no more. false: none waits. */
bool mpe_findings_take(struct mpe_findings *ring, struct mpe_finding *finding);

/* Whether one waits. */
static inline bool mpe_findings_wait(const struct mpe_findings *ring)
{
    return ring->is_first_waiting || ring->waiting != 0 || ring->has_last;
}

/* Gives the memory back; the ring is empty then. */
void mpe_findings_clear(const struct mpe_mem *mem, struct mpe_findings *ring);

#endif
