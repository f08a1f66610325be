/*
 * Reads the configuration file again while a server runs. A thread of its own reads it, tries every channel and looks
 * up every server, however long that takes; the loop then changes the channels. A thread that hangs ends with the
 * process.
 */
#ifndef SERVER_RELOAD_H
#define SERVER_RELOAD_H

#include <uv.h>

#include "log_out.h"
#include "server_options.h"
#include "service.h"

struct reload_job;

struct reload {
    struct server_options *options;
    struct log_out *log;
    struct service *service;         /* hears when it is ready again */
    void (*end_removed)(void *user); /* encoders whose channel is gone are to be ended */
    void *user;
    uv_async_t read;        /* a job is done */
    struct reload_job *job; /* under way; or NULL */
    bool again;             /* asked for meanwhile */
};

/* All but the last three members are set, and outlive it. */
void reload_open(struct reload *reload, uv_loop_t *loop);

/* The log says what became of it. Without a configuration file there is nothing to be read. */
void reload_begin(struct reload *reload);

/* Nothing is changed any more. */
void reload_close(struct reload *reload);

#endif
