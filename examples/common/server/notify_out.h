/* Where notifications go: lines of files or of standard output, and POSTs to URLs. */
#ifndef SERVER_NOTIFY_OUT_H
#define SERVER_NOTIFY_OUT_H

#include <stdbool.h>
#include <stddef.h>

#include <mpe/health.h>
#include <mpe/mpe.h>
#include <uv.h>

#include "delivery_settings.h"
#include "line_out.h"
#include "log_out.h"
#include "webhook.h"

struct notify_sink {
    const struct delivery_sink *sink;
    struct line_out lines; /* where it has a file */
    struct loss loss;
    unsigned long lines_sent; /* with those that were lost */
    struct webhook *webhook;  /* where it has a URL */
};

struct notify_out {
    const struct delivery_settings *settings;
    struct log_out *log;
    struct notify_sink sinks[DELIVERY_SINKS];
    unsigned sink_count; /* that are open */
};

/* 0, or -1: it cannot be opened, the log has the reason. The settings stay the caller's, and as they are. */
int notify_out_open(struct notify_out *out, const struct delivery_settings *settings, struct log_out *log,
                    uv_loop_t *loop);

/* Files that have a name are opened again: they may have been moved away. */
void notify_out_reopen(struct notify_out *out);

/* The notification of a finding or an ending, with the wall-clock time of now. MPE_OK, or why there is none. */
mpe_status notify_out_send(struct notify_out *out, const mpe_session *session, const mpe_error *error);

/* The same of a notice or a condition. */
mpe_status notify_out_send_notice(struct notify_out *out, const mpe_session *session, const mpe_notice *notice);

/* Of a sink, by its index in the settings, since the start. */
struct notify_counts notify_out_counts(const struct notify_out *out, unsigned sink);

/* Lines or POSTs are under way. */
bool notify_out_is_busy(const struct notify_out *out);

/* Closes everything; what is under way is dropped, counted and reported. The loop must run until it is empty. */
void notify_out_close(struct notify_out *out);

#endif
