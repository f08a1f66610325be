/*
 * mpe-inspect: which result codes a recorded live ingest would have met.
 *
 * It reads an FLV file, the client-to-server bytes of an RTMP connection or the fragmented MP4 of one POST, feeds them
 * to a session and prints the findings. The whole use of libmpe is in inspect.c and options.c.
 */
#include <stdio.h>
#include <stdlib.h>

#include "complain.h"
#include "input.h"
#include "inspect.h"
#include "options.h"

static int open_and_inspect(const struct options *options)
{
    struct input *input = malloc(sizeof(*input));
    if (input == NULL)
        return complain("not enough memory");
    int status = input_open(input, options->input_path);
    if (status == 0) {
        status = inspect(options, input);
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
