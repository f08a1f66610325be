/* The report as one HTML file. */
#define _POSIX_C_SOURCE 200809L

#include "page.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"
#include "html.h"
#include "page_health.h"
#include "page_style.h"
#include "plot.h"
#include "words.h"

/* Text that grows in memory. */
struct part {
    FILE *out;
    char *text;
    size_t bytes;
};

/* The order of subjects on the page. */
enum rank { RANK_FINDINGS, RANK_NO_VERDICT, RANK_HEALTHY, RANKS };

/* Parts that are written side by side: the lines of the table of all subjects, and the section of each. */
struct page {
    const struct options *options;
    const char *input_name;
    struct part lines[RANKS];
    struct part sections[RANKS];
    uint32_t subjects;
    uint32_t with_findings;
    uint32_t not_judged;
    uint32_t shown;
    uint32_t healthy_shown;
};

static bool open_part(struct part *part)
{
    part->out = open_memstream(&part->text, &part->bytes);
    return part->out != NULL;
}

static void close_part(struct part *part)
{
    if (part->out != NULL)
        fclose(part->out);
    free(part->text);
}

int page_open(struct page **page, const struct options *options, const char *input_name)
{
    *page = calloc(1, sizeof(**page));
    if (*page != NULL) {
        (*page)->options = options;
        (*page)->input_name = input_name;
    }
    bool is_open = *page != NULL;
    for (int i = 0; is_open && i < RANKS; i++)
        is_open = open_part(&(*page)->lines[i]) && open_part(&(*page)->sections[i]);
    return is_open ? 0 : complain("not enough memory for the page");
}

/* ------------------------------------------------------------------------------------------------- verdicts, on top */

static void write_finding(FILE *out, const mpe_error *error)
{
    const char *const remedy = words_remedy(error->message, mpe_reason_remedy(error->reason));
    fputs("<div class='verdict bad'><p class='code'>", out);
    html_text(out, mpe_code_name(error->code));
    fputs("</p><p>", out);
    html_printf(out, "%s: %s", mpe_code_title(error->code), words_event(error->event));
    fputs("</p><p>", out);
    html_printf(out, "%.*s", (int)(strlen(error->message) - strlen(remedy)), error->message);
    fputs("</p>", out);
    if (*remedy != '\0') {
        fputs("<p class='do'>What to do: ", out);
        html_text(out, remedy);
        fputs("</p>", out);
    }
    fputs("</div>\n", out);
}

static void write_no_finding(FILE *out, const struct page *page, const struct page_subject *subject)
{
    const bool is_accepted = subject->session != NULL && words_frames(subject->session) > 0;
    char destination[WORDS_BYTES];
    options_destination(page->options, destination);
    fprintf(out, "<div class='verdict%s'><p class='big'>", is_accepted ? "" : " unsure");
    if (is_accepted)
        html_printf(out,
                    page->options->profile == NULL ? "No finding: accepted by %s"
                                                   : "No finding: %s would take this stream",
                    destination);
    else
        html_printf(out, "No verdict: %s", subject->session == NULL ? "not judged" : "no frame came");
    fputs("</p></div>\n", out);
}

static void write_verdicts(FILE *out, const struct page *page, const struct page_subject *subject)
{
    for (uint32_t i = 0; i < subject->count; i++)
        write_finding(out, &subject->findings[i]);
    if (subject->count == 0)
        write_no_finding(out, page, subject);
    if (subject->conditions != NULL)
        page_health_conditions(out, subject->conditions, subject->began_us);
    if (subject->note != NULL && *subject->note != '\0') {
        fputs("<p class='note'>", out);
        html_text(out, subject->note);
        fputs("</p>\n", out);
    }
}

/* -------------------------------------------------------------------------------------------------------------- plots
 */

static int64_t limit_of(const struct page *page, int32_t param)
{
    int64_t limit = 0;
    mpe_channel_get(page->options->channel, param, &limit);
    return limit;
}

/* A moment of a track on the axis of the plots. */
static void mark(struct plot_marks *marks, const struct page_subject *subject, int32_t track_index, int64_t media_us)
{
    mpe_track track = {.struct_size = sizeof(track)};
    if (marks->count < PLOT_MARKS && mpe_session_track(subject->session, track_index, &track) == MPE_OK &&
        track.first_dts_us != INT64_MIN)
        marks->at_us[marks->count++] = media_us - track.first_dts_us;
}

