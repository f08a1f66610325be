/* Feeds an input through a session and reports what comes out. */
#include "inspect.h"

#include "complain.h"
#include "conditions.h"
#include "findings.h"
#include "foreign.h"
#include "page.h"
#include "plain_mp4.h"
#include "progress.h"
#include "report.h"
#include "series.h"
#include "timeline.h"
#include "timing.h"
#include "words.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* No known protocol, and none that reaches an ingest port by mistake, needs more than this to be known. */
#define DETECT_BYTES 192

struct inspection {
    const struct options *options;
    struct input *input;
    struct timing timing;
    struct progress progress;
    mpe_session *session;
    struct findings findings;
    struct series *series; /* NULL: no page is wanted */
    struct conditions conditions;
    struct timeline timeline;
    bool is_mp4;              /* taken for fragmented MP4, and begins as MP4 does */
    bool is_plain;            /* an MP4 file that is no live ingest: only what its tracks are is reported */
    bool may_be_plain;        /* its mdat came first: moov will say it */
    const unsigned char *fed; /* the last bytes that the session got */
    size_t fed_len;
    int64_t now_us;
};

/* Whether the finding says no more than that the input is a plain MP4; the order of its boxes means nothing. */
static bool is_of_plain_mp4(struct inspection *inspection, const mpe_error *error)
{
    inspection->is_plain |= inspection->is_mp4 && error->reason == MPE_REASON_PROTOCOL_NOT_SUPPORTED;
    return inspection->is_plain &&
           (error->code == MPE_UNKNOWN_ERROR || error->reason == MPE_REASON_MEDIA_BEFORE_HEADER);
}

/* Whether the byte that decided a finding ends the type of an mdat: where a fragment is, there is no plain MP4. */
static bool is_about_mdat(const struct inspection *inspection, const mpe_error *error)
{
    const uint64_t begin = inspection->input->given_bytes - inspection->fed_len;
    return inspection->is_mp4 && error->reason == MPE_REASON_MEDIA_BEFORE_HEADER && error->offset_bytes >= begin + 3 &&
           error->offset_bytes < inspection->input->given_bytes &&
           memcmp(inspection->fed + (error->offset_bytes - begin) - 3, "mdat", 4) == 0;
}

/* With --first the others are not printed, but looked at for what says that the input is a plain MP4. */
static bool is_wanted(const struct inspection *inspection)
{
    return !inspection->options->first || inspection->findings.count == 0;
}

static bool is_enough(const struct inspection *inspection)
{
    return inspection->options->first && inspection->findings.count > 0 &&
           (inspection->is_plain || !inspection->may_be_plain);
}

static int say_plain_mp4(const struct inspection *inspection)
{
    return complain("%s is a plain MP4, not a live ingest; to get one: ffmpeg -i FILE -c copy -f mp4 -movflags "
                    "frag_keyframe+empty_moov+default_base_moof OUT",
                    inspection->input->name);
}

/* Reports what the session found so far. 0 or EXIT_UNUSABLE. */
static int report_findings(struct inspection *inspection)
{
    mpe_error error = {.struct_size = sizeof(error)};
    int status = 0;
    while (status == 0 && mpe_session_poll_error(inspection->session, &error) == MPE_EVENT) {
        if (is_of_plain_mp4(inspection, &error) || !is_wanted(inspection))
            continue;
        inspection->may_be_plain = is_about_mdat(inspection, &error);
        progress_clear(&inspection->progress);
        if (findings_keep(&inspection->findings, &error) != MPE_OK)
            return complain("not enough memory for the findings");
        if (inspection->options->json)
            status = report_json_finding(&error);
        else
            report_text_finding(&error);
    }
    return status;
}

