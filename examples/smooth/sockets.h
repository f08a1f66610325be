/*
 * All connections of libmicrohttpd. With epoll it misses an end that comes together with bytes: it reads fewer than it
 * asked for, takes the socket for empty, and waits for an event that has been already (seen with 0.9.75). The encoder
 * is gone, but its session would last until the connection times out. So sockets at their end are woken now and then.
 */
#ifndef SMOOTH_SOCKETS_H
#define SMOOTH_SOCKETS_H

#include <microhttpd.h>

struct open_socket;

struct sockets {
    struct open_socket *first;
};

/* For MHD_OPTION_NOTIFY_CONNECTION, user: struct sockets. */
void sockets_changed(void *user, struct MHD_Connection *connection, void **context,
                     enum MHD_ConnectionNotificationCode code);

/* Wakes libmicrohttpd for each socket at its end. */
void sockets_wake(const struct sockets *sockets);

#endif