/* When the findings of a track were decided, on the axis of the plots. */
static void mark_findings(struct plot_marks *marks, const struct page_subject *subject)
{
    for (uint32_t i = 0; i < subject->count; i++) {
        const mpe_error *const error = &subject->findings[i];
        if ((error->flags & MPE_ERROR_HAS_MEDIA_TIME) != 0)
            mark(marks, subject, error->track, error->media_us);
    }
}

/* The same of chunks that begin long after the last one ended, or before. */
static void mark_gaps(struct plot_marks *marks, const struct page_subject *subject)
{
    const struct conditions *const conditions = subject->conditions;
    for (uint32_t i = 0; conditions != NULL && i < conditions->kept; i++) {
        const mpe_notice *const notice = &conditions->items[i];
        if ((notice->flags & MPE_NOTICE_HAS_MEDIA_TIME) != 0 &&
            (notice->kind == MPE_NOTICE_TRACK_DISCONTINUITY || notice->kind == MPE_NOTICE_CHUNK_DROPPED))
            mark(marks, subject, notice->track, notice->media_us);
    }
}

#define PLOTS 6

static void write_plots(FILE *out, const struct page *page, const struct page_subject *subject)
{
    struct plot_marks marks = {.count = 0};
    struct plot_marks gaps = {.kind = "gap"};
    const struct plot plots[PLOTS] = {
        {SERIES_BITRATE_BPS, "Bitrate of all tracks", "Mbit/s", 1e6, false, true,
         limit_of(page, MPE_PARAM_MAX_BITRATE_BPS), "nothing was measured: too little media"},
        {SERIES_FRAME_RATE_MFPS, "Frame rate", "fps", 1e3, false, true, limit_of(page, MPE_PARAM_MAX_FRAME_RATE_MFPS),
         "nothing was measured: no video, or too little"},
        {SERIES_KEY_INTERVAL_US, "Key-frame intervals", "s", 1e6, true, true, 0, "fewer than two key frames came"},
        {SERIES_LEAD_US, "Media ahead of the clock", "s", 1e6, false, true, limit_of(page, MPE_PARAM_MAX_LEAD_US),
         "not known: this input does not say when its bytes arrived; a capture of packets does, and --timing"},
        {SERIES_COMPOSITION_US, "Composition offsets", "s", 1e6, false, true, 0, "no video came"},
        {SERIES_GAP_US, "Gaps and jumps of decode times", "s", 1e6, true, true, 0, "none"},
    };
    mark_findings(&marks, subject);
    mark_gaps(&gaps, subject);
    fputs("<h3>Over time</h3>", out);
    if (marks.count > 0)
        fputs("<p class='dim'>Each red vertical line is where a finding was decided.</p>", out);
    if (gaps.count > 0)
        fputs("<p class='dim'>Each dotted vertical line is where media is missing or came twice.</p>", out);
    fputs("<div class='plots'>\n", out);
    for (size_t i = 0; i < PLOTS * 2; i++) /* those with nothing to draw come last */
        if ((subject->series->lines[plots[i % PLOTS].line].count == 0) == (i >= PLOTS))
            plot_draw(out, &plots[i % PLOTS], subject->series, &marks, &gaps);
    fputs("</div>\n", out);
}

/* ------------------------------------------------------------------------------------------------------------- tables
 */

static void write_cell(FILE *out, const char *kind, const char *text)
{
    fprintf(out, "<td class='%s'>", kind);
    html_text(out, text);
    fputs("</td>", out);
}

static void write_track(FILE *out, int32_t index, const mpe_track *track)
{
    char text[WORDS_BYTES];
    fprintf(out, "<tr><td class='n'>%d</td>", (int)index);
    write_cell(out, "", words_media(track->media));
    write_cell(out, "", track->codec);
    words_size(track, text);
    write_cell(out, "", text);
    words_rate(track->measured_mfps, track->declared_mfps, 1e3, text);
    write_cell(out, "n", text);
    words_rate(track->measured_bps, track->declared_bps, 1e6, text);
    write_cell(out, "n", text);
    fprintf(out, "<td class='n'>%" PRIu64 "</td><td class='n'>%" PRIu64 "</td>", track->frames, track->key_frames);
    words_bytes(track->bytes, text);
    write_cell(out, "n", text);
    words_duration(track, text);
    write_cell(out, "n", text);
    fputs("</tr>\n", out);
}

