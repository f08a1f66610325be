/* Names of units, hexadecimal digits, and the limits that the logs of units are written with. */
#include "unit_text.h"

#include <check.h>
#include <stdlib.h>

#include "mpe.h"
#include "wire/unit.h"

uint8_t hex_byte(const char *digits)
{
    const char two[3] = {digits[0], digits[1], 0};
    char *end;
    const unsigned long value = strtoul(two, &end, 16);
    ck_assert_msg(end == two + 2, "not two hexadecimal digits: %s", digits);
    return (uint8_t)value;
}

const char *unit_kind_name(uint8_t kind)
{
    switch ((enum mpe_unit_kind)kind) {
    case MPE_UNIT_NONE:
        return "none";
    case MPE_UNIT_CONNECT:
        return "connect";
    case MPE_UNIT_PUBLISH:
        return "publish";
    case MPE_UNIT_COMMAND:
        return "command";
    case MPE_UNIT_UNPUBLISH:
        return "unpublish";
    case MPE_UNIT_METADATA:
        return "metadata";
    case MPE_UNIT_TRACK:
        return "track";
    case MPE_UNIT_HEADER:
        return "header";
    case MPE_UNIT_FRAME:
        return "frame";
    case MPE_UNIT_FRAME_END:
        return "end";
    case MPE_UNIT_KEY_FRAME:
        return "key-frame";
    case MPE_UNIT_TRACK_END:
        return "track-end";
    case MPE_UNIT_TRACK_GONE:
        return "track-gone";
    case MPE_UNIT_NO_FRAME:
        return "no-frame";
    case MPE_UNIT_ORPHAN:
        return "orphan";
    case MPE_UNIT_DECLARED:
        return "declared";
    case MPE_UNIT_FAULT:
        return "fault";
    }
    return "?";
}

struct mpe_limits wire_limits(void)
{
    struct mpe_limits limits;
    ck_assert_int_ne(mpe_limits_of_kind(&limits, MPE_PASS_THROUGH_STANDARD), 0);
    return limits;
}
