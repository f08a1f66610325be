/* The thread of libmicrohttpd behind --admin: what it answers is made of the last snapshot alone. */
#ifndef SERVER_ADMIN_HTTP_H
#define SERVER_ADMIN_HTTP_H

#include <stdbool.h>

#include <uv.h>

#include "admin_options.h"
#include "log_out.h"
#include "snapshot.h"

struct admin_http;

/* asked is sent when there is a kick to take. NULL: it cannot listen, the log has the reason. */
struct admin_http *admin_http_open(const struct admin_options *options, bool shares_port, uv_async_t *asked,
                                   struct log_out *log);

/* A shared port is left to others. */
void admin_http_stop_listening(struct admin_http *http);

/* Takes the snapshot over. Waits for nothing but a lock that is held for a few instructions. */
void admin_http_publish(struct admin_http *http, struct snapshot *snapshot);

/* A session that is to be ended; false: there is no further one. */
bool admin_http_take_kick(struct admin_http *http, char id[SNAPSHOT_ID_BYTES]);

/* NULL is allowed. */
void admin_http_close(struct admin_http *http);

#endif
