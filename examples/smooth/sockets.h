/*
 * All connections of libmicrohttpd, which does not look at two things itself.
 *
 * With epoll it misses an end that comes together with bytes: it reads fewer than it asked for, takes the socket for
 * empty, and waits for an event that has been already (seen with 0.9.75). The encoder is gone, but its session would
 * last until the connection times out. So sockets at their end are woken now and then.
 *
 * Its timeout is one of silence: headers that come byte by byte would hold a connection for ever. So a request's
 * headers have a time in all, from the connection's begin or from the end of the request before.
 */
#ifndef SMOOTH_SOCKETS_H
#define SMOOTH_SOCKETS_H

#include <stdbool.h>
#include <stdint.h>

#include <microhttpd.h>

#include "common/server/address_count.h"

struct open_socket;

struct sockets {
    struct open_socket *first;
    struct address_counts addresses;
    int64_t (*now_us)(void);
};

/* For MHD_OPTION_NOTIFY_CONNECTION, user: struct sockets. */
void sockets_changed(void *user, struct MHD_Connection *connection, void **context,
                     enum MHD_ConnectionNotificationCode code);

/* The headers of a request have come; the request is over. */
void sockets_request_began(struct MHD_Connection *connection);
void sockets_request_ended(struct sockets *sockets, struct MHD_Connection *connection);

/* Wakes libmicrohttpd for each socket at its end, or whose headers took too long. Returns how many of the latter. */
unsigned sockets_look(struct sockets *sockets);

#endif
