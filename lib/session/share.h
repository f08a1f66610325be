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

/* A session that had signals from others looks at them: one that was silent is back, as one that comes. */
void mpe_share_look(struct mpe_turn *turn);

/* A frame began: a session that was silent is heard again; where a rate is new, the channel's sums follow. */
static inline void mpe_share_frame(struct mpe_turn *turn)
{
    mpe_part_hear(&turn->session->part, turn->session->now_us);
    if ((mpe_part_signals(&turn->session->part) & (MPE_PART_OUT | MPE_PART_CONTESTED | MPE_PART_DUPLICATE)) != 0)
        mpe_share_look(turn);
    if ((turn->step.changed & MPE_FACT_TOTALS) != 0)
        mpe_share_rates(turn);
}

/* Takes what changes the qualities and rates of tracks: headers, what is declared, the end of a fragment. */
void mpe_share_take(struct mpe_turn *turn);

/* Whether mpe_share_time has something to do. */
bool mpe_share_is_due(const struct mpe_session *session);

/* Time passed: a session that is silent goes; what became of the sums meanwhile. */
void mpe_share_time(struct mpe_turn *turn);

/* When mpe_share_time is due next; INT64_MAX: it is not. */
int64_t mpe_share_due_us(const struct mpe_session *session);

/* The session's id is in the channel: it is signalled where another edge of the fleet had it before. */
void mpe_share_own_id(struct mpe_session *session);

/* The session publishes what this URL names. */
void mpe_share_url(struct mpe_turn *turn, struct mpe_span url);

/* Takes the track's quality and rates out. */
void mpe_share_release(struct mpe_session *session, struct mpe_session_track *track);

/* The session is bound to another channel: what its tracks have is part of that now. */
void mpe_share_enter(const struct mpe_turn *turn);

/* Takes all of the session out. May be called twice. */
void mpe_share_leave(struct mpe_session *session);

#endif
