/* The command line of mpe-inspect. */
#ifndef INSPECT_OPTIONS_H
#define INSPECT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <mpe/mpe.h>

#include "words.h"

struct options {
    int32_t kind;     /* enum mpe_channel_kind */
    int32_t protocol; /* enum mpe_protocol */
    bool has_kind;    /* the command line names it */
    bool first;
    bool json;
    bool one_channel; /* all ingests of a capture are of one channel */
    bool conditions;  /* as lines of JSON, these two */
    bool notices;
    const char *profile;     /* NULL: none */
    const char *timing_path; /* NULL: clocked by media time */
    const char *report_path; /* NULL: no page is written */
    const char *input_path;  /* "-": standard input */
    mpe_channel *channel;    /* made from all of it */
    int argc;                /* for options_channel */
    char **argv;
};

enum options_result {
    OPTIONS_RUN,
    OPTIONS_DONE, /* --help or --version was answered */
    OPTIONS_WRONG /* one sentence was written */
};

/* Reads the command line and makes the channel; to be freed by options_free in any case. */
enum options_result options_read(struct options *options, int argc, char **argv);

/*
 * Makes one more channel of these options; to be freed by the caller. has_clock: what is inspected says when it
 * arrived; then the defaults are those of a server's channel, but for report_all and what is said of its health. 0, or
 * EXIT_UNUSABLE after one sentence.
 */
int options_channel(const struct options *options, bool has_clock, mpe_channel **channel);

/* Who judges: "an encoding channel", or the name of the profile. */
void options_destination(const struct options *options, char text[WORDS_BYTES]);

void options_free(struct options *options);

#endif
