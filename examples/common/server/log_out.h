/* The log: lines on standard error, which nobody waits for, and what was lost on the way out. */
#ifndef SERVER_LOG_OUT_H
#define SERVER_LOG_OUT_H

#include <stdarg.h>
#include <sys/socket.h>

#include "line_out.h"

struct log_out {
    const char *program; /* begins each line */
    struct line_out lines;
    unsigned long lost; /* of its own lines, since that was said */
};

void log_open(struct log_out *log, uv_loop_t *loop, const char *program, size_t most_bytes);

__attribute__((format(printf, 2, 3))) void log_say(struct log_out *log, const char *format, ...);
void log_say_list(struct log_out *log, const char *format, va_list arguments);

/* Why an address cannot be listened at (errno), and what to do. */
void log_cannot_listen(struct log_out *log, const struct sockaddr *address, int error);

void log_close(struct log_out *log);

/* Counts what is lost, and says so at once, then now and then while it goes on, and at the end. */
struct loss {
    struct log_out *log;
    uv_loop_t *loop;
    const char *what; /* "notifications were not ..." */
    unsigned long count;
    unsigned long said;
    uint64_t said_ms;
};
void loss_count(struct loss *loss, const char *why);
void loss_close(struct loss *loss);

#endif
