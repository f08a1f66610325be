/*
 * mpe-inspect: which result codes a recorded live ingest would have met.
 *
 * It reads an FLV file, the client-to-server bytes of an RTMP connection or the fragmented MP4 of one POST, feeds them
 * to a session and prints the findings: inspect.c. Of a capture of packets it does so with each connection: capture.c
 * and, where a session is fed, ingest.c.
 */
#include <stdio.h>
#include <stdlib.h>

#include "capture.h"
#include "complain.h"
#include "foreign.h"
#include "input.h"
#include "inspect.h"
#include "options.h"

static int inspect_any(const struct options *options, struct input *input)
{
    const int status = input_peek(input, 4);
    if (status != 0)
        return status;
    if (options->protocol != MPE_PROTOCOL_AUTO || !capture_is(input))
        return inspect(options, input);
    if (options->timing_path != NULL)
        return complain("%s is a capture, whose packets have their times; leave --timing out", input->name);
    return capture_inspect(options, input);
}

static int open_and_inspect(const struct options *options)
{
    const char *const foreign = foreign_by_name(options->input_path);
    if (foreign != NULL)
        return complain("%s %s", *options->input_path == '\0' ? "\"\"" : options->input_path, foreign);
    struct input *input = malloc(sizeof(*input));
    if (input == NULL)
        return complain("not enough memory");
    int status = input_open(input, options->input_path);
    if (status == 0) {
        status = inspect_any(options, input);
        input_close(input);
    }
    free(input);
    return status;
}

int main(int argc, char **argv)
{
    struct options options;
    int status = EXIT_UNUSABLE;
    switch (options_read(&options, argc, argv)) {
    case OPTIONS_RUN:
        status = open_and_inspect(&options);
        break;
    case OPTIONS_DONE:
        status = EXIT_NO_FINDING;
        break;
    case OPTIONS_WRONG:
        break;
    }
    options_free(&options);
    if ((fflush(stdout) != 0 || ferror(stdout)) && status != EXIT_UNUSABLE)
        status = complain("cannot write to standard output");
    return status;
}
