/* When a session is admitted. */
#ifndef MPE_SESSION_ADMISSION_H
#define MPE_SESSION_ADMISSION_H

#include "session/turn.h"

/* A frame was judged, nothing was found: is the session admitted by it. */
void mpe_admission_frame(struct mpe_turn *turn);

/* Takes a header that has no track to wait for. */
void mpe_admission_take(struct mpe_turn *turn);

#endif
