/* Moves the clock of a session. */
#include "session/clock.h"

#include "session/pipeline.h"

void mpe_clock_pass(struct mpe_session *session, int64_t now_us)
{
    if (session->stopped || session->tools.limits->media_clock)
        return;
    const int64_t sane_us = mpe_sane_us(now_us);
    if (sane_us > session->now_us)
        session->now_us = sane_us;
    mpe_pipeline_time(session);
}
