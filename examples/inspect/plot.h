/* Draws one line of a series as SVG. */
#ifndef INSPECT_PLOT_H
#define INSPECT_PLOT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "series.h"

struct plot {
    enum series_line line;
    const char *title;
    const char *unit;    /* of the axis */
    double scale;        /* values of the series per unit */
    bool is_events;      /* a stem for each point instead of a line */
    bool begins_at_0;    /* the axis does, where nothing lies below */
    int64_t limit;       /* 0: none */
    const char *nothing; /* what is said where there is no point */
};

#define PLOT_MARKS 16

/* Moments of interest: vertical lines. */
struct plot_marks {
    const char *kind; /* a class of the style sheet; NULL: of a finding */
    uint32_t count;
    int64_t at_us[PLOT_MARKS];
};

/* Writes a figure; two kinds of moments are marked in it. */
void plot_draw(FILE *out, const struct plot *plot, const struct series *series, const struct plot_marks *marks,
               const struct plot_marks *more);

#endif
