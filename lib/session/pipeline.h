/* The one way through the layers: bytes or a moment go in, findings come out at the end. */
#ifndef MPE_SESSION_PIPELINE_H
#define MPE_SESSION_PIPELINE_H

#include "session/turn.h"

/* The session was opened: is the peer allowed, is the session id free. */
void mpe_pipeline_open(struct mpe_session *session, bool session_id_taken);

/* The ingest URL is this, as the host knows. */
void mpe_pipeline_url(struct mpe_session *session, struct mpe_span url);

/* Bytes came: in is read to its end, or up to a publish that waits for a channel. */
void mpe_pipeline_bytes(struct mpe_session *session, struct mpe_cursor *in);

/* A channel was bound to the session; is_new: it was not so before. What it has named is judged by that channel. */
void mpe_pipeline_bind(struct mpe_session *session, bool is_new, bool session_id_taken);

/* Time passed, up to session->now_us. */
void mpe_pipeline_time(struct mpe_session *session);

/* More bytes came than the time allows. */
void mpe_pipeline_volume(struct mpe_session *session);

/* The session ends: judges what can only be judged at the end. */
void mpe_pipeline_end(struct mpe_session *session);

/* A unit that is no frame goes through the layers. */
void mpe_pipeline_other(struct mpe_turn *turn);

#endif
