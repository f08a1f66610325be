/* The words of a case for the enums of mpe.h, and the fields of mpe_track by name. */
#ifndef CASE_NAMES_H
#define CASE_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "mpe.h"

struct name {
    const char *text; /* NULL: end of the table */
    int64_t value;
};

extern const struct name events[];
extern const struct name medias[];
extern const struct name states[];
extern const struct name protocols[];
extern const struct name occasions[]; /* enum action_kind */

const char *name_of(const struct name *names, int64_t value);

/* The name of field index, NULL after the last one. */
const char *track_field_name(size_t index);
int64_t track_field(const mpe_track *track, const char *name);

#endif
