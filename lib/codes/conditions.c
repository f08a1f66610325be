/* The table of conditions. */
#include "codes/conditions.h"

#include <stddef.h>
#include <string.h>

#include "codes/codes.h"
#include "health.h"

static const struct mpe_condition_row rows[] = {
#define MPE_CONDITION(number, NAME, severity, unit, title, sentence, remedy)                                           \
    {number, MPE_SEVERITY_##severity, #NAME, title},
#include "codes/conditions.def"
#undef MPE_CONDITION
};

#define MPE_CONDITION(number, NAME, ...)                                                                               \
    _Static_assert(number > MPE_CONDITION_BASE && number <= MPE_CONDITION_BASE + 63, #NAME " has no bit of its own");
#include "codes/conditions.def"
#undef MPE_CONDITION

int32_t mpe_condition_rank(int32_t condition)
{
    for (int32_t i = 0; i < MPE_CONDITION_ROWS; i++) {
        if (rows[i].condition == condition)
            return i;
    }
    return -1;
}

const struct mpe_condition_row *mpe_condition_row(int32_t condition)
{
    const int32_t rank = mpe_condition_rank(condition);
    return rank < 0 ? NULL : &rows[rank];
}

int32_t mpe_condition_count(void)
{
    return MPE_CONDITION_ROWS;
}

int32_t mpe_condition_at(int32_t index)
{
    return index >= 0 && index < MPE_CONDITION_ROWS ? rows[index].condition : 0;
}

const char *mpe_condition_name(int32_t condition)
{
    const struct mpe_condition_row *const row = mpe_condition_row(condition);
    return row != NULL ? row->name : "";
}

const char *mpe_condition_title(int32_t condition)
{
    const struct mpe_condition_row *const row = mpe_condition_row(condition);
    return row != NULL ? row->title : "";
}

const char *mpe_condition_remedy(int32_t condition)
{
    return mpe_condition_row(condition) != NULL ? mpe_reason_row(condition)->remedy : "";
}

int32_t mpe_condition_severity(int32_t condition)
{
    const struct mpe_condition_row *const row = mpe_condition_row(condition);
    return row != NULL ? row->severity : 0;
}

int32_t mpe_condition_by_name(const char *name)
{
    for (int32_t i = 0; name != NULL && i < MPE_CONDITION_ROWS; i++) {
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].condition;
    }
    return 0;
}
