/* Conditions and notices on the page of a report. */
#include "page_health.h"

#include <string.h>

#include "html.h"
#include "words.h"

/* Spans of one condition that are listed; of more it is said how many. */
#define SPANS_MAX 6

static void write_quantity(FILE *out, const char *label, int64_t value, const char *unit)
{
    char text[WORDS_BYTES];
    words_quantity(value, unit, text);
    html_printf(out, "%s %s", label, text);
}

static void write_measured(FILE *out, const mpe_notice *notice)
{
    if ((notice->flags & MPE_NOTICE_HAS_VALUE) != 0)
        write_quantity(out, "; measured", notice->value, notice->unit);
    if ((notice->flags & MPE_NOTICE_HAS_LIMIT) != 0)
        write_quantity(out, "; limit", notice->limit, notice->unit);
}

/* "from 4.000 s to 9.000 s, from 30.000 s to the end" */
static void write_spans(FILE *out, const struct conditions *conditions, uint32_t index, int64_t began_us)
{
    uint32_t spans = 0;
    for (; index < conditions->kept; index = conditions_next(conditions, index)) {
        char end[40];
        if (spans++ >= SPANS_MAX)
            continue;
        conditions_end(conditions, index, began_us, end, sizeof(end));
        html_printf(out, "%sfrom %.3f s%s", spans > 1 ? ", " : "",
                    (double)(conditions->items[index].now_us - began_us) / 1e6, end);
    }
    if (spans > SPANS_MAX)
        html_printf(out, ", and %u times more", spans - SPANS_MAX);
}

/* The most severe of those that set the condition. */
static const mpe_notice *worst_of(const struct conditions *conditions, uint32_t index)
{
    const mpe_notice *worst = &conditions->items[index];
    for (; index < conditions->kept; index = conditions_next(conditions, index))
        if (conditions->items[index].severity > worst->severity)
            worst = &conditions->items[index];
    return worst;
}

static void write_condition(FILE *out, const struct conditions *conditions, uint32_t index, int64_t began_us)
{
    const mpe_notice *const notice = worst_of(conditions, index);
    const char *const remedy = words_remedy(notice->message, mpe_condition_remedy(notice->kind));
    fprintf(out, "<div class='verdict %s'><p class='code'>", conditions_severity(notice));
    html_text(out, mpe_condition_name(notice->kind));
    html_printf(out, " (%s)", conditions_severity(notice));
    fputs("</p><p>", out);
    html_printf(out, "%.*s", (int)(strlen(notice->message) - strlen(remedy)), notice->message);
    fputs("</p>", out);
    if (*remedy != '\0') {
        fputs("<p class='do'>What to do: ", out);
        html_text(out, remedy);
        fputs("</p>", out);
    }
    fputs("<p class='dim'>", out);
    write_spans(out, conditions, index, began_us);
    if (notice->track >= 0)
        html_printf(out, "; track %d", (int)notice->track);
    write_measured(out, notice);
    fputs("</p></div>\n", out);
}

void page_health_conditions(FILE *out, const struct conditions *conditions, int64_t began_us)
{
    for (uint32_t i = 0; i < conditions->kept; i++)
        if (conditions_is_first(conditions, i))
            write_condition(out, conditions, i, began_us);
    if (conditions->count > conditions->kept)
        html_printf(out, "Of %llu changes and events, the first %u are shown.", (unsigned long long)conditions->count,
                    conditions->kept);
}

static void write_event(FILE *out, const mpe_notice *notice, int64_t began_us)
{
    fprintf(out, "<tr><td class='n'>%.3f s</td><td class='n'>", (double)(notice->now_us - began_us) / 1e6);
    if (notice->track >= 0)
        fprintf(out, "%d", (int)notice->track);
    fputs("</td><td>", out);
    html_text(out, notice->message);
    fputs("</td></tr>\n", out);
}

void page_health_events(FILE *out, const struct conditions *conditions, int64_t began_us)
{
    bool is_open = false;
    for (uint32_t i = 0; i < conditions->kept; i++) {
        if (conditions->items[i].state != MPE_NOTICE_HAPPENED)
            continue;
        if (!is_open)
            fputs("<h3>What happened</h3><div class='scroll'><table><tr><th>at</th><th>track</th><th "
                  "class='wide'>what</th></tr>\n",
                  out);
        is_open = true;
        write_event(out, &conditions->items[i], began_us);
    }
    if (is_open)
        fputs("</table></div>\n", out);
}
