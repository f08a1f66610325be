/* For tests of late binding: a lobby, two channels, one session, and an allocator that fails when it is to. */
#ifndef UNIT_LOBBY_H
#define UNIT_LOBBY_H

#include "mpe.h"
#include "stream_out.h"

extern mpe_channel *lobby, *north, *south;  /* north and south: of the apps live/north and live/south */
extern mpe_session *session;                /* freed with them; NULL at first */
extern struct out out;                      /* what the session is fed; empty at first */
extern const mpe_allocator lobby_allocator; /* of them all */
extern long allocations_left;               /* of it, that succeed; -1 at first: all */

/* Fixtures of check. The second finds that nothing was leaked. */
void lobby_setup(void);
void lobby_teardown(void);

/* The next finding of the session; its code is 0 where there is none. */
mpe_error poll_error(void);
mpe_channel_sums sums_of(const mpe_channel *channel);

#endif
