/* A command line as rows of options say, and what was given of them: "--name value" or "--name=value". */
#ifndef SERVER_COMMAND_LINE_H
#define SERVER_COMMAND_LINE_H

#include <stddef.h>

enum options_result {
    OPTIONS_RUN,
    OPTIONS_DONE, /* --help or --version was answered */
    OPTIONS_WRONG /* the sentence was written to standard error */
};

struct option_row {
    int id;
    const char *name;
    const char *value; /* NULL: takes none */
    const char *text;
};

struct option_rows {
    const struct option_row *rows;
    size_t count;
};

/* Options of --kind may come after those of --set: all are kept, in order, and looked at afterwards. */
struct given_option {
    int id;
    const char *value;
};

struct command_line {
    const char *program;
    struct option_rows own;    /* of the program */
    struct option_rows common; /* of all programs */
    int id_of_file;            /* the option whose value is a file of more options, one a line */
    int count;
    struct given_option *given; /* the caller frees it ... */
    char *texts;                /* ... and this: what is given by a file */
};

/* Takes all of argv, whose texts stay its own, and of the file. OPTIONS_RUN or OPTIONS_WRONG. */
enum options_result command_line_read(struct command_line *line, int argc, char **argv);

/* The value of the last option of this id, "" where it takes none; NULL: it was not given. */
const char *command_line_last(const struct command_line *line, int id);

/* Writes name, value and text of each row to standard output. */
void command_line_print(const struct command_line *line);

/* Writes one sentence to standard error. Returns OPTIONS_WRONG. */
__attribute__((format(printf, 2, 3))) enum options_result command_line_wrong(const struct command_line *line,
                                                                             const char *format, ...);

#endif
