/* The action of a channel for each code and condition. */
#include "limits/actions.h"

#include "codes/codes.h"
#include "codes/conditions.h"

/* Place of its action; -1: it has none. */
static int32_t place_of(int32_t number)
{
    const int32_t condition = mpe_condition_rank(number);
    return condition >= 0 ? MPE_CODE_ROWS + condition : mpe_code_rank(number);
}

bool mpe_limits_has_action(int32_t number)
{
    const uint8_t class = mpe_code_class(number, false);
    return class == MPE_CLASS_REJECT || class == MPE_CLASS_DISCONNECT || mpe_condition_rank(number) >= 0;
}

int32_t mpe_limits_action(const struct mpe_limits *limits, int32_t number)
{
    const int32_t place = place_of(number);
    const int32_t set = place >= 0 ? limits->actions[place] : 0;
    if (set != 0)
        return set;
    return limits->report_all || place >= MPE_CODE_ROWS ? MPE_ACTION_REPORT : MPE_ACTION_REFUSE;
}

mpe_status mpe_limits_set_action(struct mpe_limits *limits, int32_t number, int32_t action)
{
    if (!mpe_limits_has_action(number))
        return MPE_BAD_CODE;
    if (action < MPE_ACTION_REFUSE || action > MPE_ACTION_IGNORE)
        return MPE_BAD_VALUE;
    if (number == MPE_UNKNOWN_ERROR && action == MPE_ACTION_IGNORE)
        return MPE_BAD_VALUE;
    limits->actions[place_of(number)] = (uint8_t)action;
    return MPE_OK;
}