/* A notice goes to where it is wanted: a line of JSON, the time line, the report. 0 or EXIT_UNUSABLE. */
static int take_notice(struct inspection *inspection, const mpe_notice *notice)
{
    const struct options *const options = inspection->options;
    const bool is_line = notice->state == MPE_NOTICE_HAPPENED ? options->notices : options->conditions;
    if (notice->kind == MPE_NOTICE_TRACK_DISCONTINUITY)
        timeline_gap(&inspection->timeline, notice->track);
    if (inspection->series != NULL)
        series_gap(inspection->series, inspection->session, notice);
    if (notice->kind != MPE_NOTICE_INGEST_HEARTBEAT && conditions_keep(&inspection->conditions, notice) != MPE_OK)
        return complain("not enough memory for the conditions");
    return options->json && is_line ? report_json_notice(notice) : 0;
}

static int report_notices(struct inspection *inspection)
{
    mpe_notice notice = {.struct_size = sizeof(notice)};
    int status = 0;
    while (status == 0 && mpe_session_poll_notice(inspection->session, &notice) == MPE_EVENT)
        status = take_notice(inspection, &notice);
    return status;
}

/* Looks after a call into the library: its status, and what it found. 0 or EXIT_UNUSABLE. */
static int settle(struct inspection *inspection, mpe_status status)
{
    if (status < 0)
        return complain("%s", mpe_status_text(status));
    const int written = report_findings(inspection);
    return written == 0 ? report_notices(inspection) : written;
}

/* What the times of the report count from. */
static int64_t began_us(const struct inspection *inspection)
{
    return inspection->timing.count > 0 ? inspection->timing.rows[0].time_us : 0;
}

/* For the page: what became of the stream by the last feed. */
static void sample(const struct inspection *inspection)
{
    const struct timing *timing = &inspection->timing;
    if (inspection->series != NULL)
        series_sample(inspection->series, inspection->session,
                      timing->count > 0 ? inspection->now_us - timing->rows[0].time_us : 0);
}

/* Feeds what the input has ready, at most max bytes; *len 0: it ended. 0 or EXIT_UNUSABLE. */
static int feed_next(struct inspection *inspection, uint64_t max, size_t *len)
{
    const unsigned char *data = NULL;
    if (inspection->series != NULL && max > SERIES_FEED_BYTES)
        max = SERIES_FEED_BYTES;
    const bool is_drawn = !inspection->options->json;
    if (is_drawn && max > TIMELINE_FEED_BYTES)
        max = TIMELINE_FEED_BYTES;
    int status = input_next(inspection->input, max, &data, len);
    inspection->fed = data;
    inspection->fed_len = *len;
    if (status == 0 && *len > 0) {
        status = settle(inspection, mpe_session_feed(inspection->session, data, *len, inspection->now_us));
        sample(inspection);
        if (is_drawn)
            timeline_sample(&inspection->timeline, inspection->session);
        progress_show(&inspection->progress, inspection->input->given_bytes);
    }
    return status;
}

static int feed_by_media_time(struct inspection *inspection)
{
    size_t len = 1;
    int status = 0;
    while (status == 0 && len > 0 && !is_enough(inspection))
        status = feed_next(inspection, UINT64_MAX, &len);
    return status;
}

/* Lets the time pass until time_us, with a tick whenever one is due. */
static int pass_time(struct inspection *inspection, int64_t time_us)
{
    int status = 0;
    int64_t due_us = mpe_session_deadline(inspection->session);
    while (status == 0 && due_us < time_us && due_us > inspection->now_us) {
        inspection->now_us = due_us;
        status = settle(inspection, mpe_session_tick(inspection->session, due_us));
        due_us = mpe_session_deadline(inspection->session);
    }
    inspection->now_us = time_us;
    return status;
}

/* The table and the input, of which it is known to hold has_bytes, do not belong together. */
static int say_misfit(const struct inspection *inspection, uint64_t has_bytes)
{
    const uint64_t covered = timing_end(&inspection->timing);
    return complain("the timing table covers %llu bytes, %s has %s; use the table of this capture",
                    (unsigned long long)covered, inspection->input->name, has_bytes < covered ? "less" : "more");
}

