/* What the command line of mpe-guard says. */
#ifndef GUARD_OPTIONS_H
#define GUARD_OPTIONS_H

#include "common/server/server_options.h"
#include "common/server/upstream_target.h"

struct guard_options {
    struct server_options server;
    struct upstream_target upstream; /* of the command line; a file's servers are of its channels */
    bool sink;
    unsigned drain_s;          /* how long encoders may go on after SIGTERM; 0: not at all */
    bool players_pass;         /* else they are turned away */
    int64_t publish_within_us; /* since the connection was made; 0: no bound */
};

/* Reads the command line. Texts stay in argv. On OPTIONS_RUN options->server.channel is there. */
enum options_result guard_options_read(struct guard_options *options, int argc, char **argv);

#endif
