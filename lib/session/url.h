/* URLs that the host says a session is for. */
#ifndef MPE_SESSION_URL_H
#define MPE_SESSION_URL_H

#include "session/late.h"

/* Neither empty nor too long. */
bool mpe_url_is_sane(const char *url);

/* Judges it, or, of a session that was opened on a lobby, keeps it: MPE_NAMED, MPE_NO_MEMORY. Else MPE_OK. */
mpe_status mpe_url_take(struct mpe_session *session, const char *url);

#endif
