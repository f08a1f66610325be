/* Draws one line of a series as SVG. */
#include "plot.h"

#include <math.h>

#include "html.h"

/* Of the SVG's own coordinates. */
#define WIDTH  640.0
#define HEIGHT 200.0
#define LEFT   58.0
#define RIGHT  14.0
#define TOP    12.0
#define BOTTOM 26.0

struct axis {
    double from, to; /* values at the ends */
    double at, span; /* coordinates: of from, and on to to */
    double step;     /* between ticks */
};

static double place(const struct axis *axis, double value)
{
    return axis->at + (value - axis->from) / (axis->to - axis->from) * axis->span;
}

/* 1, 2 or 5 times a power of ten, for about count ticks. */
static double nice_step(double range, int count)
{
    const double rough = range / count;
    const double power = pow(10.0, floor(log10(rough)));
    const double digit = rough / power;
    return (digit <= 1.0 ? 1.0 : digit <= 2.0 ? 2.0 : digit <= 5.0 ? 5.0 : 10.0) * power;
}

static void set_range(struct axis *axis, double from, double to, int ticks)
{
    if (to - from < 1e-9) {
        from -= 0.5;
        to += 0.5;
    }
    axis->step = nice_step(to - from, ticks);
    axis->from = from;
    axis->to = to;
}

/* The values and, where it is near, the limit; whole steps, so that nothing touches the frame. */
static void fit_values(struct axis *y, const struct plot *plot, const struct series *series)
{
    const struct series_point *const points = series->lines[plot->line].points;
    double least = (double)points[0].min, most = (double)points[0].max;
    for (uint32_t i = 1; i < series->lines[plot->line].count; i++) {
        least = fmin(least, (double)points[i].min);
        most = fmax(most, (double)points[i].max);
    }
    if (plot->limit > 0 && (double)plot->limit < fmax(most, 1.0) * 3.0)
        most = fmax(most, (double)plot->limit);
    if (plot->begins_at_0)
        least = fmin(least, 0.0);
    set_range(y, least / plot->scale, most / plot->scale, 4);
    set_range(y, floor(y->from / y->step) * y->step, ceil(y->to / y->step + 0.05) * y->step, 4);
}

static void fit_time(struct axis *x, const struct series *series)
{
    set_range(x, 0.0, fmax((double)series->media_us / 1e6, 0.001), 8);
}

static int decimals(double step)
{
    return step >= 1.0 ? 0 : step >= 0.1 ? 1 : step >= 0.01 ? 2 : 3;
}

static void draw_grid(FILE *out, const struct axis *x, const struct axis *y)
{
    for (double v = ceil(y->from / y->step - 1e-6) * y->step; v <= y->to + y->step * 1e-6; v += y->step) {
        const double at = place(y, v);
        fprintf(out, "<line class='grid' x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f'/>", LEFT, at, WIDTH - RIGHT, at);
        fprintf(out, "<text class='tick' x='%.1f' y='%.1f' text-anchor='end'>%.*f</text>\n", LEFT - 6, at + 4,
                decimals(y->step), fabs(v) < y->step * 1e-6 ? 0.0 : v);
    }
    for (double v = 0.0; v <= x->to + x->step * 1e-6; v += x->step)
        fprintf(out, "<text class='tick' x='%.1f' y='%.1f' text-anchor='middle'>%.*f%s</text>\n", place(x, v),
                HEIGHT - 8, decimals(x->step), v, v == 0.0 ? " s" : "");
}

static void draw_limit(FILE *out, const struct plot *plot, const struct axis *y)
{
    const double limit = (double)plot->limit / plot->scale;
    if (plot->limit <= 0 || limit > y->to)
        return;
    const double at = place(y, limit);
    fprintf(out, "<line class='limit' x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f'/>", LEFT, at, WIDTH - RIGHT, at);
    fprintf(out, "<text class='limit' x='%.1f' y='%.1f' text-anchor='end'>limit %g %s</text>\n", WIDTH - RIGHT - 4,
            at < TOP + 16 ? at + 14 : at - 5, limit, plot->unit);
}

static double value_of(const struct plot *plot, int64_t value)
{
    return (double)value / plot->scale;
}

