/*
 * Delivers notifications to one URL. A thread of its own does it (poster.h): whoever sends never waits for a disk or
 * for a receiver, and shares nothing with it but two bounded mailboxes.
 */
#ifndef SERVER_WEBHOOK_H
#define SERVER_WEBHOOK_H

#include <uv.h>

#include "delivery_settings.h"
#include "log_out.h"

struct webhook;

/* What is wrong with a URL, and how to put it right; never the URL, which may hold a secret. NULL: nothing. */
const char *webhook_url_fault(const char *url);

/* For a sink of the settings, by its index; they stay the caller's. NULL: out of memory. */
struct webhook *webhook_open(uv_loop_t *loop, struct log_out *log, const struct delivery_settings *settings,
                             unsigned sink);

/* Queues one notification; where there is no room for it, it is dropped, counted and reported. */
void webhook_send(struct webhook *webhook, const char *json);

/* Since the start. */
struct notify_counts {
    unsigned long sent; /* and taken */
    unsigned long lost; /* given up, or without room */
    unsigned long waiting;
};
struct notify_counts webhook_counts(const struct webhook *webhook);

/* How many are neither delivered nor given up. */
unsigned long webhook_pending(const struct webhook *webhook);

/*
 * Ends the thread; what is pending stays in a spool on a disk, or is dropped, counted and reported. Frees everything
 * once the loop has closed its handle.
 */
void webhook_close(struct webhook *webhook);

#endif
