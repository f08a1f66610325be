/* Delivers notifications by HTTP POST: libcurl, driven by the loop, with a bounded queue and a few retries. */
#ifndef SERVER_WEBHOOK_H
#define SERVER_WEBHOOK_H

#include <stdint.h>

#include <uv.h>

struct webhook;

/*
 * program: begins the lines on standard error, stays the caller's. url: http:// or https://, may hold a secret and is
 * never printed. schema: enum mpe_schema. NULL: it cannot be.
 */
struct webhook *webhook_open(uv_loop_t *loop, const char *program, const char *url, int32_t schema);

/* Queues one notification; where the queue is full, it is dropped and counted. */
void webhook_send(struct webhook *webhook, const char *json);

/* How many are waiting or under way. */
unsigned webhook_pending(const struct webhook *webhook);

/* Drops what is pending and frees everything once the loop has closed its handles. */
void webhook_close(struct webhook *webhook);

#endif
