/* Where notifications go: lines of a file or of standard output, and POSTs to a URL. */
#ifndef GUARD_NOTIFY_OUT_H
#define GUARD_NOTIFY_OUT_H

#include <stdio.h>

#include <uv.h>

#include "options.h"

struct webhook;

struct notify_out {
    FILE *file;              /* NULL: none */
    struct webhook *webhook; /* NULL: none */
    bool failed;             /* a line could not be written, and that was said */
};

/* 0, or -1: it cannot be opened, the reason was written to standard error. */
int notify_out_open(struct notify_out *out, const struct guard_options *options, uv_loop_t *loop);

/* One notification, a line of JSON without its newline. */
void notify_out_send(struct notify_out *out, const char *json);

/* How many POSTs are not finished. */
unsigned notify_out_pending(const struct notify_out *out);

/* Closes everything; what is pending is dropped, and counted on standard error. The loop must run until it is empty. */
void notify_out_close(struct notify_out *out);

#endif
