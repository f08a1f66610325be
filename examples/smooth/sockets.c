/* A list of connections, looked at now and then: at their end, or too slow with their headers. */
#include "sockets.h"

#include <stdlib.h>
#include <sys/socket.h>

#define FIRST_HEADERS_US 10000000 /* since the connection was made */
#define NEXT_HEADERS_US  30000000 /* since the request before ended: an encoder may push a fragment at a time */

struct open_socket {
    struct open_socket *next;
    struct open_socket *previous;
    struct address_prefix from;
    bool is_counted;
    int socket;
    int64_t headers_by_us; /* INT64_MAX: they have come */
};

static struct open_socket *of_connection(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static void *add(struct sockets *sockets, struct MHD_Connection *connection)
{
    struct open_socket *const one = calloc(1, sizeof(*one));
    if (one == NULL) {
        return NULL; /* then its end may be seen late */
    }
    one->socket = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    one->from = address_prefix_of(MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr);
    one->is_counted = address_count_add(&sockets->addresses, &one->from);
    one->headers_by_us = sockets->now_us() + FIRST_HEADERS_US;
    one->next = sockets->first;
    if (one->next != NULL) {
        one->next->previous = one;
    }
    sockets->first = one;
    return one;
}

static void drop_socket(struct sockets *sockets, struct open_socket *one)
{
    if (one->is_counted) {
        address_count_remove(&sockets->addresses, &one->from);
    }
    if (one->previous != NULL) {
        one->previous->next = one->next;
    } else {
        sockets->first = one->next;
    }
    if (one->next != NULL) {
        one->next->previous = one->previous;
    }
    free(one);
}

void sockets_changed(void *user, struct MHD_Connection *connection, void **context,
                     enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = add(user, connection);
    } else if (*context != NULL) {
        drop_socket(user, *context);
        *context = NULL;
    }
}

void sockets_request_began(struct MHD_Connection *connection)
{
    struct open_socket *const one = of_connection(connection);
    if (one != NULL) {
        one->headers_by_us = INT64_MAX;
    }
}

void sockets_request_ended(struct sockets *sockets, struct MHD_Connection *connection)
{
    struct open_socket *const one = of_connection(connection);
    if (one != NULL) {
        one->headers_by_us = sockets->now_us() + NEXT_HEADERS_US;
    }
}

unsigned sockets_look(struct sockets *sockets)
{
    const int64_t now_us = sockets->now_us();
    unsigned late = 0;
    char byte;
    for (struct open_socket *one = sockets->first; one != NULL; one = one->next) {
        if (now_us >= one->headers_by_us) {
            one->headers_by_us = INT64_MAX;
            shutdown(one->socket, SHUT_RDWR); /* libmicrohttpd reads the end, and closes it */
            late++;
        } else if (recv(one->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0) {
            shutdown(one->socket, SHUT_RD); /* changes nothing, but is an event */
        }
    }
    return late;
}
