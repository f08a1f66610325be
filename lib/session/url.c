/* The ingest URL of a session that does not carry it in its bytes. */
#include <string.h>

#include "session/late.h"
#include "session/pipeline.h"

#define MAX_URL_BYTES 2048

/* It waits for the channel. */
static mpe_status name(mpe_session *session, struct mpe_span url)
{
    if (!mpe_late_keep_url(session, url))
        return MPE_NO_MEMORY;
    session->is_named = true;
    return MPE_NAMED;
}

mpe_status mpe_session_url(mpe_session *session, const char *url)
{
    struct mpe_span text = {(const uint8_t *)url, url != NULL ? strlen(url) : 0};

    if (session == NULL)
        return MPE_BAD_SESSION;
    if (text.len == 0 || text.len >= MAX_URL_BYTES)
        return MPE_BAD_TEXT;
    if (session->finished || session->has_bytes)
        return MPE_BAD_STATE;
    if (session->stopped)
        return MPE_OK;
    if (session->late != NULL)
        return name(session, text);
    mpe_pipeline_url(session, text);
    return MPE_OK;
}