/* The band from the least to the most, and its upper edge. */
static void draw_line(FILE *out, const struct plot *plot, const struct series *series, const struct axis *x,
                      const struct axis *y)
{
    const struct series_point *const points = series->lines[plot->line].points;
    const uint32_t count = series->lines[plot->line].count;
    fputs("<polygon class='band' points='", out);
    for (uint32_t i = 0; i < count; i++)
        fprintf(out, "%.1f,%.1f ", place(x, (double)points[i].at_us / 1e6), place(y, value_of(plot, points[i].max)));
    for (uint32_t i = count; i-- > 0;)
        fprintf(out, "%.1f,%.1f ", place(x, (double)points[i].at_us / 1e6), place(y, value_of(plot, points[i].min)));
    fputs("'/>\n<polyline class='curve' points='", out);
    for (uint32_t i = 0; i < count; i++)
        fprintf(out, "%.1f,%.1f ", place(x, (double)points[i].at_us / 1e6), place(y, value_of(plot, points[i].max)));
    fputs("'/>\n", out);
    if (count == 1)
        fprintf(out, "<circle class='dot' cx='%.1f' cy='%.1f' r='3'/>\n", place(x, (double)points[0].at_us / 1e6),
                place(y, value_of(plot, points[0].max)));
}

static void draw_events(FILE *out, const struct plot *plot, const struct series *series, const struct axis *x,
                        const struct axis *y)
{
    const struct series_point *const points = series->lines[plot->line].points;
    const double zero = place(y, fmin(fmax(0.0, y->from), y->to));
    for (uint32_t i = 0; i < series->lines[plot->line].count; i++) {
        const int64_t extreme = -points[i].min > points[i].max ? points[i].min : points[i].max;
        const double at = place(x, (double)points[i].at_us / 1e6);
        const double top = place(y, value_of(plot, extreme));
        fprintf(out, "<line class='stem' x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f'/>", at, zero, at, top);
        fprintf(out, "<circle class='dot' cx='%.1f' cy='%.1f' r='2'/>\n", at, top);
    }
}

/* "0.3 to 4.1 Mbit/s; limit 20 Mbit/s" */
static void draw_caption(FILE *out, const struct plot *plot, const struct series *series)
{
    const struct series_point *const points = series->lines[plot->line].points;
    int64_t least = INT64_MAX;
    int64_t most = INT64_MIN;
    for (uint32_t i = 0; i < series->lines[plot->line].count; i++) {
        least = points[i].min < least ? points[i].min : least;
        most = points[i].max > most ? points[i].max : most;
    }
    if (most - least > most / 1000)
        html_printf(out, "%.3g to ", value_of(plot, least));
    html_printf(out, "%.4g %s", value_of(plot, most), plot->unit);
    if (plot->limit > 0)
        html_printf(out, "; limit %.4g %s", value_of(plot, plot->limit), plot->unit);
}

static void draw_marks(FILE *out, const struct plot_marks *marks, const struct axis *x)
{
    for (uint32_t i = 0; i < marks->count; i++) {
        const double seconds = (double)marks->at_us[i] / 1e6;
        if (seconds >= x->from && seconds <= x->to)
            fprintf(out, "<line class='mark%s%s' x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f'/>\n",
                    marks->kind == NULL ? "" : " ", marks->kind == NULL ? "" : marks->kind, place(x, seconds), TOP,
                    place(x, seconds), HEIGHT - BOTTOM);
    }
}

void plot_draw(FILE *out, const struct plot *plot, const struct series *series, const struct plot_marks *marks,
               const struct plot_marks *more)
{
    struct axis x = {.at = LEFT, .span = WIDTH - LEFT - RIGHT};
    struct axis y = {.at = HEIGHT - BOTTOM, .span = -(HEIGHT - TOP - BOTTOM)};
    fputs("<figure><figcaption><b>", out);
    html_text(out, plot->title);
    fputs("</b> <span>", out);
    if (series->lines[plot->line].count == 0) {
        html_text(out, plot->nothing);
        fputs("</span></figcaption></figure>\n", out);
        return;
    }
    draw_caption(out, plot, series);
    fputs("</span></figcaption>\n", out);
    fit_time(&x, series);
    fit_values(&y, plot, series);
    fprintf(out, "<svg viewBox='0 0 %g %g' role='img' aria-label='", WIDTH, HEIGHT);
    html_printf(out, "%s over media time in seconds", plot->title);
    fputs("'>\n", out);
    draw_grid(out, &x, &y);
    if (plot->is_events)
        draw_events(out, plot, series, &x, &y);
    else
        draw_line(out, plot, series, &x, &y);
    draw_limit(out, plot, &y);
    draw_marks(out, marks, &x);
    draw_marks(out, more, &x);
    fputs("</svg></figure>\n", out);
}
