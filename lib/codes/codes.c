/* The tables of codes and reasons, and their public lookups. */
#include "codes/codes.h"

#include <stddef.h>
#include <string.h>

#include "mpe.h"

#define REJECTED     MPE_CLASS_REJECT, MPE_CLASS_REJECT
#define DISCONNECTED MPE_CLASS_DISCONNECT, MPE_CLASS_DISCONNECT
#define BOTH         MPE_CLASS_REJECT, MPE_CLASS_DISCONNECT
#define ENDING       MPE_CLASS_ENDING, MPE_CLASS_ENDING

static const struct mpe_code_row code_rows[] = {
#define MPE_CODE(number, IDENTIFIER, name, classes, title, cause, remedy) {number, classes, name, title, cause, remedy},
#include "codes/codes.def"
#undef MPE_CODE
};

static const struct mpe_reason_row reason_rows[] = {
#define MPE_REASON(number, NAME, code, unit, sentence, remedy) {number, code, #NAME, unit, sentence, remedy},
#include "codes/reasons.def"
#undef MPE_REASON
/* A condition that is refused is the reason. */
#define MPE_CONDITION(number, NAME, severity, unit, title, sentence, remedy)                                           \
    {number, MPE_POLICY_CONDITION, #NAME, unit, sentence, remedy},
#include "codes/conditions.def"
#undef MPE_CONDITION
/* What happened is the reason of no code, but has a name, a unit and a sentence, too. */
#define MPE_NOTICE_KIND(number, NAME, type, unit, sentence) {number, 0, #NAME, unit, sentence, ""},
#include "codes/notices.def"
#undef MPE_NOTICE_KIND
};

enum { CODE_ROWS = MPE_CODE_ROWS, REASON_ROWS = sizeof(reason_rows) / sizeof(reason_rows[0]) };

_Static_assert(sizeof(code_rows) / sizeof(code_rows[0]) == MPE_CODE_ROWS, "codes.h counts the rows of codes.def");

int32_t mpe_code_rank(int32_t code)
{
    for (int32_t i = 0; i < CODE_ROWS; i++) {
        if (code_rows[i].code == code)
            return i;
    }
    return -1;
}

const struct mpe_code_row *mpe_code_row(int32_t code)
{
    int32_t rank = mpe_code_rank(code);
    return rank < 0 ? NULL : &code_rows[rank];
}

uint8_t mpe_code_class(int32_t code, bool is_admitted)
{
    const struct mpe_code_row *const row = mpe_code_row(code);
    if (row == NULL)
        return 0;
    return is_admitted ? row->class_admitted : row->class_opening;
}

const struct mpe_reason_row *mpe_reason_row(int32_t reason)
{
    for (int32_t i = 0; i < REASON_ROWS; i++) {
        if (reason_rows[i].reason == reason)
            return &reason_rows[i];
    }
    return NULL;
}

int32_t mpe_code_count(void)
{
    return CODE_ROWS;
}

int32_t mpe_code_at(int32_t index)
{
    return index >= 0 && index < CODE_ROWS ? code_rows[index].code : 0;
}

const char *mpe_code_name(int32_t code)
{
    const struct mpe_code_row *row = mpe_code_row(code);
    return row ? row->name : "";
}

const char *mpe_code_title(int32_t code)
{
    const struct mpe_code_row *row = mpe_code_row(code);
    return row ? row->title : "";
}

const char *mpe_code_cause(int32_t code)
{
    const struct mpe_code_row *row = mpe_code_row(code);
    return row ? row->cause : "";
}

const char *mpe_code_remedy(int32_t code)
{
    const struct mpe_code_row *row = mpe_code_row(code);
    return row ? row->remedy : "";
}

int32_t mpe_code_by_name(const char *name)
{
    for (int32_t i = 0; name && i < CODE_ROWS; i++) {
        if (strcmp(code_rows[i].name, name) == 0)
            return code_rows[i].code;
    }
    return 0;
}

const char *mpe_reason_name(int32_t reason)
{
    const struct mpe_reason_row *row = mpe_reason_row(reason);
    return row ? row->name : "";
}

const char *mpe_reason_remedy(int32_t reason)
{
    const struct mpe_reason_row *row = mpe_reason_row(reason);
    return row && reason != MPE_REASON_ENDED ? mpe_remedy_of(row->code, reason) : "";
}

const char *mpe_remedy_of(int32_t code, int32_t reason)
{
    const struct mpe_reason_row *row = mpe_reason_row(reason);
    return row && row->remedy[0] != '\0' ? row->remedy : mpe_code_remedy(code);
}

int32_t mpe_class_event(uint8_t class)
{
    static const int32_t events[MPE_CLASS_END] = {
        [MPE_CLASS_REJECT] = MPE_EVENT_CONNECTION_REJECTED,
        [MPE_CLASS_DISCONNECT] = MPE_EVENT_ENCODER_DISCONNECTED,
        [MPE_CLASS_ENDING] = MPE_EVENT_ENCODER_DISCONNECTED,
    };
    return class < MPE_CLASS_END ? events[class] : 0;
}

const char *mpe_event_name(int32_t event)
{
    switch (event) {
    case MPE_EVENT_CONNECTION_REJECTED:
        return "Microsoft.Media.LiveEventConnectionRejected";
    case MPE_EVENT_ENCODER_DISCONNECTED:
        return "Microsoft.Media.LiveEventEncoderDisconnected";
    default:
        return "";
    }
}
