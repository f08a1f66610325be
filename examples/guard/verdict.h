/* What follows from a finding: the notification, the line in the log, the words to the encoder. */
#ifndef GUARD_VERDICT_H
#define GUARD_VERDICT_H

#include "connection.h"

/* Takes the session's finding, if there is one, and reports it: the session is judged, and is kept for the reply. */
bool verdict_take(struct connection *connection, mpe_error *error);

/* The last try of this encoder ended by a fact of its own, lately: that is the finding, and it is reported. */
bool verdict_recall(struct connection *connection, mpe_error *error);

/* The server refused the publish, or ended one that was running: the session is judged, for that is reported. */
void verdict_refused_by_server(struct connection *connection, bool was_running);

/*
 * Ends the session: code 0, the encoder closed; otherwise what the host says. Reports the finding or the ending.
 * Returns true where it was a finding.
 */
bool verdict_end_session(struct connection *connection, int32_t code, mpe_error *error);

/* Begins to refuse the encoder for a finding, or because no server can be reached; it is told as soon as that can be.
 */
void verdict_refuse(struct connection *connection, const mpe_error *error);
void verdict_refuse_unreachable(struct connection *connection);

/* Tells it now if a message may be put in here. */
void verdict_try_to_tell(struct connection *connection);

#endif
