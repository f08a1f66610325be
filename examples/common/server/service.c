#include "service.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define NAME_VARIABLE     "NOTIFY_SOCKET"
#define INTERVAL_VARIABLE "WATCHDOG_USEC"
#define PROCESS_VARIABLE  "WATCHDOG_PID"

/* A path, or "@" and a name without a file. -1: there is none, or it takes nothing. */
static int connect_to_manager(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *const name = getenv(NAME_VARIABLE);
    const size_t length = name != NULL ? strlen(name) : 0;
    if (length < 2 || length >= sizeof(address.sun_path) || (*name != '/' && *name != '@')) {
        return -1;
    }
    memcpy(address.sun_path, name, length);
    address.sun_path[0] = *name == '@' ? '\0' : '/';
    const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    if (descriptor >= 0 && connect(descriptor, (const struct sockaddr *)&address, size) != 0) {
        close(descriptor);
        return -1;
    }
    return descriptor;
}

static void say(const struct service *service, const char *state)
{
    if (service->socket >= 0) {
        send(service->socket, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT);
    }
}

static void on_watchdog(uv_timer_t *timer)
{
    say(timer->data, "WATCHDOG=1");
}

/* Twice as often as it asks; 0: it does not, or asks another process. */
static uint64_t watchdog_ms(void)
{
    const char *const interval = getenv(INTERVAL_VARIABLE);
    const char *const process = getenv(PROCESS_VARIABLE);
    if (interval == NULL || (process != NULL && strtol(process, NULL, 10) != (long)getpid())) {
        return 0;
    }
    const uint64_t ms = strtoull(interval, NULL, 10) / 1000;
    return ms > 0 && ms < 2 ? 1 : ms / 2;
}

void service_open(struct service *service, uv_loop_t *loop)
{
    const uint64_t ms = watchdog_ms();
    service->socket = connect_to_manager();
    uv_timer_init(loop, &service->watchdog);
    service->watchdog.data = service;
    if (service->socket >= 0 && ms > 0) {
        uv_timer_start(&service->watchdog, on_watchdog, 0, ms);
        uv_unref((uv_handle_t *)&service->watchdog);
    }
}

void service_ready(struct service *service)
{
    say(service, "READY=1");
}

void service_reloading(struct service *service)
{
    char state[64];
    snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, uv_hrtime() / 1000);
    say(service, state);
}

void service_stopping(struct service *service)
{
    say(service, "STOPPING=1");
}

void service_close(struct service *service)
{
    if (service->socket >= 0) {
        close(service->socket);
        service->socket = -1;
    }
    uv_close((uv_handle_t *)&service->watchdog, NULL);
}
