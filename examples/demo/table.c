/*
 * usage: table WIDTH plain|terminal FOLDER...
 *
 * Prints a row for each folder, where "expected" holds four lines (event, code, what was sent, HTTP status), "events"
 * the server's notifications, "server.log" and "encoder.log" what the two wrote on standard error, "status" and
 * "answer" what HTTP brought back.
 * Exit status 0: all as expected.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES 4096
#define WIDE       120 /* columns that a row needs with what was measured in it; 100 without */

struct row {
    char event[32];
    char code[64];
    char what[64];
    int answered; /* the HTTP status that the encoder must hear; 0: it hears none */
    int status;   /* the one that it heard */
    int findings;
    json_t *shown;      /* the first finding, or the ending where there is none; NULL: no notification came */
    char reported[512]; /* "": nothing */
    uint64_t bytes;     /* from the first to the deciding one */
    int64_t elapsed_ms; /* since the connection was accepted */
};

/* ------------------------------------------------------------------------------------------------------ what is there
 */

/* Calls use for each line, without its newline. */
static void each_line(const char *folder, const char *name, void (*use)(struct row *, const char *), struct row *row)
{
    char path[LINE_BYTES];
    char line[LINE_BYTES];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        use(row, line);
    }
    if (file != NULL)
        fclose(file);
}

static void take_expected(struct row *row, const char *line)
{
    if (row->event[0] == '\0')
        snprintf(row->event, sizeof(row->event), "%s", line);
    else if (row->code[0] == '\0')
        snprintf(row->code, sizeof(row->code), "%s", line);
    else if (row->what[0] == '\0')
        snprintf(row->what, sizeof(row->what), "%s", line);
    else
        row->answered = atoi(line);
}

static void take_status(struct row *row, const char *line)
{
    row->status = atoi(line);
}

static json_t *data_of(const json_t *event)
{
    return json_object_get(event, "data");
}

static json_t *evidence_of(const json_t *event)
{
    return json_object_get(data_of(event), "evidence");
}

static const char *text(const json_t *object, const char *key)
{
    const char *found = json_string_value(json_object_get(object, key));
    return found != NULL ? found : "";
}

static bool is_finding(const json_t *event)
{
    return event != NULL && strcmp(text(evidence_of(event), "reason"), "ENDED") != 0;
}

static void take_event(struct row *row, const char *line)
{
    json_t *event = json_loads(line, 0, NULL);
    if (is_finding(event))
        row->findings++;
    if (row->shown == NULL || (is_finding(event) && !is_finding(row->shown))) {
        json_decref(row->shown);
        row->shown = event;
    } else {
        json_decref(event);
    }
}

/* "mpe-guard: guard-1 127.0.0.xxx MPE_CODE after 3674 bytes, 185 ms (2560 px, limit 1920): ..." */
static void take_log(struct row *row, const char *line)
{
    char id[32], code[64];
    uint64_t bytes;
    int64_t elapsed_ms;
    if (sscanf(line, "mpe-%*[a-z]: %31s %*s %63s after %" SCNu64 " bytes, %" SCNd64 " ms", id, code, &bytes,
               &elapsed_ms) != 4 ||
        strcmp(id, text(data_of(row->shown), "streamId")) != 0 ||
        strcmp(code, text(data_of(row->shown), "resultCode")) != 0)
        return;
    const json_t *offset = json_object_get(evidence_of(row->shown), "offsetBytes");
    row->bytes = offset != NULL ? (uint64_t)json_integer_value(offset) + 1 : bytes;
    row->elapsed_ms = elapsed_ms;
}

/* In ffmpeg's words: "Server error: MPE_CODE: ..." over RTMP, "...: Server returned 403 Forbidden" over HTTP. */
static void take_reported(struct row *row, const char *line)
{
    static const char *const marks[] = {"Server error: ", "Server returned "};
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        const char *found = strstr(line, marks[i]);
        if (found != NULL && row->reported[0] == '\0')
            snprintf(row->reported, sizeof(row->reported), "%s", found + strlen(marks[i]));
    }
    if (row->status == 0)
        row->status = atoi(row->reported);
}

