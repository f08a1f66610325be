/* Findings kept for a report. */
#ifndef INSPECT_FINDINGS_H
#define INSPECT_FINDINGS_H

#include <stdint.h>

#include <mpe/mpe.h>

/* Each fault is reported once per track: more than a stream that can be read has. */
#define FINDINGS_MAX 64

struct findings {
    mpe_error *items;
    uint32_t kept; /* at most FINDINGS_MAX; capacity grows to it */
    uint32_t capacity;
    uint64_t count; /* all of them */
};

/* Counts and, where there is room, keeps it. MPE_OK, or MPE_NO_MEMORY. */
mpe_status findings_keep(struct findings *findings, const mpe_error *error);

void findings_free(struct findings *findings);

#endif
