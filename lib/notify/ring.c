/* The ring in which records wait to be polled. */
#include "notify/ring.h"

enum { FIRST_SLOTS = 4 };

static bool grow(const struct mpe_mem *mem, struct mpe_findings *ring)
{
    uint32_t count = ring->slot_count ? ring->slot_count * 2 : FIRST_SLOTS;
    struct mpe_finding *slots = mpe_mem_new(mem, count * sizeof(*slots));
    if (!slots)
        return false;
    for (uint32_t i = 0; i < ring->waiting; i++)
        slots[i] = ring->slots[(ring->head + i) % ring->slot_count];
    mpe_mem_free(mem, ring->slots);
    ring->slots = slots;
    ring->slot_count = count;
    ring->head = 0;
    return true;
}

bool mpe_findings_push(const struct mpe_mem *mem, struct mpe_findings *ring, const struct mpe_finding *finding)
{
    if (!ring->has_first) {
        ring->first = *finding;
        ring->has_first = ring->is_first_waiting = true;
        return true;
    }
    if (ring->is_first_waiting + ring->waiting >= MPE_FINDINGS_MAX)
        return true;
    if (ring->waiting == ring->slot_count && !grow(mem, ring))
        return false;
    ring->slots[(ring->head + ring->waiting) % ring->slot_count] = *finding;
    ring->waiting++;
    return true;
}

void mpe_findings_push_last(struct mpe_findings *ring, const struct mpe_finding *finding)
{
    if (ring->has_last)
        return;
    ring->last = *finding;
    ring->has_last = true;
}

void mpe_findings_end(struct mpe_findings *ring, const struct mpe_finding *finding)
{
    ring->verdict = *finding;
    ring->has_verdict = true;
}

bool mpe_findings_take(struct mpe_findings *ring, struct mpe_finding *finding)
{
    if (ring->is_first_waiting) {
        *finding = ring->first;
        ring->is_first_waiting = false;
    } else if (ring->waiting > 0) {
        *finding = ring->slots[ring->head];
        ring->head = (ring->head + 1) % ring->slot_count;
        ring->waiting--;
    } else if (ring->has_last) {
        *finding = ring->last;
        ring->has_last = false;
    } else {
        return false;
    }
    return true;
}

void mpe_findings_clear(const struct mpe_mem *mem, struct mpe_findings *ring)
{
    mpe_mem_free(mem, ring->slots);
    *ring = (struct mpe_findings){0};
}
