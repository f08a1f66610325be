/* What is printed of a capture: a report for each ingest, and a summary. */
#define _POSIX_C_SOURCE 200809L

#include "capture_out.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/finding_json.h"
#include "../common/notice_json.h"
#include "complain.h"
#include "report.h"
#include "words.h"

#define NOTE_BYTES 400

struct capture_row {
    uint32_t number;
    char client[ENDPOINT_TEXT_BYTES];
    char protocol[24];
    int64_t began_us;
    int64_t lasted_us;
    const char *verdict; /* a code, or what else there is to say */
    char *why;           /* NULL: nothing more */
};

/* ------------------------------------------------------------------------------------------------------------- words
 */

static const char *protocol_of(const struct ingest_report *report)
{
    if (report->ingest == NULL)
        return "RTMP"; /* that of the registered port */
    const int32_t protocol = mpe_session_protocol(report->ingest->session);
    return report->is_http && protocol == MPE_PROTOCOL_FMP4 ? "HTTP, MP4"
           : report->is_http                                ? "HTTP, FLV"
                                                            : words_protocol(protocol);
}

static int64_t began_us(const struct ingest_report *report)
{
    return report->ingest != NULL ? report->ingest->began_us : report->connection->began_us;
}

static const char *verdict_of(const struct ingest_report *report)
{
    const struct ingest *const ingest = report->ingest;
    if (ingest == NULL)
        return "not judged";
    if (ingest->findings.count > 0)
        return mpe_code_name(ingest->findings.items[0].code);
    if (words_frames(ingest->session) == 0)
        return "no frame came";
    return report->end == END_CLOSED || report->end == END_CAPTURE ? "accepted" : "no finding so far";
}

/* What keeps the report from being the whole truth; "" where nothing does. */
static void note_of(const struct ingest_report *report, char note[NOTE_BYTES])
{
    char hole[WORDS_BYTES];
    char when[WORDS_BYTES];
    note[0] = '\0';
    switch (report->end) {
    case END_HOLE:
        words_bytes(report->hole_bytes, hole);
        words_time(report->hole_time_us, when);
        snprintf(note, NOTE_BYTES,
                 "a hole in the capture: %s from byte %" PRIu64 " of what the client sent are missing, at %s; what "
                 "comes after it was not judged; capture whole packets where none are dropped (tcpdump -s 0 -B 65536)",
                 hole, report->hole_offset, when);
        break;
    case END_MID:
        snprintf(note, NOTE_BYTES,
                 "the capture began in mid-connection: RTMP cannot be read without its beginning; start tcpdump, "
                 "then let the encoder connect");
        break;
    case END_CAPTURE:
        snprintf(note, NOTE_BYTES, "the capture ends before the connection does");
        break;
    case END_ROOM:
        snprintf(note, NOTE_BYTES, "dropped here: more than %d connections at a time", CONNECTIONS_MAX);
        break;
    case END_HTTP_BROKEN:
        snprintf(note, NOTE_BYTES, "what follows is no HTTP/1.1, and was not judged");
        break;
    case END_NO_MEMORY:
        snprintf(note, NOTE_BYTES, "not enough memory to judge what follows");
        break;
    case END_CLOSED:
        if (report->connection->is_mid)
            snprintf(note, NOTE_BYTES, "its SYN is not in the capture, but what the client sent is");
        break;
    }
}

static void format_head(const struct ingest_report *report, char head[NOTE_BYTES])
{
    char time[WORDS_BYTES];
    char size[WORDS_BYTES];
    char post[WORDS_BYTES] = "";
    words_time(began_us(report), time);
    words_bytes(report->ingest == NULL ? 0 : report->ingest->bytes, size);
    if (report->is_http)
        snprintf(post, sizeof(post), ", POST %u", report->post);
    snprintf(head, NOTE_BYTES, "%s to %s, %s%s, %s, %.1f s, %s", report->client, report->server, protocol_of(report),
             post, time, (double)(report->time_us - began_us(report)) / 1e6, size);
}

/* -------------------------------------------------------------------------------------------------------------- rows
 */

