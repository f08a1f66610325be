#include "notify_out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "webhook.h"

#define JSON_BYTES 4096

static bool has_lines(const struct notify_out *out)
{
    return out->target->file != NULL;
}

bool notify_out_has_file(const struct notify_target *target)
{
    return target->file != NULL && strcmp(target->file, "-") != 0;
}

/* The descriptor, or -1: the log has the reason. Nobody waits for the reader of a FIFO. */
static int open_file(struct log_out *log, const struct notify_target *target)
{
    if (!notify_out_has_file(target)) {
        return STDOUT_FILENO;
    }
    int descriptor = open(target->file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
    if (descriptor < 0) {
        log_say(log, "--events %s: %s", target->file,
                errno == ENXIO ? "nobody reads this FIFO; start its reader first" : strerror(errno));
    }
    return descriptor;
}

static void on_lost(void *user, const char *why)
{
    struct notify_out *out = user;
    loss_count(&out->loss, why);
}

int notify_out_open(struct notify_out *out, const struct notify_target *target, struct log_out *log, uv_loop_t *loop)
{
    memset(out, 0, sizeof *out);
    out->target = target;
    out->log = log;
    out->loss = (struct loss){.log = log, .loop = loop, .what = "notifications could not be written"};
    if (has_lines(out)) {
        int descriptor = open_file(log, target);
        if (descriptor < 0) {
            return -1;
        }
        line_out_open(&out->lines, loop, descriptor, target->most_bytes, on_lost, out);
    }
    if (target->url != NULL) {
        out->webhook = webhook_open(loop, log, target);
        if (out->webhook == NULL) {
            log_say(log, "--events: libcurl cannot be set up for this URL");
            notify_out_close(out);
            return -1;
        }
    }
    return 0;
}

void notify_out_reopen(struct notify_out *out)
{
    int descriptor = notify_out_has_file(out->target) ? open_file(out->log, out->target) : -1;
    if (descriptor >= 0) {
        line_out_switch(&out->lines, descriptor);
        log_say(out->log, "--events %s was opened anew", out->target->file);
    }
}

static void send_json(struct notify_out *out, const char *json)
{
    if (has_lines(out)) {
        line_out_send(&out->lines, json);
    }
    if (out->webhook != NULL) {
        webhook_send(out->webhook, json);
    }
}

static int64_t wall_clock_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* What is told: of these two one is NULL. */
struct news {
    const mpe_error *error;
    const mpe_notice *notice;
};

static mpe_status write_json(const mpe_session *session, const struct news *news, int32_t schema, int64_t unix_us,
                             char *text, size_t size, size_t *needed)
{
    return news->error != NULL ? mpe_error_json(session, news->error, schema, unix_us, text, size, needed)
                               : mpe_notice_json(session, news->notice, schema, unix_us, text, size, needed);
}

static mpe_status send_news(struct notify_out *out, const mpe_session *session, const struct news *news)
{
    char line[JSON_BYTES];
    char *text = line;
    size_t needed = 0;
    const int32_t schema = out->target->schema;
    const int64_t unix_us = wall_clock_us();
    mpe_status status = write_json(session, news, schema, unix_us, line, sizeof line, &needed);
    if (status == MPE_BUFFER_TOO_SMALL && (text = malloc(needed)) != NULL) {
        status = write_json(session, news, schema, unix_us, text, needed, &needed);
    }
    if (status == MPE_OK) {
        send_json(out, text);
    }
    if (text != line) {
        free(text);
    }
    return status;
}

mpe_status notify_out_send(struct notify_out *out, const mpe_session *session, const mpe_error *error)
{
    return send_news(out, session, &(struct news){.error = error});
}

mpe_status notify_out_send_notice(struct notify_out *out, const mpe_session *session, const mpe_notice *notice)
{
    return send_news(out, session, &(struct news){.notice = notice});
}

bool notify_out_is_busy(const struct notify_out *out)
{
    return (has_lines(out) && !line_out_is_empty(&out->lines)) ||
           (out->webhook != NULL && webhook_pending(out->webhook) > 0);
}

void notify_out_close(struct notify_out *out)
{
    if (has_lines(out)) {
        line_out_close(&out->lines);
        loss_close(&out->loss);
    }
    if (out->webhook != NULL) {
        webhook_close(out->webhook);
    }
}
