/* The share of a session in its channel: the qualities and bit rates of its tracks, its session id. */
#ifndef MPE_SESSION_SHARE_H
#define MPE_SESSION_SHARE_H

#include "session/session.h"

/* Holds the quality that the track's header says. false: no memory. */
bool mpe_share_quality(struct mpe_session *session, struct mpe_session_track *track, struct mpe_step *step);

/* Brings the channel's sums up to what the track measures and declares now. */
void mpe_share_rates(struct mpe_session *session, struct mpe_session_track *track, struct mpe_step *step);

/* The first sample of a track of fragmented MP4 is here: it may be one that an earlier session sent already. */
void mpe_share_resume(struct mpe_session *session, struct mpe_session_track *track, const struct mpe_unit *unit);

/* Takes the track's quality and rates out. */
void mpe_share_release(struct mpe_session *session, struct mpe_session_track *track);

/*
 * A fragment of fragmented MP4 has ended: its encoder may come back from here, be it that this session hangs, and send
 * its last fragments again.
 */
void mpe_share_note_sent(struct mpe_session *session);

/* Takes all of the session out. May be called twice. */
void mpe_share_leave(struct mpe_session *session);

#endif
