/* mpe-guard: a door in front of an RTMP server that refuses what the channel cannot take, and says why. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <curl/curl.h>
#include <uv.h>

#include "common/server/standard_streams.h"
#include "guard.h"
#include "options.h"

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
    if (standard_streams_open() != 0) {
        perror("mpe-guard: a standard stream is closed, and /dev/null cannot be opened instead");
        return 1;
    }
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
    server_allow_files(&options.server, 2, 0); /* to the encoder and to the server */
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int status = run(&options);
    server_options_free(&options.server);
    curl_global_cleanup();
    return status;
}
