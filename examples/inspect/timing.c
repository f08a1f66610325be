/* Reads the table that says when the bytes of a capture arrived. */
#define _POSIX_C_SOURCE 200809L

#include "timing.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"

/* A hundred years: far above any capture, and in microseconds far below what an int64_t holds. */
#define MAX_TIME_S 3.2e9

struct line {
    const char *path;
    size_t number;
    char *text;
};

/* Writes into field the next number of the line, up to its separator. false: there is none. */
static bool take_field(char **rest, char **field)
{
    char *start = *rest + strspn(*rest, " \t");
    char *end = start + strcspn(start, " \t\r\n");
    if (start == end)
        return false;
    *rest = *end == '\0' ? end : end + 1;
    *end = '\0';
    *field = start;
    return true;
}

static bool parse_seconds(const char *text, int64_t *time_us)
{
    char *end = NULL;
    const double seconds = strtod(text, &end);
    if (end == text || *end != '\0' || !(seconds >= 0.0 && seconds <= MAX_TIME_S))
        return false;
    *time_us = (int64_t)(seconds * 1e6 + 0.5);
    return true;
}

static bool parse_bytes(const char *text, uint64_t *bytes)
{
    char *end = NULL;
    if (!isdigit((unsigned char)text[0]))
        return false;
    errno = 0;
    *bytes = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0' && *bytes <= INT64_MAX;
}

/* A line to be skipped: empty, a comment, or, before the first row, the names of the columns. */
static bool is_skipped(const char *text, bool first)
{
    const unsigned char c = (unsigned char)text[strspn(text, " \t\r\n")];
    return c == '\0' || c == '#' || (first && isalpha(c));
}

/* Parses one line that follows the row before. 0 or EXIT_UNUSABLE. */
static int parse_row(const struct line *line, const struct timing_row *before, struct timing_row *row)
{
    char *rest = line->text;
    char *fields[3];
    uint64_t offset = 0;
    uint64_t length = 0;
    for (int i = 0; i < 3; i++)
        if (!take_field(&rest, &fields[i]))
            return complain("%s: line %zu has %d of the 3 columns: seconds, byte offset, length", line->path,
                            line->number, i);
    if (rest[strspn(rest, " \t\r\n")] != '\0')
        return complain("%s: line %zu has more than the 3 columns: seconds, byte offset, length", line->path,
                        line->number);
    if (!parse_seconds(fields[0], &row->time_us))
        return complain("%s: line %zu: '%s' is not a time in seconds", line->path, line->number, fields[0]);
    if (!parse_bytes(fields[1], &offset))
        return complain("%s: line %zu: '%s' is not a byte offset", line->path, line->number, fields[1]);
    if (!parse_bytes(fields[2], &length))
        return complain("%s: line %zu: '%s' is not a length in bytes", line->path, line->number, fields[2]);
    if (row->time_us < before->time_us)
        return complain("%s: line %zu: the time %s goes back", line->path, line->number, fields[0]);
    if (offset != before->end_bytes)
        return complain("%s: line %zu %s: it begins at byte %s, the bytes before it end at %llu", line->path,
                        line->number, offset > before->end_bytes ? "leaves a gap" : "overlaps the line before",
                        fields[1], (unsigned long long)before->end_bytes);
    row->end_bytes = offset + length;
    return 0;
}

static int append(struct timing *timing, const struct timing_row *row, size_t *capacity)
{
    if (timing->count == *capacity) {
        const size_t grown = *capacity == 0 ? 256 : *capacity * 2;
        struct timing_row *rows = realloc(timing->rows, grown * sizeof(*rows));
        if (rows == NULL)
            return complain("not enough memory for a timing table of %zu lines", grown);
        timing->rows = rows;
        *capacity = grown;
    }
    timing->rows[timing->count++] = *row;
    return 0;
}

static int read_lines(struct timing *timing, FILE *file, struct line *line)
{
    struct timing_row row = {0};
    size_t capacity = 0;
    size_t size = 0;
    int status = 0;
    while (status == 0 && getline(&line->text, &size, file) >= 0) {
        line->number++;
        if (is_skipped(line->text, timing->count == 0))
            continue;
        const struct timing_row before = row;
        status = parse_row(line, &before, &row);
        if (status == 0)
            status = append(timing, &row, &capacity);
    }
    if (status == 0 && ferror(file))
        status = complain("cannot read %s: %s", line->path, strerror(errno));
    return status;
}

int timing_read(struct timing *timing, const char *path)
{
    *timing = (struct timing){0};
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return complain("cannot open the timing table %s: %s", path, strerror(errno));
    struct line line = {.path = path};
    int status = read_lines(timing, file, &line);
    free(line.text);
    fclose(file);
    if (status == 0 && timing->count == 0)
        status = complain("%s: the timing table holds no line of seconds, byte offset and length", path);
    return status;
}

void timing_free(struct timing *timing)
{
    free(timing->rows);
    *timing = (struct timing){0};
}

uint64_t timing_end(const struct timing *timing)
{
    return timing->count == 0 ? 0 : timing->rows[timing->count - 1].end_bytes;
}
