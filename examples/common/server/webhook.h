/* Delivers notifications by HTTP POST: libcurl, driven by the loop, with a bounded queue and a few retries. */
#ifndef SERVER_WEBHOOK_H
#define SERVER_WEBHOOK_H

#include <uv.h>

#include "log_out.h"

struct notify_target;
struct webhook;

/* What is wrong with a URL, and how to put it right; never the URL, which may hold a secret. NULL: nothing. */
const char *webhook_url_fault(const char *url);

/* For the URL of the target, which stays the caller's. NULL: out of memory. */
struct webhook *webhook_open(uv_loop_t *loop, struct log_out *log, const struct notify_target *target);

/* Queues one notification; where the queue is full, it is dropped, counted and told. */
void webhook_send(struct webhook *webhook, const char *json);

/* How many are waiting or under way. */
unsigned webhook_pending(const struct webhook *webhook);

/* Drops what is pending and frees everything once the loop has closed its handles. */
void webhook_close(struct webhook *webhook);

#endif
