/* mpe-smooth: an HTTP ingest endpoint for fragmented MP4 that says why it does not take a stream. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <curl/curl.h>
#include <uv.h>

#include "common/server/standard_streams.h"
#include "options.h"
#include "server.h"

static int run(const struct server_options *options)
{
    struct server *server = malloc(sizeof *server);
    uv_loop_t loop;
    if (server == NULL || uv_loop_init(&loop) != 0) {
        fputs("mpe-smooth: out of memory\n", stderr);
        free(server);
        return 1;
    }
    int status = server_start(server, options, &loop) == 0 ? 0 : 1;
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    free(server);
    return status;
}

int main(int argc, char **argv)
{
    struct server_options options;
    if (standard_streams_open() != 0) {
        perror("mpe-smooth: a standard stream is closed, and /dev/null cannot be opened instead");
        return 1;
    }
    switch (smooth_options_read(&options, argc, argv)) {
    case OPTIONS_DONE:
        return 0;
    case OPTIONS_WRONG:
        return 2;
    case OPTIONS_RUN:
        break;
    }
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
    server_allow_files(&options, 1, SERVER_OTHER_CONNECTIONS);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int status = run(&options);
    server_options_free(&options);
    curl_global_cleanup();
    return status;
}
