/* What an operator sees of the guard by --admin, and how a session is ended from there. */
#ifndef GUARD_WATCH_H
#define GUARD_WATCH_H

#include "guard.h"

/* Where it was asked for. 0, or -1: it cannot listen, the log has the reason. */
int guard_watch(struct guard *guard);

#endif
