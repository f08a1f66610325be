/* The share of a session in its channel: the qualities and bit rates of its tracks, its session id. */
#ifndef MPE_SESSION_SHARE_H
#define MPE_SESSION_SHARE_H

#include "session/session.h"
#include "session/turn.h"

/* The first frame of a track: it may be one that an earlier session sent already. */
void mpe_share_resume(struct mpe_turn *turn);

/* Brings the channel's sums up to what the track measures and declares now. */
void mpe_share_rates(struct mpe_turn *turn);

/* A frame is about to begin. */
static inline void mpe_share_begin(struct mpe_turn *turn)
{
    if (!mpe_track_has_frames(&turn->track->observed))
        mpe_share_resume(turn);
}

/* A frame began: where that ended a measurement, the channel's sums follow. */
static inline void mpe_share_frame(struct mpe_turn *turn)
{
    if ((turn->step.changed & MPE_FACT_TOTALS) != 0)
        mpe_share_rates(turn);
}

/* Takes what changes the qualities and rates of tracks: headers, what is declared, the end of a fragment. */
void mpe_share_take(struct mpe_turn *turn);

/* Time passed: a session that went silent has no rate any more. */
void mpe_share_time(struct mpe_session *session);

/* From when on the session's silence ends its bit rates; INT64_MAX: it has none. */
int64_t mpe_share_rates_end_us(const struct mpe_session *session);

/* Takes the track's quality and rates out. */
void mpe_share_release(struct mpe_session *session, struct mpe_session_track *track);

/* Takes all of the session out. May be called twice. */
void mpe_share_leave(struct mpe_session *session);

#endif
