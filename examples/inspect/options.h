/* The command line of mpe-inspect. */
#ifndef INSPECT_OPTIONS_H
#define INSPECT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <mpe/mpe.h>

struct options {
    int32_t kind;     /* enum mpe_channel_kind */
    int32_t protocol; /* enum mpe_protocol */
    bool has_kind; /* the command line names it */
    bool first;
    bool json;
    bool conditions; /* as lines of JSON, these two */
    bool notices;
    const char *profile; /* NULL: none */
    const char *timing_path; /* NULL: clocked by media time */
    const char *input_path;  /* "-": standard input */
    mpe_channel *channel;    /* made from all of it */
};

enum options_result {
    OPTIONS_RUN,
    OPTIONS_DONE, /* --help or --version was answered */
    OPTIONS_WRONG /* one sentence was written */
};

/* Reads the command line and makes the channel; to be freed by options_free in any case. */
enum options_result options_read(struct options *options, int argc, char **argv);

void options_free(struct options *options);

#endif
