/* The ingest URL of a session that does not carry it in its bytes. */
#include "session/url.h"

#include <string.h>

#include "session/pipeline.h"

#define MAX_URL_BYTES 2048

bool mpe_url_is_sane(const char *url)
{
    const size_t len = strlen(url);
    return len > 0 && len < MAX_URL_BYTES;
}

/* It waits for the channel. */
static mpe_status name(mpe_session *session, struct mpe_span url)
{
    if (!mpe_late_keep_url(session, url))
        return MPE_NO_MEMORY;
    session->is_named = true;
    return MPE_NAMED;
}

mpe_status mpe_url_take(struct mpe_session *session, const char *url)
{
    const struct mpe_span text = {(const uint8_t *)url, strlen(url)};
    if (session->late != NULL)
        return name(session, text);
    mpe_pipeline_url(session, text);
    return MPE_OK;
}

mpe_status mpe_session_url(mpe_session *session, const char *url)
{
    if (session == NULL)
        return MPE_BAD_SESSION;
    if (url == NULL || !mpe_url_is_sane(url))
        return MPE_BAD_TEXT;
    if (session->finished || session->has_bytes)
        return MPE_BAD_STATE;
    return session->stopped ? MPE_OK : mpe_url_take(session, url);
}
