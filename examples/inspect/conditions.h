/* What a session said of its stream: conditions set and cleared, and what happened. Kept for a report, bounded. */
#ifndef INSPECT_CONDITIONS_H
#define INSPECT_CONDITIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpe/health.h>

/* A condition changes at most once in 10 s. */
#define CONDITIONS_MAX 128

struct conditions {
    mpe_notice *items; /* in the order they came in */
    uint32_t kept;     /* at most CONDITIONS_MAX; capacity grows to it */
    uint32_t capacity;
    uint64_t count; /* all of them */
};

/* Counts and, where there is room, keeps it. MPE_OK, or MPE_NO_MEMORY. */
mpe_status conditions_keep(struct conditions *conditions, const mpe_notice *notice);

/* Whether one is the first that sets its condition for its track. */
bool conditions_is_first(const struct conditions *conditions, uint32_t index);

/* The next time that this condition is set for the same track, after index. kept: never again. */
uint32_t conditions_next(const struct conditions *conditions, uint32_t index);

/* " to 12.000 s" or " to the end": until when the condition that this one sets stood. */
void conditions_end(const struct conditions *conditions, uint32_t index, int64_t began_us, char *text, size_t size);

/* "KEY_FRAME_INTERVAL_LONG, BITRATE_LOW": each that was set, once. "": none was. */
void conditions_names(const struct conditions *conditions, char *text, size_t size);

const char *conditions_severity(const mpe_notice *notice);

/* A paragraph for each: when it was set and cleared, and what it is. Times count from began_us. */
void conditions_print(const struct conditions *conditions, int64_t began_us);

void conditions_free(struct conditions *conditions);

#endif
