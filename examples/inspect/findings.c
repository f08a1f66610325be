/* A growing array of findings. */
#include "findings.h"

#include <stdlib.h>

static mpe_status make_room(struct findings *findings)
{
    if (findings->kept < findings->capacity)
        return MPE_OK;
    const uint32_t grown = findings->capacity == 0 ? 2 : findings->capacity * 2;
    mpe_error *const items = realloc(findings->items, grown * sizeof(*items));
    if (items == NULL)
        return MPE_NO_MEMORY;
    findings->items = items;
    findings->capacity = grown;
    return MPE_OK;
}

mpe_status findings_keep(struct findings *findings, const mpe_error *error)
{
    findings->count++;
    if (findings->kept == FINDINGS_MAX)
        return MPE_OK;
    const mpe_status status = make_room(findings);
    if (status == MPE_OK)
        findings->items[findings->kept++] = *error;
    return status;
}

void findings_free(struct findings *findings)
{
    free(findings->items);
    *findings = (struct findings){0};
}
