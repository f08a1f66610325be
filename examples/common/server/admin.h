/*
 * What an operator sees and does while a server runs: metrics, JSON and a page by HTTP. libmicrohttpd has a thread of
 * its own, which reads snapshots that the loop leaves there and asks the loop to end a session; nobody waits for the
 * other, so that no client of it slows a session.
 */
#ifndef SERVER_ADMIN_H
#define SERVER_ADMIN_H

#include <uv.h>

#include "admin_options.h"
#include "admin_record.h"
#include "fleet.h"
#include "log_out.h"
#include "notify_out.h"
#include "turned_away.h"

struct admin;

struct admin_program {
    const char *name;

    /* Calls admin_show for at most so many sessions, from the first, or from where it stopped. true: there are more. */
    bool (*list)(void *user, struct admin *admin, bool from_first, unsigned most);

    /* Ends the session of this id with MPI_REST_API_CHANNEL_RESET, if it is there still. */
    void (*kick)(void *user, const char *id);
    void *user;
    const struct notify_out *notify;
    const struct turned_away *turned;
    const struct fleet *fleet; /* or NULL */
    bool shares_port;  /* with the next process, while this one drains */
    bool has_channels; /* of a configuration */
};

/* *out is NULL where nobody asked for it. 0, or -1: it cannot listen, the log has the reason. */
int admin_open(struct admin **out, const struct admin_options *options, const struct admin_program *program,
               struct log_out *log, uv_loop_t *loop);

/* In list: a session; its at_ms is filled in. channel_name NULL: it is on the channel of the command line, or on none
 * yet. */
void admin_show(struct admin *admin, const struct admin_view *view);

/* Of any session: what was found, and each notice. admin NULL: nothing is done, here and below. */
void admin_ending(struct admin *admin, const mpe_channel *channel, const mpe_session *session,
                  const struct peer_history *history, const mpe_error *error);
void admin_notice(struct admin *admin, const char *id, const mpe_notice *notice);

/* The server stops: /healthz says so; a port that is shared is left to the next process. */
void admin_stopping(struct admin *admin);

/* Frees it when the loop has closed its handles. */
void admin_close(struct admin *admin);

#endif