static void write_tracks(FILE *out, const mpe_session *session)
{
    mpe_track track = {.struct_size = sizeof(track)};
    fputs("<h3>Tracks</h3><div class='scroll'><table><tr><th>track</th><th>media</th><th>codec</th><th>size</th>"
          "<th>fps (declared)</th><th>Mbit/s (declared)</th><th>frames</th><th>key frames</th><th>bytes</th>"
          "<th>duration</th></tr>\n",
          out);
    for (int32_t i = 0; mpe_session_track(session, i, &track) == MPE_OK; i++) {
        write_track(out, i, &track);
        track = (mpe_track){.struct_size = sizeof(track)};
    }
    fputs("</table></div>\n", out);
}

static void write_evidence(FILE *out, const mpe_error *error)
{
    char text[WORDS_BYTES] = "-";
    fputs("<tr>", out);
    write_cell(out, "code", mpe_code_name(error->code));
    write_cell(out, "code", mpe_reason_name(error->reason));
    if (error->flags & MPE_ERROR_HAS_OFFSET)
        snprintf(text, sizeof(text), "%" PRIu64 " (0x%" PRIx64 ")", error->offset_bytes, error->offset_bytes);
    write_cell(out, "n", text);
    snprintf(text, sizeof(text), "-");
    if (error->flags & MPE_ERROR_HAS_MEDIA_TIME)
        snprintf(text, sizeof(text), "%.3f s", (double)error->media_us / 1e6);
    write_cell(out, "n", text);
    snprintf(text, sizeof(text), "-");
    if (error->track >= 0)
        snprintf(text, sizeof(text), "%d", (int)error->track);
    write_cell(out, "n", text);
    snprintf(text, sizeof(text), "-");
    if (error->flags & MPE_ERROR_HAS_VALUE)
        words_quantity(error->value, error->unit, text);
    write_cell(out, "n", text);
    snprintf(text, sizeof(text), "-");
    if (error->flags & MPE_ERROR_HAS_LIMIT)
        words_quantity(error->limit, error->unit, text);
    write_cell(out, "n", text);
    fputs("</tr>\n", out);
}

static void write_all_evidence(FILE *out, const struct page_subject *subject)
{
    if (subject->count == 0)
        return;
    fputs("<h3>Evidence</h3><div class='scroll'><table><tr><th>code</th><th>reason</th><th>deciding byte</th>"
          "<th>media time</th><th>track</th><th>measured</th><th>limit</th></tr>\n",
          out);
    for (uint32_t i = 0; i < subject->count; i++)
        write_evidence(out, &subject->findings[i]);
    fputs("</table></div>\n", out);
}

/* ----------------------------------------------------------------------------------------------------------- subjects
 */

static void write_section(FILE *out, const struct page *page, const struct page_subject *subject)
{
    fprintf(out, "<section class='subject' id='subject-%u'>", page->subjects);
    if (subject->title != NULL) {
        fputs("<h2>", out);
        html_text(out, subject->title);
        fputs("</h2>", out);
    }
    fputs("<p class='dim'>", out);
    html_text(out, subject->head);
    fputs("</p>\n", out);
    write_verdicts(out, page, subject);
    if (subject->series != NULL)
        write_plots(out, page, subject);
    if (subject->session != NULL)
        write_tracks(out, subject->session);
    write_all_evidence(out, subject);
    if (subject->conditions != NULL)
        page_health_events(out, subject->conditions, subject->began_us);
    fputs("</section>\n", out);
}

static void write_line(FILE *out, const struct page *page, const struct page_subject *subject, bool has_section)
{
    fprintf(out, "<tr%s><td>", subject->count > 0 ? " class='bad'" : "");
    if (has_section)
        fprintf(out, "<a href='#subject-%u'>", page->subjects);
    html_text(out, subject->title != NULL ? subject->title : page->input_name);
    fputs(has_section ? "</a></td>" : "</td>", out);
    write_cell(out, "", subject->head);
    write_cell(out, "code", subject->verdict);
    fputs("</tr>\n", out);
}

static enum rank rank_of(const struct page_subject *subject)
{
    if (subject->count > 0)
        return RANK_FINDINGS;
    return subject->session != NULL && words_frames(subject->session) > 0 ? RANK_HEALTHY : RANK_NO_VERDICT;
}

/* A quarter of the room is for those that nothing is wrong with, to compare with. */
static bool has_room(struct page *page, bool is_healthy)
{
    if (page->shown >= PAGE_MAX_SUBJECTS || (is_healthy && page->healthy_shown >= PAGE_MAX_SUBJECTS / 4))
        return false;
    page->shown++;
    page->healthy_shown += is_healthy;
    return true;
}

