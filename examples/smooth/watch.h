/* What an operator sees of the endpoint by --admin, and how a POST is ended from there. */
#ifndef SMOOTH_WATCH_H
#define SMOOTH_WATCH_H

#include "server.h"

/* Where it was asked for. 0, or -1: it cannot listen, the log has the reason. */
int server_watch(struct server *server);

#endif
