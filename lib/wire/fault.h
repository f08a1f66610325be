/* Filling a unit with a fault. */
#ifndef MPE_WIRE_FAULT_H
#define MPE_WIRE_FAULT_H

#include "mpe.h"
#include "wire/unit.h"

/* value and limit: 0 where the reason has no numbers. what: a fixed text, never bytes of the encoder. */
static inline void mpe_unit_set_fault(struct mpe_unit *unit, int32_t reason, const char *what, int64_t value,
                                      int64_t limit)
{
    *unit = (struct mpe_unit){.kind = MPE_UNIT_FAULT,
                              .fault = {.reason = reason, .what = what, .value = value, .limit = limit}};
}

/* What a reader says that has lost its place, with the likely cause: a fixed text. */
#define MPE_OUT_OF_STEP(what)                                                                                          \
    what ": the reader is out of step (RTMP: most likely the chunks and the announced chunk size disagree)"

static inline void mpe_unit_set_malformed(struct mpe_unit *unit, const char *what)
{
    mpe_unit_set_fault(unit, MPE_REASON_MALFORMED_INPUT, what, 0, 0);
}

#endif
