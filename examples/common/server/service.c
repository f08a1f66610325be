/* Sends sd_notify's messages by a datagram socket, and the watchdog's by a timer. */
#include "service.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "datagram.h"

#define NAME_VARIABLE     "NOTIFY_SOCKET"
#define INTERVAL_VARIABLE "WATCHDOG_USEC"
#define PROCESS_VARIABLE  "WATCHDOG_PID"

static void say(const struct service *service, const char *state)
{
    datagram_send(service->socket, state, strlen(state));
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
    service->socket = datagram_connect(getenv(NAME_VARIABLE));
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
