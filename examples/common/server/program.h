/* main() of a server: options, signals, limits of the process, and one loop until it is empty. */
#ifndef SERVER_PROGRAM_H
#define SERVER_PROGRAM_H

#include <uv.h>

#include "server_options.h"

struct program {
    const char *name;
    unsigned files_a_connection;
    unsigned other_connections; /* besides those of max_connections */
    size_t options_bytes;       /* a struct that begins with struct server_options */
    size_t state_bytes;         /* of the server, zeroed */
    enum options_result (*read_options)(void *options, int argc, char **argv);
    int (*start)(void *state, void *options, uv_loop_t *loop); /* 0, or -1: the log has the reason */
};

/* The exit status. */
int program_run(const struct program *program, int argc, char **argv);

#endif
