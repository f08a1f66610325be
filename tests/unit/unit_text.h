/* What the logs of units have in common: names of units, bytes as text, limits. */
#ifndef TESTS_UNIT_UNIT_TEXT_H
#define TESTS_UNIT_UNIT_TEXT_H

#include <stdint.h>

#include "limits/limits.h"

/* kind: enum mpe_unit_kind. */
const char *unit_kind_name(uint8_t kind);

/* The value of two hexadecimal digits; a test whose text has none fails. */
uint8_t hex_byte(const char *digits);

/* The default limits of a pass-through channel. */
struct mpe_limits wire_limits(void);

#endif
