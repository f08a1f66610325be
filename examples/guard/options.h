/* What the command line of mpe-guard says. */
#ifndef GUARD_OPTIONS_H
#define GUARD_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

#include <mpe/mpe.h>

#define GUARD_UPSTREAM_ADDRESSES 8

enum options_result {
    OPTIONS_RUN,
    OPTIONS_DONE, /* --help or --version was answered */
    OPTIONS_WRONG /* the sentence was written to standard error */
};

struct guard_options {
    struct sockaddr_storage listen;
    struct sockaddr_storage upstream[GUARD_UPSTREAM_ADDRESSES];
    int upstream_count; /* 0: the guard is the server itself */
    bool sink;
    bool quiet;
    unsigned max_connections;
    int32_t schema;          /* enum mpe_schema */
    const char *events_file; /* NULL: none; "-": standard output */
    const char *events_url;  /* NULL: none; may hold a secret */
    mpe_channel *channel;    /* set up; the caller frees it */
};

/* Reads the command line. Texts stay in argv. On OPTIONS_RUN options->channel is there. */
enum options_result guard_options_read(struct guard_options *options, int argc, char **argv);

#endif