static int keep_row(struct capture_out *out, const struct ingest_report *report)
{
    const bool is_refused = report->ingest != NULL && report->ingest->findings.count > 0;
    if (out->count == CAPTURE_OUT_ROWS) {
        out->left_out++;
        return 0;
    }
    if (out->count == out->capacity) {
        const uint32_t grown = out->capacity == 0 ? 64 : out->capacity * 2;
        struct capture_row *const rows = realloc(out->rows, grown * sizeof(*rows));
        if (rows == NULL)
            return complain("not enough memory for the table of ingests");
        out->rows = rows;
        out->capacity = grown;
    }
    struct capture_row *const row = &out->rows[out->count++];
    *row = (struct capture_row){.number = report->number, .verdict = verdict_of(report)};
    memcpy(row->client, report->client, sizeof(row->client));
    snprintf(row->protocol, sizeof(row->protocol), "%s", protocol_of(report));
    row->began_us = began_us(report);
    row->lasted_us = report->time_us - row->began_us;
    row->why = is_refused ? strdup(report->ingest->findings.items[0].message) : NULL;
    return 0;
}

/* -------------------------------------------------------------------------------------------------------------- text
 */

static void print_ingest(const struct capture_out *out, const struct ingest_report *report, const char *note)
{
    const struct ingest *const ingest = report->ingest;
    char head[NOTE_BYTES];
    format_head(report, head);
    printf("---- ingest %u: %s\n", report->number, head);
    if (*note != '\0')
        printf("     %s\n", note);
    putchar('\n');
    if (ingest == NULL)
        return;
    for (uint32_t i = 0; i < ingest->findings.kept; i++)
        report_text_finding(&ingest->findings.items[i]);
    conditions_print(&ingest->conditions, ingest->began_us);
    report_text_summary(ingest->session, out->options, &ingest->findings, &ingest->conditions);
    putchar('\n');
}

static void print_row(const struct capture_row *row)
{
    char time[WORDS_BYTES];
    words_time(row->began_us, time);
    printf("%6u  %-21s  %-14s  %.12s  %8.1f s  %s\n", row->number, row->client, row->protocol, time + 11,
           (double)row->lasted_us / 1e6, row->verdict);
    if (row->why != NULL)
        printf("        %s\n", row->why);
}

static void print_count(uint64_t count, const char *what)
{
    if (count > 0)
        printf("%" PRIu64 " %s\n", count, what);
}

static void print_totals(const struct capture_out *out, const struct connections *connections,
                         const struct capture_totals *totals)
{
    char from[WORDS_BYTES];
    char to[WORDS_BYTES];
    words_time(totals->first_us, from);
    words_time(totals->last_us, to);
    printf("==== %s: %" PRIu64 " packets, %s to %s\n", totals->name, totals->packets, from, to);
    printf("%u %s, %u with findings\n\n", connections->ingests, connections->ingests == 1 ? "ingest" : "ingests",
           connections->with_findings);
    if (out->count > 0)
        printf("ingest  %-21s  %-14s  %-12s  %10s  %s\n", "client", "protocol", "began (UTC)", "length", "verdict");
    for (uint32_t i = 0; i < out->count; i++)
        print_row(&out->rows[i]);
    putchar('\n');
    print_count(out->left_out, "ingests more than this table has room for");
    print_count(connections->players, "RTMP connections that play, and push nothing");
    print_count(connections->others, "TCP connections of other kinds");
    print_count(connections->others_mid, "of them were open when the capture began, and may be anything");
    print_count(connections->tls, "of them are TLS (RTMPS, HTTPS): capture where TLS has ended");
    print_count(connections->other_bodies, "POSTs or PUTs of other media or of none");
    print_count(connections->evicted, "connections were dropped to make room");
    print_count(totals->fragments, "fragments of IP packets were not put together");
    print_count(totals->cut_packets, "packets were captured without their ends; use tcpdump -s 0");
    if (totals->why_cut != NULL)
        printf("the capture is cut after packet %" PRIu64 ": %s\n", totals->packets, totals->why_cut);
}

/* -------------------------------------------------------------------------------------------------------------- JSON
 */

static const char *end_name(enum ingest_end end)
{
    static const char *const names[] = {"closed",  "capture_ended", "hole",     "began_before_capture",
                                        "no_room", "not_http",      "no_memory"};
    return names[end];
}

/* Prints the object, which it takes. */
static int print_object(json_t *object)
{
    char *const line = finding_line(object);
    int status = 0;
    if (line == NULL)
        status = complain("not enough memory to write a finding");
    else if (puts(line) < 0)
        status = complain("cannot write to standard output");
    free(line);
    return status;
}

/* Prints what was said of an ingest, which it takes, after whose it is. */
static int print_json_of(const struct ingest_report *report, json_t *what)
{
    json_t *const object =
        json_pack("{s:i, s:s, s:s}", "ingest", (int)report->number, "client", report->client, "server", report->server);
    const bool is_whole = object != NULL && what != NULL && json_object_update(object, what) == 0;
    json_decref(what);
    if (is_whole)
        return print_object(object);
    json_decref(object);
    return print_object(NULL);
}

