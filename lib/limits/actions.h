/* What a channel does about a code or a condition: refuse, report, ignore. */
#ifndef MPE_LIMITS_ACTIONS_H
#define MPE_LIMITS_ACTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "limits/limits.h"
#include "mpe.h"

/* Whether a number is one that has an action: a code that is a fault, or a condition. */
bool mpe_limits_has_action(int32_t number);

/* enum mpe_action for such a number: what was set; else what report_all presets for codes, and REPORT for conditions.
 */
int32_t mpe_limits_action(const struct mpe_limits *limits, int32_t number);

/* MPE_OK, MPE_BAD_CODE (no such number, or an ending), MPE_BAD_VALUE (no action, or one that this code cannot have). */
mpe_status mpe_limits_set_action(struct mpe_limits *limits, int32_t number, int32_t action);

#endif
