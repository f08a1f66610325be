/* One session over many HTTP requests: the next body begins. */
#include <string.h>

#include "session/clock.h"
#include "session/pipeline.h"
#include "session/url.h"

static mpe_status check_arguments(const mpe_session *session, const char *url, int32_t ended)
{
    const int32_t protocol = mpe_session_protocol(session);
    if (session == NULL)
        return MPE_BAD_SESSION;
    if (url != NULL && !mpe_url_is_sane(url))
        return MPE_BAD_TEXT;
    if (ended != MPE_BODY_COMPLETE && ended != MPE_BODY_CUT)
        return MPE_BAD_VALUE;
    if (protocol != MPE_PROTOCOL_FMP4 && protocol != MPE_PROTOCOL_AUTO)
        return MPE_BAD_PROTOCOL;
    return session->finished || mpe_late_waits(session) ? MPE_BAD_STATE : MPE_OK;
}

mpe_status mpe_session_next_body(mpe_session *session, const char *url, int32_t ended, int64_t now_us)
{
    const mpe_status status = check_arguments(session, url, ended);
    if (status != MPE_OK)
        return status;
    mpe_clock_pass(session, now_us);
    if (!session->stopped)
        mpe_pipeline_body(session, ended == MPE_BODY_COMPLETE);
    return url != NULL && !session->stopped ? mpe_url_take(session, url) : MPE_OK;
}
