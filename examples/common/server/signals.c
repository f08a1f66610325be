/* Ignores every signal that may be ignored, and watches three with libuv. */
#include "signals.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/* Faults of the program itself, which must not go on after them; and what cannot be or must not be ignored. */
static const int left_alone[] = {SIGKILL, SIGSTOP, SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,  SIGTRAP, SIGSYS,
                                 SIGABRT, SIGTERM, SIGINT,  SIGCHLD, SIGCONT, SIGTSTP, SIGTTIN, SIGTTOU};

static bool is_left_alone(int number)
{
    for (size_t i = 0; i < sizeof(left_alone) / sizeof(left_alone[0]); i++) {
        if (left_alone[i] == number) {
            return true;
        }
    }
    return false;
}

void signals_ignore(void)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    for (int number = 1; number <= SIGRTMAX; number++) {
        if (!is_left_alone(number)) {
            sigaction(number, &ignore, NULL); /* fails for the two that the C library keeps to itself */
        }
    }
}

static void on_stop(uv_signal_t *handle, int number)
{
    const struct signals *const signals = handle->data;
    signals->on_stop(signals->user, number == SIGINT ? "SIGINT" : "SIGTERM");
}

static void on_hang_up(uv_signal_t *handle, int number)
{
    const struct signals *const signals = handle->data;
    (void)number;
    signals->on_hang_up(signals->user);
}

static void watch(struct signals *signals, uv_loop_t *loop, uv_signal_t *handle, uv_signal_cb on, int number)
{
    uv_signal_init(loop, handle);
    handle->data = signals;
    uv_signal_start(handle, on, number);
    uv_unref((uv_handle_t *)handle);
}

void signals_watch(struct signals *signals, uv_loop_t *loop)
{
    watch(signals, loop, &signals->terminate, on_stop, SIGTERM);
    watch(signals, loop, &signals->interrupt, on_stop, SIGINT);
    watch(signals, loop, &signals->hang_up, on_hang_up, SIGHUP);
}

void signals_close(struct signals *signals)
{
    uv_close((uv_handle_t *)&signals->terminate, NULL);
    uv_close((uv_handle_t *)&signals->interrupt, NULL);
    uv_close((uv_handle_t *)&signals->hang_up, NULL);
}
