/* Reads the options, starts the server, and runs the loop until nothing is left on it. */
#include "program.h"

#include <stdio.h>
#include <stdlib.h>

#include <curl/curl.h>

#include "signals.h"
#include "standard_streams.h"

static int say_no_memory(const struct program *program)
{
    fprintf(stderr, "%s: out of memory\n", program->name);
    return 1;
}

static int run_loop(const struct program *program, void *options)
{
    uv_loop_t loop;
    void *const state = calloc(1, program->state_bytes);
    if (state == NULL || uv_loop_init(&loop) != 0) {
        free(state);
        return say_no_memory(program);
    }
    const int status = program->start(state, options, &loop) == 0 ? 0 : 1;
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    free(state);
    return status;
}

static int run_with(const struct program *program, struct server_options *options)
{
    signals_ignore();
    server_allow_files(options, program->files_a_connection, program->other_connections);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    const int status = run_loop(program, options);
    server_options_free(options);
    curl_global_cleanup();
    return status;
}

int program_run(const struct program *program, int argc, char **argv)
{
    if (standard_streams_open() != 0) {
        fprintf(stderr, "%s: ", program->name);
        perror("a standard stream is closed, and /dev/null cannot be opened instead");
        return 1;
    }
    void *const options = calloc(1, program->options_bytes);
    if (options == NULL) {
        return say_no_memory(program);
    }
    const enum options_result result = program->read_options(options, argc, argv);
    const int status = result == OPTIONS_RUN ? run_with(program, options) : result == OPTIONS_DONE ? 0 : 2;
    free(options);
    return status;
}
