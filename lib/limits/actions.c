/* The action of a channel for each code. */
#include "limits/actions.h"

#include "codes/codes.h"

bool mpe_limits_has_action(int32_t code)
{
    const uint8_t class = mpe_code_class(code, false);
    return class == MPE_CLASS_REJECT || class == MPE_CLASS_DISCONNECT;
}

int32_t mpe_limits_action(const struct mpe_limits *limits, int32_t code)
{
    const int32_t rank = mpe_code_rank(code);
    const int32_t set = rank >= 0 ? limits->actions[rank] : 0;
    if (set != 0)
        return set;
    return limits->report_all ? MPE_ACTION_REPORT : MPE_ACTION_REFUSE;
}

mpe_status mpe_limits_set_action(struct mpe_limits *limits, int32_t code, int32_t action)
{
    if (!mpe_limits_has_action(code))
        return MPE_BAD_CODE;
    if (action < MPE_ACTION_REFUSE || action > MPE_ACTION_IGNORE)
        return MPE_BAD_VALUE;
    if (code == MPE_UNKNOWN_ERROR && action == MPE_ACTION_IGNORE)
        return MPE_BAD_VALUE;
    limits->actions[mpe_code_rank(code)] = (uint8_t)action;
    return MPE_OK;
}
