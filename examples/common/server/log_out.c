#include "log_out.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "peer.h"

#define LINE_BYTES    1400
#define SAID_EVERY_MS 10000

static void on_lost(void *user, const char *why)
{
    struct log_out *log = user;
    (void)why;
    log->lost++;
}

void log_open(struct log_out *log, uv_loop_t *loop, const char *program, size_t most_bytes)
{
    log->program = program;
    log->lost = 0;
    line_out_open(&log->lines, loop, STDERR_FILENO, most_bytes, on_lost, log);
}

static void say_own_loss(struct log_out *log)
{
    char line[128];
    snprintf(line, sizeof line, "%s: %lu lines of this log were lost: they were not read", log->program, log->lost);
    log->lost = 0;
    line_out_send(&log->lines, line);
}

void log_say_list(struct log_out *log, const char *format, va_list arguments)
{
    char line[LINE_BYTES];
    int length = snprintf(line, sizeof line, "%s: ", log->program);
    vsnprintf(line + length, sizeof line - (size_t)length, format, arguments);
    if (log->lost > 0 && line_out_is_empty(&log->lines)) {
        say_own_loss(log);
    }
    line_out_send(&log->lines, line);
}

void log_say(struct log_out *log, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    log_say_list(log, format, arguments);
    va_end(arguments);
}

static const char *remedy_of(int error)
{
    switch (error) {
    case EADDRINUSE:
        return "another process has this port (ss -ltnp shows which); end it, or take another port";
    case EACCES:
        return "a port below 1024 needs CAP_NET_BIND_SERVICE; grant it, or take a higher port";
    case EADDRNOTAVAIL:
        return "no interface of this machine has the address (ip address shows them); 0.0.0.0 or [::] means all";
    case EAFNOSUPPORT:
        return "this machine has no IPv6, or may not use it; give an IPv4 address";
    default:
        return "give another address or port to --listen";
    }
}

void log_cannot_listen(struct log_out *log, const struct sockaddr *address, int error)
{
    char text[PEER_BYTES];
    peer_text(address, text, sizeof text);
    log_say(log, "cannot listen on %s: %s: %s", text, strerror(error), remedy_of(error));
}

void log_close(struct log_out *log)
{
    line_out_close(&log->lines);
}

void loss_count(struct loss *loss, const char *why)
{
    uint64_t now_ms = uv_now(loss->loop);
    loss->count++;
    if (loss->said == 0 || now_ms - loss->said_ms >= SAID_EVERY_MS) {
        loss->said = loss->count;
        loss->said_ms = now_ms;
        log_say(loss->log, "%lu %s: %s", loss->count, loss->what, why);
    }
}

void loss_close(struct loss *loss)
{
    if (loss->count > loss->said) {
        log_say(loss->log, "%lu %s in all", loss->count, loss->what);
    }
}
