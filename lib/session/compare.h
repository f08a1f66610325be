/* What two sessions of a channel show, or two video tracks of one session. Only for sessions that have health. */
#ifndef MPE_SESSION_COMPARE_H
#define MPE_SESSION_COMPARE_H

#include "session/health.h"

/* What a session shows that nobody looked at yet. */
struct mpe_shown mpe_compare_nothing(void);

/* Once in an interval. */
void mpe_compare_interval(struct mpe_session *session);

/* A key frame of track index came, a video track. */
void mpe_compare_key_frame(struct mpe_session *session, uint16_t index);

/*
 * The same for notices. enum mpe_chunk_event bits, and news: against the video tracks of the session, and the sessions,
 * that came before it and share its clock; of them the one whose key frames lie farthest from those of the track.
 */
uint32_t mpe_compare_keys(struct mpe_session *session, uint16_t index, struct mpe_chunk_news *news);

/* It leaves its channel. Any session may be given, more than once. */
void mpe_compare_end(struct mpe_session *session);

#endif
