/* Finds options by their rows, on the command line and in a file of options, and prints the help. */
#include "command_line.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES 65536u
#define BLANKS     " \t\r"

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

static const struct option_row *find_option(const struct command_line *line, const char *argument, size_t length)
{
    const struct option_row *row = find_row(&line->own, argument, length);
    return row != NULL ? row : find_row(&line->common, argument, length);
}

static enum options_result read_file(struct command_line *line, const char *name);

static enum options_result add_given(struct command_line *line, int id, const char *value)
{
    struct given_option *more = realloc(line->given, ((size_t)line->count + 1) * sizeof(*more));
    if (more == NULL) {
        return command_line_wrong(line, "out of memory");
    }
    line->given = more;
    line->given[line->count].id = id;
    line->given[line->count].value = value;
    line->count++;
    return id == line->id_of_file ? read_file(line, value) : OPTIONS_RUN;
}

/* Takes the option at argv[*at]. */
static enum options_result take_option(struct command_line *line, int argc, char **argv, int *at)
{
    const char *argument = argv[*at];
    const char *equals = strchr(argument, '=');
    size_t length = equals != NULL ? (size_t)(equals - argument) : strlen(argument);
    const struct option_row *row = find_option(line, argument, length);
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
    return add_given(line, row->id, value);
}

/* -------------------------------------------------------------------- a file */

/* One line, which may hold a secret: what is wrong with it is said without its text. */
static enum options_result take_line(struct command_line *line, char *text, const char *file, unsigned number)
{
    char *name = text + strspn(text, BLANKS);
    size_t length = strcspn(name, BLANKS "=");
    char *rest = name + length;
    if (*name == '\0' || *name == '#') {
        return OPTIONS_RUN;
    }
    const struct option_row *row = find_option(line, name, length);
    if (row == NULL) {
        return command_line_wrong(line, "--options %s: line %u does not begin with an option, as --app live/TOKEN does",
                                  file, number);
    }
    for (char *end = rest + strlen(rest); end > rest && strchr(BLANKS, end[-1]) != NULL; end--) {
        end[-1] = '\0';
    }
    char *value = rest + (*rest == '=' ? 1 : strspn(rest, BLANKS));
    if ((row->value != NULL) != (*rest != '\0')) {
        return command_line_wrong(line, "--options %s: line %u: %s takes %s value", file, number, row->name,
                                  row->value != NULL ? "a" : "no");
    }
    return add_given(line, row->id, row->value != NULL ? value : NULL);
}

/* The whole file, or NULL: errno says why. */
static char *load(const char *name)
{
    FILE *file = fopen(name, "r");
    char *text = file != NULL ? malloc(FILE_BYTES) : NULL;
    size_t length = text != NULL ? fread(text, 1, FILE_BYTES, file) : 0;
    if (text != NULL && (ferror(file) || length == FILE_BYTES || memchr(text, '\0', length) != NULL)) {
        errno = ferror(file) ? errno : EFBIG;
        free(text);
        text = NULL;
    }
    if (text != NULL) {
        text[length] = '\0';
    }
    if (file != NULL) {
        fclose(file);
    }
    return text;
}

static enum options_result read_file(struct command_line *line, const char *name)
{
    unsigned number = 0;
    if (line->texts != NULL) {
        return command_line_wrong(line, "--options may be given once, and not in its own file");
    }
    line->texts = load(name);
    if (line->texts == NULL) {
        return command_line_wrong(line, "--options %.80s: %s", name,
                                  errno == EFBIG ? "this is no text of less than 64 KiB" : strerror(errno));
    }
    enum options_result result = OPTIONS_RUN;
    for (char *text = line->texts, *next; text != NULL && result == OPTIONS_RUN; text = next) {
        next = strchr(text, '\n');
        if (next != NULL) {
            *next++ = '\0';
        }
        result = take_line(line, text, name, ++number);
    }
    return result;
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
