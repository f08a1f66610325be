/* The table of conditions.def, for the layers inside; the public lookups of health.h live in conditions.c too. */
#ifndef MPE_CODES_CONDITIONS_H
#define MPE_CODES_CONDITIONS_H

#include <stdint.h>

enum {
#define MPE_CONDITION(...) +1
    MPE_CONDITION_ROWS = 0
#include "codes/conditions.def"
#undef MPE_CONDITION
};

/* Condition MPE_CONDITION_BASE + n is fault n of a track, or of a session: see classify/standing.h. */
#define MPE_CONDITION_BASE 500

/* What it says stands in its reason row: the number of a condition is a reason, too. */
struct mpe_condition_row {
    int32_t condition;
    int32_t severity; /* enum mpe_severity of health.h */
    const char *name;
    const char *title;
};

/* NULL when there is no such row. */
const struct mpe_condition_row *mpe_condition_row(int32_t condition);

/* Position of a condition in the table; -1 when there is none. */
int32_t mpe_condition_rank(int32_t condition);

#endif
