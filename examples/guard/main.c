/* mpe-guard: a door in front of an RTMP server that refuses what the channel cannot take, and says why. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <curl/curl.h>
#include <uv.h>

#include "guard.h"
#include "options.h"

#define OTHER_FILES 64 /* the loop, notifications, standard streams */

/* Two sockets a connection. */
static void allow_open_files(unsigned max_connections)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)max_connections * 2 + OTHER_FILES;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) {
        return;
    }
    limit.rlim_cur = limit.rlim_max == RLIM_INFINITY || wanted < limit.rlim_max ? wanted : limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < wanted) {
        fprintf(stderr, "mpe-guard: only %llu open files are allowed, too few for %u connections; raise ulimit -n\n",
                (unsigned long long)limit.rlim_cur, max_connections);
    }
}

static int run(const struct guard_options *options)
{
    struct guard *guard = malloc(sizeof *guard);
    uv_loop_t loop;
    if (guard == NULL || uv_loop_init(&loop) != 0) {
        fputs("mpe-guard: out of memory\n", stderr);
        free(guard);
        return 1;
    }
    int status = guard_start(guard, options, &loop) == 0 ? 0 : 1;
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    free(guard);
    return status;
}

int main(int argc, char **argv)
{
    struct guard_options options;
    switch (guard_options_read(&options, argc, argv)) {
    case OPTIONS_DONE:
        return 0;
    case OPTIONS_WRONG:
        return 2;
    case OPTIONS_RUN:
        break;
    }
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
    allow_open_files(options.max_connections);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int status = run(&options);
    mpe_channel_free(options.channel);
    curl_global_cleanup();
    return status;
}
