/* mpe-guard: a proxy in front of an RTMP server that refuses what the channel cannot take, and says why. */
#include "common/server/program.h"
#include "guard.h"
#include "options.h"

static enum options_result read_options(void *options, int argc, char **argv)
{
    return guard_options_read(options, argc, argv);
}

static int start(void *state, void *options, uv_loop_t *loop)
{
    return guard_start(state, options, loop);
}

int main(int argc, char **argv)
{
    static const struct program guard = {
        .name = "mpe-guard",
        .files_a_connection = 2, /* to the encoder and to the server */
        .options_bytes = sizeof(struct guard_options),
        .state_bytes = sizeof(struct guard),
        .read_options = read_options,
        .start = start,
    };
    return program_run(&guard, argc, argv);
}