/* The conditions and notices that were asked for. */
static int print_json_notices(const struct options *options, const struct ingest_report *report)
{
    const struct conditions *const conditions = &report->ingest->conditions;
    int status = 0;
    for (uint32_t i = 0; status == 0 && i < conditions->kept; i++) {
        const mpe_notice *const notice = &conditions->items[i];
        if (notice->state == MPE_NOTICE_HAPPENED ? options->notices : options->conditions)
            status = print_json_of(report, notice_object(notice));
    }
    return status;
}

static int print_json_ingest(const struct options *options, const struct ingest_report *report, const char *note)
{
    const struct ingest *const ingest = report->ingest;
    int status = 0;
    for (uint32_t i = 0; status == 0 && ingest != NULL && i < ingest->findings.kept; i++)
        status = print_json_of(report, finding_object(&ingest->findings.items[i]));
    if (status == 0 && ingest != NULL)
        status = print_json_notices(options, report);
    if (status != 0)
        return status;
    json_t *const object =
        json_pack("{s:i, s:s, s:s, s:s, s:f, s:f, s:I, s:i, s:s, s:s, s:s}", "ingest", (int)report->number, "client",
                  report->client, "server", report->server, "protocol", protocol_of(report), "began",
                  (double)began_us(report) / 1e6, "seconds", (double)(report->time_us - began_us(report)) / 1e6,
                  "bytes", (json_int_t)(ingest == NULL ? 0 : ingest->bytes), "findings",
                  (int)(ingest == NULL ? 0 : ingest->findings.count), "verdict", verdict_of(report), "end",
                  end_name(report->end), "note", note);
    if (object != NULL && report->end == END_HOLE)
        json_object_update_new(object, json_pack("{s:I, s:I}", "hole_offset", (json_int_t)report->hole_offset,
                                                 "hole_bytes", (json_int_t)report->hole_bytes));
    return print_object(object);
}

static int print_json_totals(const struct connections *connections, const struct capture_totals *totals)
{
    return print_object(json_pack("{s:I, s:i, s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b}", "packets",
                                  (json_int_t)totals->packets, "ingests", (int)connections->ingests, "with_findings",
                                  (int)connections->with_findings, "players", (json_int_t)connections->players,
                                  "other_connections", (json_int_t)connections->others, "other_connections_open_before",
                                  (json_int_t)connections->others_mid, "tls_connections", (json_int_t)connections->tls,
                                  "other_bodies", (json_int_t)connections->other_bodies, "dropped_connections",
                                  (json_int_t)connections->evicted, "cut_packets", (json_int_t)totals->cut_packets,
                                  "cut", totals->why_cut != NULL));
}

/* -------------------------------------------------------------------------------------------------------------- both
 */

static int add_to_page(struct capture_out *out, const struct ingest_report *report, const char *note)
{
    const struct ingest *const ingest = report->ingest;
    char head[NOTE_BYTES];
    char title[WORDS_BYTES];
    struct page_subject subject = {.title = title, .head = head, .note = note, .verdict = verdict_of(report)};
    format_head(report, head);
    snprintf(title, sizeof(title), "Ingest %u", report->number);
    if (ingest != NULL) {
        subject.session = ingest->session;
        subject.findings = ingest->findings.items;
        subject.count = ingest->findings.kept;
        subject.series = ingest->series;
        subject.conditions = &ingest->conditions;
        subject.began_us = ingest->began_us;
    }
    return page_add(out->page, &subject);
}

int capture_out_ingest(struct capture_out *out, const struct ingest_report *report)
{
    char note[NOTE_BYTES];
    int status = 0;
    note_of(report, note);
    if (out->options->json)
        status = print_json_ingest(out->options, report, note);
    else
        print_ingest(out, report, note);
    if (status == 0)
        status = keep_row(out, report);
    if (status == 0 && out->page != NULL)
        status = add_to_page(out, report, note);
    return status;
}

int capture_out_totals(struct capture_out *out, const struct connections *connections,
                       const struct capture_totals *totals)
{
    if (out->options->json)
        return print_json_totals(connections, totals);
    print_totals(out, connections, totals);
    return 0;
}

void capture_out_free(struct capture_out *out)
{
    for (uint32_t i = 0; i < out->count; i++)
        free(out->rows[i].why);
    free(out->rows);
    *out = (struct capture_out){0};
}
