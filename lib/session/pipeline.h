/* The one way through the house: bytes or a moment go in, findings come out at the end. */
#ifndef MPE_SESSION_PIPELINE_H
#define MPE_SESSION_PIPELINE_H

#include "session/session.h"

/* The session was opened: is the peer allowed, is the session id free. */
void mpe_pipeline_open(struct mpe_session *session, bool session_id_taken);

/* The ingest URL is this, as the host knows: judged like RTMP's connect and publish. */
void mpe_pipeline_url(struct mpe_session *session, struct mpe_span url);

/* Bytes came: all of in is read, or as much of it as is looked at. */
void mpe_pipeline_bytes(struct mpe_session *session, struct mpe_cursor *in);

/* Time passed, up to session->now_us. */
void mpe_pipeline_time(struct mpe_session *session);

/* The session ends: judges what can only be judged at the end. */
void mpe_pipeline_end(struct mpe_session *session);

/* From when on the session's silence ends its bit rates; INT64_MAX: it has none. */
int64_t mpe_pipeline_rates_end_us(const struct mpe_session *session);

/* The idle limit for the protocol of the session; 0: none. */
int64_t mpe_pipeline_idle_timeout_us(const struct mpe_session *session);

#endif
