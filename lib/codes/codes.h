/* The tables of codes.def and reasons.def, for the floors inside; the public lookups of mpe.h live in codes.c too. */
#ifndef MPE_CODES_CODES_H
#define MPE_CODES_CODES_H

#include <stdint.h>

/* Bits: the events a code may belong to. */
enum mpe_code_event { MPE_CODE_REJECTED = 1, MPE_CODE_DISCONNECTED = 2, MPE_CODE_BOTH = 3 };

struct mpe_code_row {
    int32_t code;
    uint32_t events;
    const char *name;
    const char *title;
    const char *cause;
    const char *remedy;
};

struct mpe_reason_row {
    int32_t reason;
    int32_t code;
    const char *name;
    const char *unit;
    const char *sentence;
    const char *remedy; /* "": that of the code */
};

/* NULL when there is no such row. */
const struct mpe_code_row *mpe_code_row(int32_t code);
const struct mpe_reason_row *mpe_reason_row(int32_t reason);

/* Position of a code in the table, for findings at the same byte; -1 when there is none. */
int32_t mpe_code_rank(int32_t code);

#endif
