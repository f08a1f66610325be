/* What the rules say of a session: judged byte by byte, done to the session, and polled once. */
#ifndef MPE_SESSION_VERDICT_H
#define MPE_SESSION_VERDICT_H

#include "classify/finding.h"
#include "session/session.h"
#include "session/turn.h"

/* Runs the rules. */
void mpe_verdict_run(struct mpe_turn *turn);

/* Runs the rules on what the step of the turn changed. */
static inline void mpe_verdict_judge(struct mpe_turn *turn)
{
    if (turn->step.changed != 0)
        mpe_verdict_run(turn);
}

/* Does all of the judgement to the session. */
void mpe_verdict_do(struct mpe_session *session, struct mpe_judgement *judgement);

/* The judgement is complete. */
static inline void mpe_verdict_close(struct mpe_session *session, struct mpe_judgement *judgement)
{
    if (judgement->count != 0)
        mpe_verdict_do(session, judgement);
}

/* Before a step at this offset: what was found at another byte is complete, and is done to the session. */
static inline void mpe_verdict_settle(struct mpe_session *session, struct mpe_judgement *judgement,
                                      uint64_t offset_bytes)
{
    const bool is_full = judgement->count > MPE_MAX_FINDINGS - MPE_MAX_STEP_FINDINGS;
    if (judgement->count != 0 && (is_full || judgement->offset_bytes != offset_bytes))
        mpe_verdict_do(session, judgement);
}

/*
 * Does one record to the session: what its class and the channel's action for its number say, unless it is no news.
 * Its memory may be lacking: then that is said in its place.
 */
void mpe_verdict_raise(struct mpe_session *session, const struct mpe_finding *finding);

/* Nothing is looked at any more; the session leaves its channel. */
void mpe_verdict_stop(struct mpe_session *session);

/* The oldest finding that was not polled. false: none. */
bool mpe_verdict_poll(struct mpe_session *session, struct mpe_finding *finding);

/* How the session ended, be it well. false: it goes on. */
bool mpe_verdict_ending(const struct mpe_session *session, struct mpe_finding *finding);

#endif
