/* Writes lines without blocking, and keeps those that the descriptor does not take, up to a bound. */
#include "line_out.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TRY_AGAIN_MS 20

struct line {
    struct line *next;
    size_t length;
    char text[];
};

/*
 * How many bytes were taken; 0: none for now; -1: errno. The descriptor may block: a socket (the journal's) is told not
 * to, and a pipe with room takes as many bytes as are written at once by POSIX.
 */
static ssize_t write_some(int descriptor, const char *bytes, size_t length)
{
    struct pollfd writable = {descriptor, POLLOUT, 0};
    ssize_t written = send(descriptor, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (written < 0 && errno == ENOTSOCK) {
        if (poll(&writable, 1, 0) <= 0) {
            return 0;
        }
        written = write(descriptor, bytes, length < PIPE_BUF ? length : PIPE_BUF);
    }
    return written < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) ? 0 : written;
}

static void drop_first(struct line_out *out)
{
    struct line *first = out->first;
    out->first = first->next;
    if (out->first == NULL) {
        out->end = &out->first;
    }
    out->waiting_bytes -= sizeof(*first) + first->length;
    out->done_bytes = 0;
    free(first);
}

static void lose_first(struct line_out *out, const char *why)
{
    out->torn = out->torn || out->done_bytes > 0;
    drop_first(out);
    out->lost(out->user, why);
}

/* After a torn line a new one begins. What write_some returns. */
static ssize_t write_first(struct line_out *out)
{
    const struct line *first = out->first;
    if (out->torn) {
        ssize_t written = write_some(out->descriptor, "\n", 1);
        if (written <= 0) {
            return written;
        }
        out->torn = false;
    }
    return write_some(out->descriptor, first->text + out->done_bytes, first->length - out->done_bytes);
}

static void on_retry(uv_timer_t *timer);

static void flush(struct line_out *out)
{
    while (out->first != NULL) {
        ssize_t written = write_first(out);
        if (written == 0) {
            uv_timer_start(&out->retry, on_retry, TRY_AGAIN_MS, 0);
            return;
        }
        if (written < 0) {
            lose_first(out, strerror(errno));
            continue;
        }
        out->done_bytes += (size_t)written;
        if (out->done_bytes == out->first->length) {
            drop_first(out);
        }
    }
}

static void on_retry(uv_timer_t *timer)
{
    flush(timer->data);
}

void line_out_open(struct line_out *out, uv_loop_t *loop, int descriptor, size_t most_bytes,
                   void (*lost)(void *user, const char *why), void *user)
{
    memset(out, 0, sizeof(*out));
    out->descriptor = descriptor;
    out->most_bytes = most_bytes;
    out->end = &out->first;
    out->lost = lost;
    out->user = user;
    uv_timer_init(loop, &out->retry);
    out->retry.data = out;
}

void line_out_send(struct line_out *out, const char *text)
{
    size_t length = strlen(text) + 1;
    bool is_full = out->waiting_bytes + sizeof(struct line) + length > out->most_bytes;
    struct line *line = is_full ? NULL : malloc(sizeof(*line) + length);
    if (line == NULL) {
        out->lost(out->user, is_full ? "they are not read" : "out of memory");
        return;
    }
    line->next = NULL;
    line->length = length;
    memcpy(line->text, text, length - 1);
    line->text[length - 1] = '\n';
    *out->end = line;
    out->end = &line->next;
    out->waiting_bytes += sizeof(*line) + length;
    if (out->first == line) { /* else the timer runs */
        flush(out);
    }
}

static void close_descriptor(struct line_out *out)
{
    if (out->descriptor > STDERR_FILENO) {
        close(out->descriptor);
    }
    out->descriptor = -1;
}

void line_out_switch(struct line_out *out, int descriptor)
{
    flush(out);
    if (out->done_bytes > 0) {
        lose_first(out, "they are not read"); /* its beginning is in the other file */
    }
    close_descriptor(out);
    out->descriptor = descriptor;
    out->torn = false;
    flush(out);
}

bool line_out_is_empty(const struct line_out *out)
{
    return out->first == NULL;
}

void line_out_close(struct line_out *out)
{
    flush(out);
    while (out->first != NULL) {
        lose_first(out, "they are not read");
    }
    close_descriptor(out);
    uv_close((uv_handle_t *)&out->retry, NULL);
}
