/* The caller's clock, as a session sees it. */
#ifndef MPE_SESSION_CLOCK_H
#define MPE_SESSION_CLOCK_H

#include "session/session.h"

/* 36,000 years, as mpe.h says: sums and differences of times always fit into 63 bits. */
#define MPE_MOST_NOW_US ((int64_t)1 << 60)

/* now_us within these. */
int64_t mpe_clock_sane_us(int64_t now_us);

/* Moves the session's clock, and judges the time that passed. */
void mpe_clock_pass(struct mpe_session *session, int64_t now_us);

#endif
