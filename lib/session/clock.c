/* Moves the clock of a session. */
#include "session/clock.h"

#include "session/pipeline.h"

void mpe_clock_move(struct mpe_session *session, int64_t now_us)
{
    const int64_t sane_us = mpe_sane_us(now_us);
    if (sane_us > session->now_us)
        session->now_us = sane_us;
    mpe_pipeline_time(session);
}
