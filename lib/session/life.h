/* How long a session may go on without giving anything. */
#ifndef MPE_SESSION_LIFE_H
#define MPE_SESSION_LIFE_H

#include "session/session.h"

/* When the session will have been without life for too long, as mpe_observe_time judges it; INT64_MAX: never. */
int64_t mpe_life_due_us(const struct mpe_session *session);

#endif
