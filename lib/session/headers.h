/* Sequence headers and init segments: what FFmpeg says they hold, and which of them are known already. */
#ifndef MPE_SESSION_HEADERS_H
#define MPE_SESSION_HEADERS_H

#include "session/turn.h"

/* Takes a header of a track: probes it where it is not one of the last few, and makes it the track's stream. */
void mpe_headers_take(struct mpe_turn *turn);

/* Frees the headers that are kept of a track. */
void mpe_headers_forget(struct mpe_session_track *track, const struct mpe_mem *mem);

#endif
