/* The moments at which mpe_observe_time has something to say. */
#include "session/life.h"

#include "session/protocol.h"

static int64_t idle_due_us(const struct mpe_session *session, int64_t timeout_us)
{
    if (mpe_standing_has(&session->standing, MPE_REASON_IDLE))
        return INT64_MAX;
    return session->observation.last_media_us + timeout_us;
}

static int64_t opening_due_us(const struct mpe_session *session)
{
    const struct mpe_facts *const facts = &session->observation.facts;
    const int64_t max_us = session->tools.limits->max_opening_us;
    if (max_us == 0 || !facts->media_seen || facts->admitted ||
        mpe_standing_has(&session->standing, MPE_REASON_NOT_ADMITTED))
        return INT64_MAX;
    return session->observation.media_began_us + max_us;
}

int64_t mpe_life_due_us(const struct mpe_session *session)
{
    const int64_t timeout_us = mpe_protocol_idle_timeout_us(session->wire.protocol, session->tools.limits);
    if (timeout_us == 0)
        return INT64_MAX;
    const int64_t idle_us = idle_due_us(session, timeout_us);
    const int64_t opening_us = opening_due_us(session);
    return idle_us < opening_us ? idle_us : opening_us;
}
