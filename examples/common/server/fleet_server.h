/* A server's channels in its fleet: those of a configuration, or the one of a command line. */
#ifndef SERVER_FLEET_SERVER_H
#define SERVER_FLEET_SERVER_H

#include "fleet.h"
#include "server_options.h"

/* As fleet_open, before the first session. */
int fleet_server_open(struct fleet **out, const struct server_options *options, const struct fleet_program *program,
                      struct log_out *log, uv_loop_t *loop);

#endif
