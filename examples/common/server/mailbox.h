/* Texts on their way from one thread to another, with a bound. */
#ifndef SERVER_MAILBOX_H
#define SERVER_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>

#include <uv.h>

struct mail {
    struct mail *next;
    long count; /* what the sender means by it */
    char text[];
};

struct mailbox {
    uv_mutex_t mutex;
    struct mail *first;
    struct mail **end;
    size_t bytes;
    size_t most_bytes;
};

/* 0, or -1: out of memory. */
int mailbox_open(struct mailbox *box, size_t most_bytes);

/* NULL: it is there; or why it is not. */
const char *mailbox_put(struct mailbox *box, long count, const char *text);

/* All that is there, oldest first, each to be freed; the box is empty. NULL: it was. */
struct mail *mailbox_take(struct mailbox *box);

void mailbox_close(struct mailbox *box);

#endif
