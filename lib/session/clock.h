/* The caller's clock, as a session sees it. */
#ifndef MPE_SESSION_CLOCK_H
#define MPE_SESSION_CLOCK_H

#include "base/clock.h"
#include "session/session.h"

/* Moves the session's clock, and judges the time that passed. */
void mpe_clock_move(struct mpe_session *session, int64_t now_us);

/* The same, where the caller's time counts: not of a session that is over, nor where the media is the clock. */
static inline void mpe_clock_pass(struct mpe_session *session, int64_t now_us)
{
    if (!session->stopped && !session->tools.limits->media_clock)
        mpe_clock_move(session, now_us);
}

#endif
