/* Moves the clock of a session. */
#include "session/clock.h"

#include "session/pipeline.h"

int64_t mpe_clock_sane_us(int64_t now_us)
{
    if (now_us > MPE_MOST_NOW_US)
        return MPE_MOST_NOW_US;
    return now_us < -MPE_MOST_NOW_US ? -MPE_MOST_NOW_US : now_us;
}

void mpe_clock_pass(struct mpe_session *session, int64_t now_us)
{
    if (session->stopped || session->tools.limits->media_clock)
        return;
    if (mpe_clock_sane_us(now_us) > session->now_us)
        session->now_us = mpe_clock_sane_us(now_us);
    mpe_pipeline_time(session);
}
