/* Late binding: what a session of a lobby has named, until a channel is bound to it, and after. */
#ifndef MPE_SESSION_LATE_H
#define MPE_SESSION_LATE_H

#include "session/turn.h"

/*
 * connect and publish as they came: a channel judges them when it is bound, as it would have when they came. Their
 * texts, and url, are copies in the session's memory, and secrets.
 */
struct mpe_late_binding {
    mpe_channel *lobby;      /* held: the session has its memory from there */
    struct mpe_unit connect; /* MPE_UNIT_NONE: it has not come */
    struct mpe_unit publish; /* likewise; the last one */
    struct mpe_span url;     /* by mpe_session_url; without bytes: none */
    bool is_bound;           /* to session->channel; else that is the lobby */
};

/* The session was opened on a lobby. false: no memory. */
bool mpe_late_begin(struct mpe_session *session);

/* Frees what was kept. The lobby, to be released when nothing of its memory is in use any more; NULL: there is none. */
mpe_channel *mpe_late_free(struct mpe_session *session);

/* Keeps what the unit of the turn names. Whether the unit waits for the bind; the step may have a failure then. */
bool mpe_late_keep(struct mpe_turn *turn);

/* Whether the unit of the turn waits for the bind. */
static inline bool mpe_late_holds(struct mpe_turn *turn)
{
    return turn->session->late != NULL && mpe_late_keep(turn);
}

/* Keeps the URL of a session that was opened on a lobby. false: no memory. */
bool mpe_late_keep_url(struct mpe_session *session, struct mpe_span url);

/* Whether the session waits for mpe_session_bind, and reads nothing until then. */
static inline bool mpe_late_waits(const struct mpe_session *session)
{
    return session->is_named && !session->stopped;
}

#endif
