/* What the command line of mpe-guard says. */
#ifndef GUARD_OPTIONS_H
#define GUARD_OPTIONS_H

#include "common/server/server_options.h"

#define GUARD_UPSTREAM_ADDRESSES 8

struct guard_options {
    struct server_options server;
    struct sockaddr_storage upstream[GUARD_UPSTREAM_ADDRESSES];
    int upstream_count; /* 0: the guard is the server itself */
    bool sink;
};

/* Reads the command line. Texts stay in argv. On OPTIONS_RUN options->server.channel is there. */
enum options_result guard_options_read(struct guard_options *options, int argc, char **argv);

#endif
