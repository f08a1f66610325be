#include "command_line.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum options_result command_line_wrong(const struct command_line *line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s: ", line->program);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return OPTIONS_WRONG;
}

static const struct option_row *find_row(const struct option_rows *rows, const char *argument, size_t length)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (strlen(rows->rows[i].name) == length && strncmp(rows->rows[i].name, argument, length) == 0) {
            return &rows->rows[i];
        }
    }
    return NULL;
}

/* Takes the option at argv[*at]. */
static enum options_result take_option(struct command_line *line, int argc, char **argv, int *at)
{
    const char *argument = argv[*at];
    const char *equals = strchr(argument, '=');
    size_t length = equals != NULL ? (size_t)(equals - argument) : strlen(argument);
    const struct option_row *row = find_row(&line->own, argument, length);
    row = row != NULL ? row : find_row(&line->common, argument, length);
    if (row == NULL) {
        return command_line_wrong(line, "there is no option \"%.*s\"; %s --help lists them", (int)length, argument,
                                  line->program);
    }
    const char *value = equals != NULL ? equals + 1 : NULL;
    if (row->value == NULL && value != NULL) {
        return command_line_wrong(line, "%s takes no value; write it alone", row->name);
    }
    if (row->value != NULL && value == NULL) {
        if (*at + 1 >= argc) {
            return command_line_wrong(line, "%s needs a value; write %s %s", row->name, row->name, row->value);
        }
        value = argv[++*at];
    }
    line->given[line->count].id = row->id;
    line->given[line->count].value = value;
    line->count++;
    return OPTIONS_RUN;
}

enum options_result command_line_read(struct command_line *line, int argc, char **argv)
{
    for (int at = 1; at < argc; at++) {
        if (take_option(line, argc, argv, &at) != OPTIONS_RUN) {
            return OPTIONS_WRONG;
        }
    }
    return OPTIONS_RUN;
}

const char *command_line_last(const struct command_line *line, int id)
{
    const char *value = NULL;
    for (int i = 0; i < line->count; i++) {
        if (line->given[i].id == id) {
            value = line->given[i].value != NULL ? line->given[i].value : "";
        }
    }
    return value;
}

static void print_rows(const struct option_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        const struct option_row *row = &rows->rows[i];
        printf("  %s%s%s\n      %s\n", row->name, row->value != NULL ? " " : "", row->value != NULL ? row->value : "",
               row->text);
    }
}

void command_line_print(const struct command_line *line)
{
    print_rows(&line->own);
    print_rows(&line->common);
}
