/* Which signals do what: SIGTERM and SIGINT end the program in good order, SIGHUP is heard, all others are nothing. */
#ifndef SERVER_SIGNALS_H
#define SERVER_SIGNALS_H

#include <uv.h>

struct signals {
    uv_signal_t terminate;
    uv_signal_t interrupt;
    uv_signal_t hang_up;
    void (*on_stop)(void *user, const char *name); /* may come again */
    void (*on_hang_up)(void *user);
    void *user;
};

/*
 * No signal but SIGTERM, SIGINT and SIGKILL ends the program from now on, except those by which the system says that
 * the program is broken (SIGSEGV and the like, SIGABRT). First of all, before threads are made.
 */
void signals_ignore(void);

/* Watches the three, whose handles do not keep the loop running. The struct must stay until the loop has closed them.
 */
void signals_watch(struct signals *signals, uv_loop_t *loop);
void signals_close(struct signals *signals);

#endif