/* The body of an HTTP answer, as one that reads it sees it. */
static void take_answer(struct row *row, const char *line)
{
    json_t *answer = json_loads(line, 0, NULL);
    if (text(answer, "code")[0] != '\0')
        snprintf(row->reported, sizeof(row->reported), "%s: %s", text(answer, "code"), text(answer, "message"));
    json_decref(answer);
}

static void read_row(struct row *row, const char *folder)
{
    memset(row, 0, sizeof(*row));
    each_line(folder, "expected", take_expected, row);
    each_line(folder, "events", take_event, row);
    each_line(folder, "server.log", take_log, row);
    each_line(folder, "encoder.log", take_reported, row);
    each_line(folder, "status", take_status, row);
    each_line(folder, "answer", take_answer, row);
}

/* ------------------------------------------------------------------------------------------------------- what it says
 */

static const char *event_name(const struct row *row)
{
    if (!is_finding(row->shown))
        return "-";
    return strstr(text(row->shown, "eventType"), "Rejected") != NULL ? "rejected" : "disconnected";
}

static bool is_http(const struct row *row)
{
    return strncmp(text(data_of(row->shown), "ingestUrl"), "http:", 5) == 0;
}

/* MPE_UNKNOWN_ERROR says little without its reason. */
static void write_code(const struct row *row, char *out, size_t size)
{
    const char *code = text(data_of(row->shown), "resultCode");
    const char *reason = strcmp(code, "MPE_UNKNOWN_ERROR") == 0 ? text(evidence_of(row->shown), "reason") : "";
    if (!is_finding(row->shown))
        code = row->shown != NULL ? "accepted" : "none";
    snprintf(out, size, "%s%s%s", code, reason[0] != '\0' ? " " : "", reason);
}

/* At most three decimals, as in the sentence, and no last one that is zero. */
static void write_number(double number, char *out, size_t size)
{
    snprintf(out, size, "%.3f", number);
    char *end = out + strlen(out);
    while (end[-1] == '0')
        *--end = '\0';
    if (end[-1] == '.')
        *--end = '\0';
}

/* "60 / 30 fps"; the codec where nothing was counted; "" where there is neither. */
static void write_measured(const json_t *evidence, char *out, size_t size)
{
    static const struct {
        const char *unit;
        const char *shown;
        double divisor;
    } units[] = {{"us", "s", 1e6}, {"mfps", "fps", 1e3}, {"bps", "Mbit/s", 1e6}};
    const json_t *limit = json_object_get(evidence, "limit");
    const char *unit = text(evidence, "unit");
    double divisor = 1;
    char number[2][32];
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(unit, units[i].unit) == 0) {
            divisor = units[i].divisor;
            unit = units[i].shown;
            break;
        }
    }
    if (json_object_get(evidence, "value") == NULL) {
        snprintf(out, size, "%s", text(evidence, "codec"));
        return;
    }
    write_number((double)json_integer_value(json_object_get(evidence, "value")) / divisor, number[0], 32);
    write_number((double)json_integer_value(limit) / divisor, number[1], 32);
    snprintf(out, size, "%s%s%s%s%s", number[0], limit != NULL ? " / " : "", limit != NULL ? number[1] : "",
             unit[0] != '\0' ? " " : "", unit);
}

/* What was reported to the encoder, without the code, which stands above it. */
static void write_reported(const struct row *row, char *out, size_t size)
{
    const char *code = text(data_of(row->shown), "resultCode");
    const size_t code_len = strlen(code);
    char status[32] = "";
    if (row->status != 0)
        snprintf(status, sizeof(status), "HTTP %d, ", row->status);
    if (row->shown == NULL)
        snprintf(out, size, "no notification came");
    else if (!is_finding(row->shown))
        snprintf(out, size, "%s%s when it had sent all", row->status != 0 ? status : "nothing; ", code);
    else if (row->reported[0] == '\0')
        snprintf(out, size, "nothing%s. The event says: %s", is_http(row) ? "" : ", it speaks no RTMP",
                 text(evidence_of(row->shown), "message"));
    else if (strncmp(row->reported, code, code_len) == 0 && row->reported[code_len] == ':')
        snprintf(out, size, "%s\"%s\"", status, row->reported + code_len + 2);
    else
        snprintf(out, size, "\"%s\"", row->reported);
}

