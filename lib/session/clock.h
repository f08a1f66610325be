/* The caller's clock, as a session sees it. */
#ifndef MPE_SESSION_CLOCK_H
#define MPE_SESSION_CLOCK_H

#include "base/clock.h"
#include "session/session.h"

/* Moves the session's clock, and judges the time that passed. */
void mpe_clock_pass(struct mpe_session *session, int64_t now_us);

#endif
