/*
 * What an encoder pushes of one track, in one request or in many: one session of libmpe. Between two requests it is
 * kept, for the next one to find it; after a finding only what was answered is kept, for the requests that still come.
 */
#ifndef SMOOTH_PUSH_H
#define SMOOTH_PUSH_H

#include <mpe/mpe.h>

#include "answer.h"
#include "boxes.h"
#include "common/server/peer.h"
#include "path.h"
#include "server.h"

struct push {
    struct server *server;
    struct push *next; /* of all of the server, the newest first */
    struct push *previous;
    struct channel *channel; /* NULL: that of the command line, or none */
    char *path;              /* of its first request */
    mpe_session *session;    /* NULL: over */
    struct path_track track;
    struct address_prefix from;
    int64_t opened_us;
    int64_t kept_until_us; /* while no request is under way */
    size_t held_bytes;     /* in the server's bound of memory, beside the session */
    uint64_t received_bytes;
    enum mpe_body_end ended; /* the last body */
    unsigned bodies;
    bool is_busy; /* a request is under way */
    bool was_admitted;
    bool header_came;     /* one was read, and was good */
    struct answer answer; /* of the finding; status 0: none */
    char id[32];
    char peer[PEER_BYTES];
};

/* Of a request; path without host. NULL: no memory. Busy, and without session and channel. */
struct push *push_new(struct server *server, const struct sockaddr *from, const char *path);

/* Frees it with its session, which reports nothing any more. */
void push_free(struct push *push);

void push_feed(struct push *push, const void *data, size_t length, int64_t now_us);

/* The session's finding, if there is one: reports it, ends the session, and says what to answer. */
bool push_take_finding(struct push *push, struct answer *answer);

/* Ends the session: code 0, the encoder did; otherwise what the host says. True: there is something to answer. */
bool push_end(struct push *push, int32_t code, struct answer *answer);

/* The operator ends it, for a code of mpe_session_refuse, as with a finding; false: it has no session. */
bool push_refuse(struct push *push, int32_t code, struct answer *answer);

/* Its path belongs to its channel still, by a configuration that was read again. */
bool push_is_known(const struct push *push, const struct channels *channels);

/* The channel that it is on. */
mpe_channel *push_channel(const struct push *push);

/* The request is over, and the next one may come. */
void push_keep(struct push *push, enum mpe_body_end ended);

/* There is room for one more to be kept. */
bool push_has_room(const struct push *push);

/* The one that a body belongs to, which begins so; NULL: none, or one that is busy. */
struct push *push_find(const struct push *request, enum boxes_begin begin);

/* Ends what is kept of the path, as DELETE asks for. false: there is nothing. */
bool push_delete(const struct push *request);

/* Time passed; the program ends. */
void pushes_look(struct server *server, int64_t now_us);
void pushes_stop(struct server *server);
void pushes_free(struct server *server);

#endif
