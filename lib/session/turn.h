/* One turn of a session: a unit, a moment or the end, and what the layers make of it. */
#ifndef MPE_SESSION_TURN_H
#define MPE_SESSION_TURN_H

#include <stddef.h>

#include "classify/classify.h"
#include "session/session.h"

/* Each layer takes it in turn: reads the unit, adds to the step. */
struct mpe_turn {
    struct mpe_session *session;
    const struct mpe_unit *unit;     /* NULL: a moment, or the end */
    struct mpe_session_track *track; /* that the unit belongs to, or NULL */
    struct mpe_judgement *judgement; /* what the rules said of this byte so far */
    struct mpe_step step;
};

static inline void mpe_turn_begin(struct mpe_turn *turn, struct mpe_session *session, struct mpe_judgement *judgement,
                                  const struct mpe_unit *unit, uint64_t offset_bytes)
{
    turn->session = session;
    turn->unit = unit;
    turn->track = NULL;
    turn->judgement = judgement;
    mpe_step_begin(&turn->step, offset_bytes, session->now_us);
}

/* Something of ours failed; what follows can still be read. what is a fixed text. */
static inline void mpe_turn_fail(struct mpe_turn *turn, int32_t reason, const char *what, int64_t value, int64_t limit)
{
    turn->step.fault = (struct mpe_fault){reason, what, value, limit};
    turn->step.changed |= MPE_FACT_FAILURE;
}

#endif