/* The code; of an HTTP answer that ffmpeg read it says the status alone. */
static bool is_reported(const struct row *row, const char *code)
{
    const bool is_status = row->status != 0 && atoi(row->reported) == row->status;
    return is_status || strncmp(row->reported, code, strlen(code)) == 0;
}

/* Code, event and number of notifications as expected, and the encoder heard status and code, if it could. */
static bool is_expected(const struct row *row)
{
    char code[128];
    const char *result_code = text(data_of(row->shown), "resultCode");
    write_code(row, code, sizeof(code));
    if (strcmp(code, row->code) != 0 || strcmp(event_name(row), row->event) != 0 || row->status != row->answered)
        return false;
    if (!is_finding(row->shown))
        return row->reported[0] == '\0' &&
               strcmp(result_code, is_http(row) ? "MPE_CLIENT_DISCONNECTED" : "MPE_CLIENT_TERMINATED_SESSION") == 0;
    if (strcmp(text(evidence_of(row->shown), "reason"), "PROTOCOL_NOT_SUPPORTED") == 0)
        return row->findings == 1 && row->reported[0] == '\0';
    return row->findings == 1 && is_reported(row, result_code);
}

/* -------------------------------------------------------------------------------------------------------- on the page
 */

struct page {
    int width;
    const char *bold;
    const char *dim;
    const char *end;
};

/* One line in a style, cut after a word where it is wider than the page. */
__attribute__((format(printf, 3, 4))) static void print_line(const struct page *page, const char *style,
                                                             const char *format, ...)
{
    char line[LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    const size_t width = (size_t)page->width;
    if (strlen(line) > width && width > 3) {
        size_t end = width - 3;
        while (end > width / 2 && line[end] != ' ')
            end--;
        snprintf(line + end, sizeof(line) - end, "...");
    }
    printf("%s%s%s\n", style, line, style[0] != '\0' ? page->end : "");
}

static void print_columns(const struct page *page, const char *style, const char *cells[6])
{
    if (page->width >= WIDE)
        print_line(page, style, "%-27s  %-41s  %-12s  %-18s %7s  %5s", cells[0], cells[1], cells[2], cells[3], cells[4],
                   cells[5]);
    else
        print_line(page, style, "%-27s  %-41s  %-12s %7s %6s", cells[0], cells[1], cells[2], cells[4], cells[5]);
}

static void print_row(const struct page *page, const struct row *row)
{
    char code[128], measured[64], reported[1024], bytes[32], elapsed[32];
    write_code(row, code, sizeof(code));
    write_measured(evidence_of(row->shown), measured, sizeof(measured));
    write_reported(row, reported, sizeof(reported));
    snprintf(bytes, sizeof(bytes), "%" PRIu64, row->bytes);
    snprintf(elapsed, sizeof(elapsed), "%" PRId64, row->elapsed_ms);
    print_columns(page, "", (const char *[]){row->what, code, event_name(row), measured, bytes, elapsed});
    if (page->width >= WIDE || measured[0] == '\0')
        print_line(page, page->dim, "    reported: %s", reported);
    else
        print_line(page, page->dim, "    %s; reported: %s", measured, reported);
    if (!is_expected(row))
        print_line(page, page->bold, "    NOT AS EXPECTED: %s, %s; %d findings came", row->code, row->event,
                   row->findings);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    const bool has_style = strcmp(argv[2], "terminal") == 0;
    const struct page page = {atoi(argv[1]), has_style ? "\033[1m" : "", has_style ? "\033[2m" : "",
                              has_style ? "\033[0m" : ""};
    int as_expected = 0;
    print_columns(&page, page.bold,
                  (const char *[]){"what was sent", "code", "event", "measured / limit", "bytes", "ms"});
    for (int i = 3; i < argc; i++) {
        struct row row;
        read_row(&row, argv[i]);
        print_row(&page, &row);
        as_expected += is_expected(&row);
        json_decref(row.shown);
    }
    print_line(&page, "", "%s", "");
    printf("rejected: Microsoft.Media.LiveEventConnectionRejected\n"
           "disconnected: Microsoft.Media.LiveEventEncoderDisconnected\n"
           "bytes: up to the deciding one; ms: since the connection was accepted\n");
    printf("%d of %d as expected\n", as_expected, argc - 3);
    return as_expected == argc - 3 ? 0 : 1;
}
