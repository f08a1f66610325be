#include "notify_out.h"

#include <errno.h>
#include <string.h>

#include "webhook.h"

static int open_file(struct notify_out *out, const char *name)
{
    out->file = strcmp(name, "-") == 0 ? stdout : fopen(name, "a");
    if (out->file == NULL) {
        fprintf(stderr, "mpe-guard: --events %s: %s\n", name, strerror(errno));
        return -1;
    }
    return 0;
}

int notify_out_open(struct notify_out *out, const struct guard_options *options, uv_loop_t *loop)
{
    memset(out, 0, sizeof *out);
    if (options->events_file != NULL && open_file(out, options->events_file) != 0) {
        return -1;
    }
    if (options->events_url != NULL) {
        out->webhook = webhook_open(loop, options->events_url, options->schema);
        if (out->webhook == NULL) {
            fputs("mpe-guard: --events: libcurl cannot be set up for this URL; check how it is written\n", stderr);
            notify_out_close(out);
            return -1;
        }
    }
    return 0;
}

void notify_out_send(struct notify_out *out, const char *json)
{
    if (out->file != NULL && (fprintf(out->file, "%s\n", json) < 0 || fflush(out->file) != 0) && !out->failed) {
        out->failed = true;
        fprintf(stderr, "mpe-guard: a notification could not be written: %s\n", strerror(errno));
    }
    if (out->webhook != NULL) {
        webhook_send(out->webhook, json);
    }
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
