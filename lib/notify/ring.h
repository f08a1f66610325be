/* What a session found: its first finding, which is kept, and those that wait to be polled, oldest first. */
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
    struct mpe_finding first; /* of all: the verdict on the session; most sessions have no other */
    struct mpe_finding last;  /* behind those in slots: that memory ran out can always be said */
    bool has_first;
    bool is_first_waiting;
    bool has_last;
    struct mpe_finding *slots; /* those between, a ring */
    uint32_t slot_count;
    uint32_t head;
    uint32_t waiting;
    uint32_t dropped; /* findings that came while MPE_FINDINGS_MAX waited */
};

/*
 * Appends; the first finding of all needs no memory. A full ring drops finding and counts it. false: memory ran out,
 * the ring is as it was.
 */
bool mpe_findings_push(const struct mpe_mem *mem, struct mpe_findings *ring, const struct mpe_finding *finding);

/* Puts finding behind all others; needs no memory. Only the first call counts until it was taken. */
void mpe_findings_push_last(struct mpe_findings *ring, const struct mpe_finding *finding);

/* Copies the oldest that waits into finding; it waits no more. false: none waits. */
bool mpe_findings_take(struct mpe_findings *ring, struct mpe_finding *finding);

/* Gives the memory back; the ring is empty then. */
void mpe_findings_clear(const struct mpe_mem *mem, struct mpe_findings *ring);

#endif
