/* Opens the places that notifications go to, writes each in its schema, and counts what each took and lost. */
#include "notify_out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define JSON_BYTES 4096

static bool is_standard_output(const struct delivery_sink *sink)
{
    return strcmp(sink->file, "-") == 0;
}

/* The descriptor, or -1: the log has the reason. Nobody waits for the reader of a FIFO. */
static int open_file(struct log_out *log, const struct delivery_sink *sink)
{
    if (is_standard_output(sink)) {
        return STDOUT_FILENO;
    }
    int descriptor = open(sink->file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
    if (descriptor < 0) {
        log_say(log, "--events %s: %s", sink->file,
                errno == ENXIO ? "nobody reads this FIFO; start its reader first" : strerror(errno));
    }
    return descriptor;
}

static void on_lost(void *user, const char *why)
{
    struct notify_sink *const one = user;
    loss_count(&one->loss, why);
}

static int open_sink(struct notify_out *out, uv_loop_t *loop)
{
    struct notify_sink *const one = &out->sinks[out->sink_count];
    one->sink = &out->settings->sinks[out->sink_count];
    one->loss = (struct loss){.log = out->log, .loop = loop, .what = "notifications could not be written"};
    if (one->sink->file != NULL) {
        const int descriptor = open_file(out->log, one->sink);
        if (descriptor < 0) {
            return -1;
        }
        line_out_open(&one->lines, loop, descriptor, out->settings->most_bytes, on_lost, one);
    } else {
        one->webhook = webhook_open(loop, out->log, out->settings, out->sink_count);
        if (one->webhook == NULL) {
            log_say(out->log, "--events: there is no memory or no thread for a URL");
            return -1;
        }
    }
    out->sink_count++;
    return 0;
}

int notify_out_open(struct notify_out *out, const struct delivery_settings *settings, struct log_out *log,
                    uv_loop_t *loop)
{
    memset(out, 0, sizeof(*out));
    out->settings = settings;
    out->log = log;
    for (unsigned i = 0; i < settings->sink_count; i++) {
        if (open_sink(out, loop) != 0) {
            notify_out_close(out);
            return -1;
        }
    }
    return 0;
}

void notify_out_reopen(struct notify_out *out)
{
    for (unsigned i = 0; i < out->sink_count; i++) {
        const struct delivery_sink *const sink = out->sinks[i].sink;
        const int descriptor = sink->file != NULL && !is_standard_output(sink) ? open_file(out->log, sink) : -1;
        if (descriptor >= 0) {
            line_out_switch(&out->sinks[i].lines, descriptor);
            log_say(out->log, "--events %s was opened again", sink->file);
        }
    }
}

static void send_json(struct notify_out *out, int32_t schema, const char *json)
{
    for (unsigned i = 0; i < out->sink_count; i++) {
        struct notify_sink *const one = &out->sinks[i];
        if (one->sink->schema == schema && one->webhook != NULL) {
            webhook_send(one->webhook, json);
        } else if (one->sink->schema == schema) {
            one->lines_sent++;
            line_out_send(&one->lines, json);
        }
    }
}

static int64_t wall_clock_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* What is to be sent, and how the library writes it: each kind of notification has a function of its own. */
struct notification {
    const mpe_session *session;
    const void *of;
    mpe_status (*write)(const struct notification *notification, int32_t schema, int64_t unix_us, char *buffer,
                        size_t size, size_t *needed);
};

static mpe_status write_error(const struct notification *notification, int32_t schema, int64_t unix_us, char *buffer,
                              size_t size, size_t *needed)
{
    return mpe_error_json(notification->session, notification->of, schema, unix_us, buffer, size, needed);
}

static mpe_status write_notice(const struct notification *notification, int32_t schema, int64_t unix_us, char *buffer,
                               size_t size, size_t *needed)
{
    return mpe_notice_json(notification->session, notification->of, schema, unix_us, buffer, size, needed);
}

static mpe_status send_schema(struct notify_out *out, int32_t schema, int64_t unix_us,
                              const struct notification *notification)
{
    char line[JSON_BYTES];
    char *text = line;
    size_t needed = 0;
    mpe_status status = notification->write(notification, schema, unix_us, line, sizeof(line), &needed);
    if (status == MPE_BUFFER_TOO_SMALL && (text = malloc(needed)) != NULL) {
        status = notification->write(notification, schema, unix_us, text, needed, &needed);
    }
    if (status == MPE_OK) {
        send_json(out, schema, text);
    }
    if (text != line) {
        free(text);
    }
    return status;
}

static bool wants(const struct notify_out *out, int32_t schema)
{
    for (unsigned i = 0; i < out->sink_count; i++) {
        if (out->sinks[i].sink->schema == schema) {
            return true;
        }
    }
    return false;
}

static mpe_status send_notification(struct notify_out *out, const struct notification *notification)
{
    static const int32_t schemas[] = {MPE_SCHEMA_EVENT_GRID, MPE_SCHEMA_CLOUD_EVENTS};
    const int64_t unix_us = wall_clock_us(); /* one for all, and so one id */
    mpe_status status = MPE_OK;
    for (size_t i = 0; i < sizeof(schemas) / sizeof(schemas[0]) && status == MPE_OK; i++) {
        if (wants(out, schemas[i])) {
            status = send_schema(out, schemas[i], unix_us, notification);
        }
    }
    return status;
}

mpe_status notify_out_send(struct notify_out *out, const mpe_session *session, const mpe_error *error)
{
    const struct notification notification = {.session = session, .of = error, .write = write_error};
    return send_notification(out, &notification);
}

mpe_status notify_out_send_notice(struct notify_out *out, const mpe_session *session, const mpe_notice *notice)
{
    const struct notification notification = {.session = session, .of = notice, .write = write_notice};
    return send_notification(out, &notification);
}

struct notify_counts notify_out_counts(const struct notify_out *out, unsigned sink)
{
    const struct notify_sink *const one = &out->sinks[sink];
    if (one->webhook != NULL) {
        return webhook_counts(one->webhook);
    }
    return (struct notify_counts){.sent = one->lines_sent - one->loss.count, .lost = one->loss.count};
}

bool notify_out_is_busy(const struct notify_out *out)
{
    for (unsigned i = 0; i < out->sink_count; i++) {
        const struct notify_sink *const one = &out->sinks[i];
        if (one->webhook != NULL ? webhook_pending(one->webhook) > 0 : !line_out_is_empty(&one->lines)) {
            return true;
        }
    }
    return false;
}

void notify_out_close(struct notify_out *out)
{
    for (unsigned i = 0; i < out->sink_count; i++) {
        struct notify_sink *const one = &out->sinks[i];
        if (one->webhook != NULL) {
            webhook_close(one->webhook);
        } else {
            line_out_close(&one->lines);
            loss_close(&one->loss);
        }
    }
    out->sink_count = 0;
}
