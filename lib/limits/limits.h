/* The limits of a channel as a struct: one int64_t per row of limits.def, an action per code and condition, codecs. */
#ifndef MPE_LIMITS_LIMITS_H
#define MPE_LIMITS_LIMITS_H

#include <stdint.h>

#include "codes/codes.h"
#include "codes/conditions.h"

/* Of enum mpe_protocol. */
#define MPE_LIMITS_PROTOCOLS 4

struct mpe_limits {
#define MPE_LIMIT(number, NAME, name, unit, min, max, encoding, basic, standard, open, text) int64_t name;
#include "limits.def"
#undef MPE_LIMIT
    /* enum mpe_action by the rank of the code, after these of the condition; 0: not set; see limits/actions.h */
    uint8_t actions[MPE_CODE_ROWS + MPE_CONDITION_ROWS];
    /* Which codecs are taken, by protocol: bit n is enum mpe_codec n. Set by texts, not by numbers. */
    uint32_t codecs[MPE_LIMITS_PROTOCOLS];
};

/* The defaults of a kind of channel, without codecs. 0: kind is not one; limits is untouched. */
int mpe_limits_of_kind(struct mpe_limits *limits, int32_t kind);

/* The field of a parameter, or NULL. */
int64_t *mpe_limits_field(struct mpe_limits *limits, int32_t param);

#endif
