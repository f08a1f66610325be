/* The conditions of a stream and what happened in it: kept for the report, or printed as JSON lines as they come. */
#ifndef INSPECT_CONDITIONS_H
#define INSPECT_CONDITIONS_H

#include <stdbool.h>
#include <stddef.h>

#include <mpe/health.h>

#include "timeline.h"

/* What a condition was when it was set, and when it was cleared. */
struct condition {
    mpe_notice set;
    int64_t cleared_us; /* INT64_MIN: not yet */
};

struct conditions {
    bool as_json;
    bool wants_conditions; /* as JSON lines, these two */
    bool wants_notices;
    struct condition *items;
    size_t count;
    size_t capacity;
};

/* Takes what waits in the session; gaps go to the time line, too. 0, or EXIT_UNUSABLE after one sentence. */
int conditions_take(struct conditions *conditions, mpe_session *session, struct timeline *timeline);

/* A line for each: when it was set and cleared, and what it is. Nothing where there are none. */
void conditions_print(const struct conditions *conditions);

void conditions_free(struct conditions *conditions);

#endif
