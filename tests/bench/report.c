/* Prints the rows of a benchmark with their goals, as text and JSON; the clocks that it measures by. */
#include "bench.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "probe/probe.h"

static json_t *rows;
static int missed;

void need(bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "bench: %s\n", what);
    exit(2);
}

double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int64_t clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void heading(const char *text)
{
    printf("\n%s\n", text);
}

static const char *word(enum goal_kind kind, bool met)
{
    if (kind == NO_GOAL)
        return "";
    return met ? "met" : "MISSED";
}

void row(const char *name, double value, const char *unit, enum goal_kind kind, double goal)
{
    char goal_text[40] = "";
    const bool met = kind == NO_GOAL || (kind == AT_LEAST ? value >= goal : value <= goal);
    if (kind != NO_GOAL)
        snprintf(goal_text, sizeof(goal_text), "%s %g", kind == AT_LEAST ? ">=" : "<=", goal);
    printf("%-70s %12.3f %-9s %-10s %s\n", name, value, unit, goal_text, word(kind, met));
    fflush(stdout);
    missed += !met;
    if (rows == NULL)
        rows = json_array();
    json_array_append_new(rows, json_pack("{s:s, s:f, s:s, s:o, s:o}", "name", name, "value", value, "unit", unit,
                                          "goal", kind == NO_GOAL ? json_null() : json_string(goal_text), "met",
                                          kind == NO_GOAL ? json_null() : json_boolean(met)));
}

/* An array of rows, one a line: for tools that read JSON, and for those that read lines. */
int report(const char *path, const char *machine)
{
    FILE *file = fopen(path, "w");
    json_t *item;
    size_t i;
    if (file == NULL)
        return -1;
    json_array_foreach(rows, i, item)
    {
        json_object_set_new(item, "machine", json_string(machine));
        fputs(i == 0 ? "[\n" : ",\n", file);
        json_dumpf(item, file, JSON_REAL_PRECISION(6));
    }
    fputs("\n]\n", file);
    json_decref(rows);
    return fclose(file) == 0 ? missed : -1;
}
