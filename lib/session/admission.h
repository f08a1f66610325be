/* When a session is admitted. */
#ifndef MPE_SESSION_ADMISSION_H
#define MPE_SESSION_ADMISSION_H

#include "session/turn.h"

/* Admits the session where all that is needed for it is there. */
void mpe_admission_try(struct mpe_session *session);

/* A frame was judged: is the session admitted by it, where nothing was found. */
static inline void mpe_admission_frame(struct mpe_turn *turn)
{
    if (turn->session->state == MPE_STATE_OPENING && turn->judgement->count == 0)
        mpe_admission_try(turn->session);
}

/* Takes a header that has no track to wait for. */
void mpe_admission_take(struct mpe_turn *turn);

#endif