int page_add(struct page *page, const struct page_subject *subject)
{
    page->subjects++;
    page->with_findings += subject->count > 0;
    page->not_judged += subject->session == NULL;
    const bool has_section = has_room(page, subject->count == 0);
    FILE *const line = page->lines[rank_of(subject)].out;
    FILE *const section = page->sections[rank_of(subject)].out;
    write_line(line, page, subject, has_section);
    if (has_section)
        write_section(section, page, subject);
    return ferror(line) || ferror(section) ? complain("not enough memory for the page") : 0;
}

/* ----------------------------------------------------------------------------------------------------------- the page
 */

static void write_head(FILE *out, const struct page *page)
{
    char destination[WORDS_BYTES];
    fputs("<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'>\n"
          "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'; "
          "base-uri 'none'; form-action 'none'\">\n"
          "<meta name='viewport' content='width=device-width, initial-scale=1'><meta name='referrer' "
          "content='no-referrer'>\n"
          "<title>mpe-inspect: ",
          out);
    html_text(out, page->input_name);
    fprintf(out, "</title>\n<style>\n%s</style></head>\n<body><header><h1>mpe-inspect: ", page_style);
    html_text(out, page->input_name);
    fputs("</h1><p class='dim'>", out);
    options_destination(page->options, destination);
    html_printf(out, "judged as %s would", destination);
    fputs("</p></header>\n", out);
}

static void write_parts(FILE *out, const struct part parts[RANKS])
{
    for (int i = 0; i < RANKS; i++)
        fwrite(parts[i].text, 1, parts[i].bytes, out);
}

static void write_overview(FILE *out, const struct page *page)
{
    if (page->subjects < 2)
        return;
    const uint32_t judged = page->subjects - page->not_judged;
    fprintf(out, "<div class='verdict%s'><p class='big'>%u of %u ingests would be refused or ended</p>",
            page->with_findings > 0 ? " bad" : "", page->with_findings, page->subjects);
    if (judged < page->subjects)
        fprintf(out, "<p>%u could not be judged</p>", page->not_judged);
    fputs("</div>\n<div class='scroll'><table><tr><th>ingest</th><th>from, to, when</th><th>verdict</th></tr>\n", out);
    write_parts(out, page->lines);
    fputs("</table></div>\n", out);
    if (page->shown < page->subjects)
        fprintf(out, "<p class='dim'>%u of them are shown below.</p>\n", page->shown);
}

/* Parameters that differ from the kind's own. */
static void write_parameters(FILE *out, const struct page *page)
{
    for (int32_t i = 0; i < mpe_param_count(); i++) {
        const int32_t param = mpe_param_at(i);
        int64_t standard = 0;
        mpe_param_bounds(param, page->options->kind, NULL, NULL, &standard);
        const int64_t value = limit_of(page, param);
        if (value != standard)
            html_printf(out, " %s=%" PRId64, mpe_param_name(param), value);
    }
}

static void write_foot(FILE *out, const struct page *page)
{
    fputs("<footer class='dim'><p>", out);
    html_printf(out, "mpe-inspect %s (%s)", mpe_version_string(), mpe_build_info());
    fputs("</p><p class='code'>Parameters other than the kind's own:", out);
    write_parameters(out, page);
    fputs("</p></footer></body></html>\n", out);
}

static int say_unwritten(const struct page *page)
{
    return complain("cannot write the page %s: %s", page->options->report_path, strerror(errno));
}

int page_write(struct page *page)
{
    bool is_whole = true;
    for (int i = 0; i < RANKS; i++)
        is_whole = fflush(page->lines[i].out) == 0 && fflush(page->sections[i].out) == 0 && is_whole;
    if (!is_whole)
        return complain("not enough memory for the page");
    FILE *const out = fopen(page->options->report_path, "w");
    if (out == NULL)
        return say_unwritten(page);
    write_head(out, page);
    write_overview(out, page);
    write_parts(out, page->sections);
    write_foot(out, page);
    const bool is_written = ferror(out) == 0;
    return (fclose(out) == 0 && is_written) ? 0 : say_unwritten(page);
}

void page_free(struct page *page)
{
    if (page == NULL)
        return;
    for (int i = 0; i < RANKS; i++) {
        close_part(&page->lines[i]);
        close_part(&page->sections[i]);
    }
    free(page);
}
