/* An upstream server: its addresses, looked up once, and how it is told whose connection it gets. */
#ifndef SERVER_UPSTREAM_TARGET_H
#define SERVER_UPSTREAM_TARGET_H

#include <sys/socket.h>

#include "proxy_protocol.h"

#define UPSTREAM_ADDRESSES 8

struct upstream_target {
    struct sockaddr_storage addresses[UPSTREAM_ADDRESSES];
    int count;
    enum proxy_version proxy_version;
};

/* "HOST:PORT". NULL, or what is wrong with it and what to write, beginning with "address: ". */
const char *upstream_target_read(struct upstream_target *target, const char *text);

#endif
