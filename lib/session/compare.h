/* What two sessions of a channel show, or two video tracks of one session. Only for sessions that have health. */
#ifndef MPE_SESSION_COMPARE_H
#define MPE_SESSION_COMPARE_H

#include "session/health.h"

/* Once in an interval. */
void mpe_compare_interval(struct mpe_session *session);

/* A key frame of track index came, a video track. */
void mpe_compare_key_frame(struct mpe_session *session, uint16_t index);

/* It leaves its channel. Any session may be given, more than once. */
void mpe_compare_end(struct mpe_session *session);

#endif
