#include "sockets.h"

#include <stdlib.h>
#include <sys/socket.h>

struct open_socket {
    struct open_socket *next;
    struct open_socket *previous;
    int socket;
};

static void *add(struct sockets *sockets, int socket)
{
    struct open_socket *one = calloc(1, sizeof *one);
    if (one == NULL) {
        return NULL; /* then its end may be seen late */
    }
    one->socket = socket;
    one->next = sockets->first;
    if (one->next != NULL) {
        one->next->previous = one;
    }
    sockets->first = one;
    return one;
}

static void drop(struct sockets *sockets, struct open_socket *one)
{
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
        *context = add(user, MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
    } else if (*context != NULL) {
        drop(user, *context);
        *context = NULL;
    }
}

void sockets_wake(const struct sockets *sockets)
{
    char byte;
    for (const struct open_socket *one = sockets->first; one != NULL; one = one->next) {
        if (recv(one->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0) {
            shutdown(one->socket, SHUT_RD); /* changes nothing, but is an event */
        }
    }
}
