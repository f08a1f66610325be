/* What a channel does about a code: refuse, report, ignore. */
#ifndef MPE_LIMITS_ACTIONS_H
#define MPE_LIMITS_ACTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "limits/limits.h"
#include "mpe.h"

/* Whether a code is one that has an action: a fault, not an ending. */
bool mpe_limits_has_action(int32_t code);

/* enum mpe_action for such a code: what was set, else what report_all presets. */
int32_t mpe_limits_action(const struct mpe_limits *limits, int32_t code);

/* MPE_OK, MPE_BAD_CODE (no such code, or an ending), MPE_BAD_VALUE (no action, or one that this code cannot have). */
mpe_status mpe_limits_set_action(struct mpe_limits *limits, int32_t code, int32_t action);

#endif
