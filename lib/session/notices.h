/* What happens in a session that asked for notices: facts of its chunks, the table that makes notices of them. */
#ifndef MPE_SESSION_NOTICES_H
#define MPE_SESSION_NOTICES_H

#include "notify/records.h"
#include "session/turn.h"

/* Of a session. */
struct mpe_session_notices {
    int64_t beat_due_us;   /* when the next heartbeat of all its tracks is due */
    int64_t connected_us;  /* caller's time */
    uint64_t connected_at; /* offset of the unit that said so */
    bool is_connect_due;   /* the encoder is connected, unless the byte that says so refuses it */
    bool is_connected_told;
    bool is_disconnect_told;
};

/* Each of these takes what the layers before it made of a frame's end, of another unit, of time. */
void mpe_notices_frame(struct mpe_turn *turn);
void mpe_notices_unit(struct mpe_turn *turn);
void mpe_notices_time(struct mpe_turn *turn);

/* What waits outside the ring: who is connected, and heartbeats. false: nothing. */
bool mpe_notices_take(struct mpe_session *session, mpe_notice *notice);

/* Adds to a notice that came out of the ring what its track knows. */
void mpe_notices_complete(const struct mpe_session *session, mpe_notice *notice);

#endif
