/* What is said about a session: a line of the log and a notification, bounded for strangers. */
#ifndef SERVER_REPORTS_H
#define SERVER_REPORTS_H

#include <mpe/mpe.h>

#include "address_rate.h"
#include "notify_out.h"
#include "peer.h"

struct admin;

struct reports {
    struct notify_out *notify;
    struct log_out *log;
    struct admin *admin; /* or NULL: nobody looks */
    bool quiet;          /* notifications only */
    struct address_rate limit;
    struct loss left_out;
};

void reports_open(struct reports *reports, struct notify_out *notify, struct log_out *log, uv_loop_t *loop);

/* Of a finding or an ending of a session of the channel. */
void reports_send(struct reports *reports, const mpe_channel *channel, const mpe_session *session,
                  const struct peer_history *history, const mpe_error *error);

/* All notices of a session that wait: to be called before what it was found guilty of is sent, and after each call. */
void reports_notices(struct reports *reports, mpe_session *session, const char *id);

/* A line of the log alone: of a connection that has nothing to notify of. */
void reports_say(struct reports *reports, const mpe_channel *channel, const struct peer_history *history,
                 const mpe_error *error);

/* Before notify and log are closed. */
void reports_close(struct reports *reports);

#endif
