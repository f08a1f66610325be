/* The parameters of a channel: defaults, bounds, lookups. */
#include "limits/limits.h"

#include <stddef.h>
#include <string.h>

#include "mpe.h"

struct param_row {
    int32_t param;
    const char *name;
    const char *unit;
    const char *text;
    size_t offset; /* in struct mpe_limits */
    int64_t min;
    int64_t max;
    int64_t standard[4]; /* by kind - MPE_ENCODING */
};

static const struct param_row param_rows[] = {
#define MPE_LIMIT(number, NAME, name, unit, min, max, encoding, basic, standard, open, text)                           \
    {number, #name, unit, text, offsetof(struct mpe_limits, name), min, max, {encoding, basic, standard, open}},
#include "limits/limits.def"
#undef MPE_LIMIT
};

enum { PARAM_ROWS = sizeof(param_rows) / sizeof(param_rows[0]) };

static const struct param_row *row_of(int32_t param)
{
    for (int32_t i = 0; i < PARAM_ROWS; i++) {
        if (param_rows[i].param == param)
            return &param_rows[i];
    }
    return NULL;
}

static int is_kind(int32_t kind)
{
    return kind >= MPE_ENCODING && kind <= MPE_OPEN;
}

static int64_t *field_at(struct mpe_limits *limits, size_t offset)
{
    return (int64_t *)(void *)((unsigned char *)limits + offset);
}

int mpe_limits_of_kind(struct mpe_limits *limits, int32_t kind)
{
    if (!is_kind(kind))
        return 0;
    memset(limits, 0, sizeof(*limits));
    for (int32_t i = 0; i < PARAM_ROWS; i++)
        *field_at(limits, param_rows[i].offset) = param_rows[i].standard[kind - MPE_ENCODING];
    return 1;
}

int64_t *mpe_limits_field(struct mpe_limits *limits, int32_t param)
{
    const struct param_row *row = row_of(param);
    return row ? field_at(limits, row->offset) : NULL;
}

int32_t mpe_param_count(void)
{
    return PARAM_ROWS;
}

int32_t mpe_param_at(int32_t index)
{
    return index >= 0 && index < PARAM_ROWS ? param_rows[index].param : 0;
}

const char *mpe_param_name(int32_t param)
{
    const struct param_row *row = row_of(param);
    return row ? row->name : "";
}

const char *mpe_param_unit(int32_t param)
{
    const struct param_row *row = row_of(param);
    return row ? row->unit : "";
}

const char *mpe_param_text(int32_t param)
{
    const struct param_row *row = row_of(param);
    return row ? row->text : "";
}

int32_t mpe_param_by_name(const char *name)
{
    for (int32_t i = 0; name && i < PARAM_ROWS; i++) {
        if (strcmp(param_rows[i].name, name) == 0)
            return param_rows[i].param;
    }
    return 0;
}

mpe_status mpe_param_bounds(int32_t param, int32_t kind, int64_t *min, int64_t *max, int64_t *standard)
{
    const struct param_row *row = row_of(param);
    if (!row)
        return MPE_BAD_PARAM;
    if (!is_kind(kind))
        return MPE_BAD_KIND;
    if (min)
        *min = row->min;
    if (max)
        *max = row->max;
    if (standard)
        *standard = row->standard[kind - MPE_ENCODING];
    return MPE_OK;
}
