/* Where notifications go: lines of a file or of standard output, and POSTs to a URL. */
#ifndef SERVER_NOTIFY_OUT_H
#define SERVER_NOTIFY_OUT_H

#include <stdbool.h>
#include <stddef.h>

#include <mpe/health.h>
#include <mpe/mpe.h>
#include <uv.h>

#include "line_out.h"
#include "log_out.h"

struct webhook;

/* What the command line says about it. Texts stay the caller's. */
struct notify_target {
    const char *program; /* begins the lines of the log */
    const char *file;    /* NULL: none; "-": standard output */
    const char *url;     /* NULL: none; may hold a secret */
    int32_t schema;      /* enum mpe_schema */
    size_t most_bytes;   /* that wait for a slow reader, each of file, URL and log */
};

struct notify_out {
    const struct notify_target *target;
    struct log_out *log;
    struct line_out lines; /* where the target has a file */
    struct loss loss;
    struct webhook *webhook; /* NULL: none */
};

/* 0, or -1: it cannot be opened, the log has the reason. */
int notify_out_open(struct notify_out *out, const struct notify_target *target, struct log_out *log, uv_loop_t *loop);

/* There is a file with a name: it may be moved away, and opened anew. */
bool notify_out_has_file(const struct notify_target *target);
void notify_out_reopen(struct notify_out *out);

/* The notification of a finding or an ending, with the wall-clock time of now. MPE_OK, or why there is none. */
mpe_status notify_out_send(struct notify_out *out, const mpe_session *session, const mpe_error *error);

/* The same of a notice or a condition. */
mpe_status notify_out_send_notice(struct notify_out *out, const mpe_session *session, const mpe_notice *notice);

/* Lines or POSTs are under way. */
bool notify_out_is_busy(const struct notify_out *out);

/* Closes everything; what is under way is dropped, counted and told. The loop must run until it is empty. */
void notify_out_close(struct notify_out *out);

#endif