/* Feeds the bytes of one row of the table at its time. */
static int feed_row(struct inspection *inspection, const struct timing_row *row)
{
    const struct input *input = inspection->input;
    int status = pass_time(inspection, row->time_us);
    while (status == 0 && input->given_bytes < row->end_bytes && !is_enough(inspection)) {
        size_t len = 0;
        status = feed_next(inspection, row->end_bytes - input->given_bytes, &len);
        if (status == 0 && len == 0)
            return say_misfit(inspection, inspection->input->given_bytes);
    }
    return status;
}

static int feed_by_timing(struct inspection *inspection)
{
    const struct timing *timing = &inspection->timing;
    const unsigned char *data = NULL;
    size_t len = 0;
    int status = 0;
    for (size_t i = 0; status == 0 && i < timing->count && !is_enough(inspection); i++)
        status = feed_row(inspection, &timing->rows[i]);
    if (status != 0 || is_enough(inspection))
        return status;
    status = input_next(inspection->input, 1, &data, &len);
    if (status == 0 && len > 0)
        return say_misfit(inspection, inspection->input->given_bytes);
    return status;
}

/* The protocol of the input by its first bytes; *status: 0 or EXIT_UNUSABLE. */
static int32_t detect_protocol(struct input *input, int *status)
{
    int32_t protocol = MPE_PROTOCOL_AUTO;
    *status = 0;
    do {
        const size_t seen = input->end;
        protocol = mpe_protocol_detect(input->buffer, seen);
        if (protocol == MPE_PROTOCOL_AUTO && seen < DETECT_BYTES)
            *status = input_peek(input, seen + 1);
    } while (*status == 0 && protocol == MPE_PROTOCOL_AUTO && !input->at_end && input->end < DETECT_BYTES);
    return protocol != MPE_PROTOCOL_AUTO ? protocol : mpe_protocol_detect(input->buffer, input->end);
}

/* Whether the library names what this is, though it is no ingest: an HTTP request, RTSP, MPEG-TS, ... */
static bool is_foreign(const struct input *input)
{
    mpe_channel *channel = NULL;
    mpe_session *session = NULL;
    mpe_error error = {.struct_size = sizeof(error)};
    const bool is_said =
        mpe_channel_new(&channel, MPE_OPEN, NULL) == MPE_OK &&
        mpe_session_new(&session, channel, MPE_PROTOCOL_AUTO, NULL, NULL, 0) == MPE_OK &&
        mpe_session_feed(session, input->buffer, input->end < DETECT_BYTES ? input->end : DETECT_BYTES, 0) == MPE_OK &&
        mpe_session_poll_error(session, &error) == MPE_EVENT;
    mpe_session_free(session);
    mpe_channel_free(channel);
    return is_said && error.reason == MPE_REASON_PROTOCOL_NOT_SUPPORTED;
}

/*
 * No protocol that a session reads: a file of another kind is named with what to do. 0: the library names it, as what
 * an encoder sends by mistake.
 */
static int say_unknown(struct input *input)
{
    const int status = input_peek(input, FOREIGN_BYTES);
    const char *const foreign = status == 0 ? foreign_by_bytes(input->buffer, input->end) : NULL;
    if (status != 0)
        return status;
    if (foreign != NULL)
        return complain("%s %s", input->name, foreign);
    if (is_foreign(input))
        return 0;
    return complain("%s is neither FLV nor fragmented MP4 nor the client-to-server bytes of an RTMP connection nor a "
                    "capture of packets; if it is one of them, damaged, say which with --protocol",
                    input->name);
}

/* What the options or else the first bytes say that the input is. 0 or EXIT_UNUSABLE. */
static int choose_protocol(struct inspection *inspection, int32_t *protocol)
{
    struct input *input = inspection->input;
    int status = 0;
    const int32_t detected = detect_protocol(input, &status);
    *protocol = inspection->options->protocol != MPE_PROTOCOL_AUTO ? inspection->options->protocol : detected;
    inspection->is_mp4 = *protocol == MPE_PROTOCOL_FMP4 && detected == MPE_PROTOCOL_FMP4;
    if (status != 0)
        return status;
    if (input->end == 0)
        return complain("%s is empty; give an FLV file, fragmented MP4, or the client-to-server bytes of an RTMP "
                        "connection",
                        input->name);
    return *protocol == MPE_PROTOCOL_AUTO ? say_unknown(input) : 0;
}

