/* The limits of a channel as a struct: one int64_t per row of limits.def, and an action per code. */
#ifndef MPE_LIMITS_LIMITS_H
#define MPE_LIMITS_LIMITS_H

#include <stdint.h>

#include "codes/codes.h"

struct mpe_limits {
#define MPE_LIMIT(number, NAME, name, unit, min, max, encoding, basic, standard, text) int64_t name;
#include "limits.def"
#undef MPE_LIMIT
    uint8_t actions[MPE_CODE_ROWS]; /* enum mpe_action by the rank of the code, 0: not set; see limits/actions.h */
};

/* The defaults of a kind of channel. 0: kind is not one; limits is untouched. */
int mpe_limits_of_kind(struct mpe_limits *limits, int32_t kind);

/* The field of a parameter, or NULL. */
int64_t *mpe_limits_field(struct mpe_limits *limits, int32_t param);

#endif
