/* The tables of codes.def and reasons.def, for the layers inside; the public lookups of mpe.h live in codes.c too. */
#ifndef MPE_CODES_CODES_H
#define MPE_CODES_CODES_H

#include <stdbool.h>
#include <stdint.h>

/* What a record is: what it does to its session follows from this, and from the channel's action for its number. */
enum mpe_class {
    MPE_CLASS_REJECT = 1,     /* the session must be refused */
    MPE_CLASS_DISCONNECT = 2, /* it was taken, and has broken */
    MPE_CLASS_ENDING = 3,     /* it ended, nothing is wrong */
    MPE_CLASS_END             /* one more than the last */
};

enum {
#define MPE_CODE(...) +1
    MPE_CODE_ROWS = 0
#include "codes/codes.def"
#undef MPE_CODE
};

struct mpe_code_row {
    int32_t code;
    uint8_t class_opening;  /* enum mpe_class before admission, */
    uint8_t class_admitted; /* and after it */
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

/* enum mpe_class of a code at a moment of a session; 0 when there is no such code. */
uint8_t mpe_code_class(int32_t code, bool is_admitted);

/* The notification (enum mpe_event) that a class belongs to; 0: none of these. */
int32_t mpe_class_event(uint8_t class);

/* NULL when there is no such row. */
const struct mpe_code_row *mpe_code_row(int32_t code);
const struct mpe_reason_row *mpe_reason_row(int32_t reason);

/* What to do about this way to this code: the reason's own remedy, or that of the code. Never NULL. */
const char *mpe_remedy_of(int32_t code, int32_t reason);

/* Position of a code in the table, for findings at the same byte; -1 when there is none. */
int32_t mpe_code_rank(int32_t code);

#endif
