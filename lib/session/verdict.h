/* What a session found: raising findings, and telling them once. */
#ifndef MPE_SESSION_VERDICT_H
#define MPE_SESSION_VERDICT_H

#include "classify/finding.h"
#include "session/session.h"

/*
 * Notes a finding; the first is the verdict on the session. One that finds no memory is replaced by the one that says
 * so. false: it is no news, the same fault was raised on this track, or on the session, before.
 */
bool mpe_verdict_raise(struct mpe_session *session, const struct mpe_finding *finding);

/* The oldest finding that was not told. false: none. */
bool mpe_verdict_tell(struct mpe_session *session, struct mpe_finding *finding);

/* How the session ended, be it well. false: it goes on. */
bool mpe_verdict_ending(const struct mpe_session *session, struct mpe_finding *finding);

#endif
