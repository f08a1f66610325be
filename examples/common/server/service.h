/*
 * What the service manager is told, by datagrams to the socket of NOTIFY_SOCKET: ready, reading its configuration
 * again, ending, and alive, as often as WATCHDOG_USEC asks. Without a service manager nothing is sent.
 */
#ifndef SERVER_SERVICE_H
#define SERVER_SERVICE_H

#include <uv.h>

struct service {
    int socket; /* -1: nobody listens */
    uv_timer_t watchdog;
};

void service_open(struct service *service, uv_loop_t *loop);
void service_ready(struct service *service);
void service_reloading(struct service *service);
void service_stopping(struct service *service);

/* The struct must stay until the loop has closed its timer. */
void service_close(struct service *service);

#endif
