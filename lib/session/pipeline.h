/* The one way through the layers: bytes or a moment go in, findings come out at the end. */
#ifndef MPE_SESSION_PIPELINE_H
#define MPE_SESSION_PIPELINE_H

#include "session/session.h"

/* The session was opened: is the peer allowed, is the session id free. */
void mpe_pipeline_open(struct mpe_session *session, bool session_id_taken);

/* The ingest URL is this, as the host knows. */
void mpe_pipeline_url(struct mpe_session *session, struct mpe_span url);

/* Bytes came: all of in is read, or as much of it as is looked at. */
void mpe_pipeline_bytes(struct mpe_session *session, struct mpe_cursor *in);

/* Time passed, up to session->now_us. */
void mpe_pipeline_time(struct mpe_session *session);

/* The session ends: judges what can only be judged at the end. */
void mpe_pipeline_end(struct mpe_session *session);

#endif
