/* Sequence headers and init segments: what FFmpeg says they hold. */
#ifndef MPE_SESSION_HEADERS_H
#define MPE_SESSION_HEADERS_H

#include "session/turn.h"

/* Takes a header of a track: probes it where it is new, and makes it the track's stream. */
void mpe_headers_take(struct mpe_turn *turn);

#endif
