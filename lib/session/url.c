/* The ingest URL of a session that does not carry it in its bytes. */
#include <string.h>

#include "channel/url.h"
#include "session/pipeline.h"

#define MAX_URL_BYTES 2048

mpe_status mpe_session_url(mpe_session *session, const char *url)
{
    struct mpe_span text = {(const uint8_t *)url, url != NULL ? strlen(url) : 0};

    if (session == NULL)
        return MPE_BAD_SESSION;
    if (text.len == 0 || text.len >= MAX_URL_BYTES)
        return MPE_BAD_TEXT;
    if (session->finished || session->has_bytes)
        return MPE_BAD_STATE;
    if (!session->stopped)
        mpe_pipeline_url(session, text);
    return MPE_OK;
}
