/* Where notifications go: lines of a file or of standard output, and POSTs to a URL. */
#ifndef SERVER_NOTIFY_OUT_H
#define SERVER_NOTIFY_OUT_H

#include <stdbool.h>
#include <stdio.h>

#include <mpe/mpe.h>
#include <uv.h>

struct webhook;

/* What the command line says about it. Texts stay the caller's. */
struct notify_target {
    const char *program; /* begins the lines on standard error */
    const char *file;    /* NULL: none; "-": standard output */
    const char *url;     /* NULL: none; may hold a secret */
    int32_t schema;      /* enum mpe_schema */
};

struct notify_out {
    const char *program;
    int32_t schema;
    FILE *file;              /* NULL: none */
    struct webhook *webhook; /* NULL: none */
    bool failed;             /* a line could not be written, and that was said */
};

/* 0, or -1: it cannot be opened, the reason was written to standard error. */
int notify_out_open(struct notify_out *out, const struct notify_target *target, uv_loop_t *loop);

/* The notification of a finding or an ending, with the wall-clock time of now. MPE_OK, or why there is none. */
mpe_status notify_out_send(struct notify_out *out, const mpe_session *session, const mpe_error *error);

/* How many POSTs are not finished. */
unsigned notify_out_pending(const struct notify_out *out);

/* Closes everything; what is pending is dropped, and counted on standard error. The loop must run until it is empty. */
void notify_out_close(struct notify_out *out);

#endif
