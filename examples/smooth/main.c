/* mpe-smooth: an HTTP ingest endpoint for fragmented MP4 that says why it does not take a stream. */
#include "common/server/program.h"
#include "options.h"
#include "server.h"

static enum options_result read_options(void *options, int argc, char **argv)
{
    return smooth_options_read(options, argc, argv);
}

static int start(void *state, void *options, uv_loop_t *loop)
{
    return server_start(state, options, loop);
}

int main(int argc, char **argv)
{
    static const struct program smooth = {
        .name = "mpe-smooth",
        .files_a_connection = 1,
        .other_connections = SERVER_OTHER_CONNECTIONS,
        .options_bytes = sizeof(struct server_options),
        .state_bytes = sizeof(struct server),
        .read_options = read_options,
        .start = start,
    };
    return program_run(&smooth, argc, argv);
}
