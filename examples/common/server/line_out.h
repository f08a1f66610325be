/*
 * Lines to a descriptor, without waiting for who reads them: what a pipe, a socket or a terminal does not take now is
 * kept, up to a bound, and tried again; what is beyond is lost, and told. A file on a disk is written at once. The
 * flags of the descriptor stay as they are: other processes may share it.
 */
#ifndef SERVER_LINE_OUT_H
#define SERVER_LINE_OUT_H

#include <stdbool.h>
#include <stddef.h>

#include <uv.h>

struct line;

struct line_out {
    int descriptor; /* -1: closed */
    size_t most_bytes;
    size_t waiting_bytes;
    size_t done_bytes; /* of the first line */
    struct line *first;
    struct line **end;
    bool torn; /* the last line was not written to its end */
    uv_timer_t retry;
    void (*lost)(void *user, const char *why);
    void *user;
};

/* lost is called for each line that nobody gets. The struct must stay until the loop has closed its handles. */
void line_out_open(struct line_out *out, uv_loop_t *loop, int descriptor, size_t most_bytes,
                   void (*lost)(void *user, const char *why), void *user);

/* A text, and a newline after it. */
void line_out_send(struct line_out *out, const char *text);

/* Another descriptor from now on; the one before is closed. */
void line_out_switch(struct line_out *out, int descriptor);

bool line_out_is_empty(const struct line_out *out);

/* What waits still is lost. Standard streams stay open. */
void line_out_close(struct line_out *out);

#endif