static int open_session(struct inspection *inspection)
{
    const struct input *input = inspection->input;
    const struct timing *timing = &inspection->timing;
    int32_t protocol = MPE_PROTOCOL_AUTO;
    const int status = choose_protocol(inspection, &protocol);
    if (status != 0)
        return status;
    if (timing->count > 0) {
        if (input->size_bytes >= 0 && (uint64_t)input->size_bytes != timing_end(timing))
            return say_misfit(inspection, (uint64_t)input->size_bytes);
        inspection->now_us = timing->rows[0].time_us;
    }
    inspection->is_plain = inspection->is_mp4 && input->is_plain_mp4;
    /* The first finding in an MP4 may be no more than that it is a plain one. */
    if (inspection->options->first && inspection->is_mp4)
        mpe_channel_set(inspection->options->channel, MPE_PARAM_REPORT_ALL, 1);
    return settle(inspection, mpe_session_new(&inspection->session, inspection->options->channel, protocol, NULL, NULL,
                                              inspection->now_us));
}

/* 0 or EXIT_UNUSABLE. */
static int write_page(const struct inspection *inspection)
{
    const struct findings *const findings = &inspection->findings;
    char size[WORDS_BYTES];
    char head[2 * WORDS_BYTES];
    struct page *page;
    words_bytes(inspection->input->given_bytes, size);
    snprintf(head, sizeof(head), "%s, %s", words_protocol(mpe_session_protocol(inspection->session)), size);
    const struct page_subject subject = {.head = head,
                                         .verdict = "",
                                         .session = inspection->session,
                                         .findings = findings->items,
                                         .count = findings->kept,
                                         .conditions = &inspection->conditions,
                                         .began_us = began_us(inspection),
                                         .series = inspection->series};
    int status = page_open(&page, inspection->options, inspection->input->name);
    if (status == 0)
        status = page_add(page, &subject);
    if (status == 0)
        status = page_write(page);
    page_free(page);
    return status;
}

static int open_series(struct inspection *inspection)
{
    if (inspection->options->report_path == NULL)
        return 0;
    inspection->series = series_new();
    return inspection->series == NULL ? complain("not enough memory for the page") : 0;
}

static int run(struct inspection *inspection)
{
    int status = open_session(inspection);
    if (status == 0)
        status = open_series(inspection);
    if (status != 0)
        return status;
    progress_begin(&inspection->progress, !inspection->options->json, inspection->input->size_bytes);
    status = inspection->timing.count > 0 ? feed_by_timing(inspection) : feed_by_media_time(inspection);
    progress_clear(&inspection->progress);
    if (status != 0)
        return status;
    if (!is_enough(inspection))
        status = settle(inspection, mpe_session_finish(inspection->session, 0, inspection->now_us));
    if (status != 0)
        return status;
    if (inspection->is_plain)
        return say_plain_mp4(inspection);
    if (inspection->options->report_path != NULL && write_page(inspection) != 0)
        return EXIT_UNUSABLE;
    if (!inspection->options->json) {
        conditions_print(&inspection->conditions, began_us(inspection));
        timeline_print(&inspection->timeline, isatty(STDOUT_FILENO) != 0);
        report_text_summary(inspection->session, inspection->options, &inspection->findings, &inspection->conditions);
    }
    return inspection->findings.count > 0 ? EXIT_FINDINGS : EXIT_NO_FINDING;
}

int inspect(const struct options *options, struct input *input)
{
    struct inspection inspection = {.options = options, .input = input};
    int status = 0;
    if (options->timing_path != NULL)
        status = timing_read(&inspection.timing, options->timing_path);
    if (status == 0)
        status = run(&inspection);
    mpe_session_free(inspection.session);
    series_free(inspection.series);
    findings_free(&inspection.findings);
    conditions_free(&inspection.conditions);
    timing_free(&inspection.timing);
    return status;
}
