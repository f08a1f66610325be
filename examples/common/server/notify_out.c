#include "notify_out.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "webhook.h"

#define JSON_BYTES 4096

static int open_file(struct notify_out *out, const char *name)
{
    out->file = strcmp(name, "-") == 0 ? stdout : fopen(name, "a");
    if (out->file == NULL) {
        fprintf(stderr, "%s: --events %s: %s\n", out->program, name, strerror(errno));
        return -1;
    }
    return 0;
}

int notify_out_open(struct notify_out *out, const struct notify_target *target, uv_loop_t *loop)
{
    memset(out, 0, sizeof *out);
    out->program = target->program;
    out->schema = target->schema;
    if (target->file != NULL && open_file(out, target->file) != 0) {
        return -1;
    }
    if (target->url != NULL) {
        out->webhook = webhook_open(loop, target->program, target->url, target->schema);
        if (out->webhook == NULL) {
            fprintf(stderr, "%s: --events: libcurl cannot be set up for this URL; check how it is written\n",
                    out->program);
            notify_out_close(out);
            return -1;
        }
    }
    return 0;
}

static void send_line(struct notify_out *out, const char *json)
{
    if (out->file != NULL && (fprintf(out->file, "%s\n", json) < 0 || fflush(out->file) != 0) && !out->failed) {
        out->failed = true;
        fprintf(stderr, "%s: a notification could not be written: %s\n", out->program, strerror(errno));
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

mpe_status notify_out_send(struct notify_out *out, const mpe_session *session, const mpe_error *error)
{
    char line[JSON_BYTES];
    char *text = line;
    size_t needed = 0;
    int64_t unix_us = wall_clock_us();
    mpe_status status = mpe_error_json(session, error, out->schema, unix_us, line, sizeof line, &needed);
    if (status == MPE_BUFFER_TOO_SMALL && (text = malloc(needed)) != NULL) {
        status = mpe_error_json(session, error, out->schema, unix_us, text, needed, &needed);
    }
    if (status == MPE_OK) {
        send_line(out, text);
    }
    if (text != line) {
        free(text);
    }
    return status;
}

unsigned notify_out_pending(const struct notify_out *out)
{
    return out->webhook != NULL ? webhook_pending(out->webhook) : 0;
}

void notify_out_close(struct notify_out *out)
{
    if (out->file != NULL && out->file != stdout) {
        fclose(out->file);
    }
    if (out->webhook != NULL) {
        webhook_close(out->webhook);
    }
    memset(out, 0, sizeof *out);
}
