/* One encoder's connection: its two TCP sides, its libmpe session, and where it stands. */
#ifndef GUARD_CONNECTION_H
#define GUARD_CONNECTION_H

#include <uv.h>

#include <mpe/mpe.h>

#include "common/server/peer.h"
#include "common/server/proxy_protocol.h"
#include "guard.h"
#include "rtmp_commands.h"
#include "side.h"
#include "sink.h"

struct pending_publish;
struct opening;

enum phase {
    PHASE_ANNOUNCED,  /* a proxy says first whose connection this is */
    PHASE_CONNECTING, /* to the server; the encoder is not read meanwhile */
    PHASE_PASSING,    /* bytes pass */
    PHASE_ASKING,     /* the same, but the encoder waits for what its publish is decided to be */
    PHASE_REFUSING,   /* the verdict is out, the encoder was not told yet */
    PHASE_LEAVING,    /* all is said; what still comes is thrown away, lest a TCP reset eats the words */
    PHASE_CLOSED
};

struct connection {
    struct guard *guard;
    const struct listener *listener;
    struct connection *next;
    struct connection *previous;
    enum phase phase;
    struct proxy_reader *announced; /* ANNOUNCED: what of it has come */
    unsigned char *held;            /* bytes of the encoder that wait for the server, or for an answer */
    size_t held_bytes;
    bool has_choice;         /* there are channels, and it was in the lobby */
    struct channel *channel; /* NULL: that of the command line, or none yet */
    char *app;               /* of its connect, as the two below; NULL: it did not come */
    char *tc_url;
    char *flash_ver;
    char *stream_name;               /* of its first publish; NULL: it has published nothing */
    bool is_assigned;                /* a service named its channel */
    bool publishes_more;             /* ... and of another one */
    bool publish_started;            /* the server has said so */
    bool is_player;                  /* it plays, and is not judged */
    struct pending_publish *pending; /* a publish that waits */
    unsigned char *unfinished;       /* of a message before publish, that was not looked at yet */
    size_t unfinished_bytes;
    struct sockaddr_storage source;       /* of the encoder; AF_UNSPEC: not known */
    bool local;                           /* the sink answers, not a server, or none yet */
    struct opening *opening;              /* while it is not known which server it is for; or NULL */
    int handles;                          /* that are not closed yet */
    const struct upstream_target *target; /* CONNECTING: the server */
    int address;                          /* of it, to be tried next */
    struct side client;                   /* the encoder */
    struct side server;
    uv_connect_t connecting;
    uv_timer_t timer;
    int64_t armed_us;   /* when the timer goes off */
    int64_t limit_us;   /* when the phase must be over */
    int64_t stalled_us; /* when a server that takes nothing is given up; only while client.paused */
    int64_t silent_us;  /* when a server that has not said a byte is given up */
    int64_t left_us;    /* LEAVING: since when */
    bool has_written;   /* ... and a message of the encoder has ended since */
    int64_t opened_us;
    uint64_t received_bytes; /* from the encoder */
    uint64_t discarded_bytes;
    mpe_session *session;
    bool judged; /* its finding or its ending was reported */
    bool was_admitted;
    bool is_counted; /* for its address */
    struct address_prefix from;
    int64_t session_bytes; /* of memory, that libmpe holds for it */
    int64_t own_bytes;     /* ... and the guard */
    struct sink sink;
    struct rtmp_reader from_client;
    struct rtmp_reader from_server; /* of what was passed to the encoder */
    bool has_connected;
    double connect_transaction;
    double publish_transaction;
    bool connect_answered;
    bool answer_connect;   /* REFUSING: wait for connect, and let the refusal be the answer to it */
    bool reconnect_is_due; /* it is to be asked to, as soon as a message may be put in */
    mpe_error refusal;     /* what the encoder is told */
    char id[32];
    char peer[PEER_BYTES];
};

/* Takes the connection that waits at the listener, or turns it away. 0, or -1: no memory, it still waits. */
int connection_open(struct listener *listener);

/* Bytes of a connection that is announced by a proxy. */
void connection_announced(struct connection *connection, const unsigned char *data, size_t length);

/* The channel that it is on, or the lobby. */
mpe_channel *connection_channel(const struct connection *connection);

/* The guard stops, or needs memory: ends the session as maintenance, and the connection. */
void connection_stop(struct connection *connection);

/* The guard is drained: an encoder that understands it is asked to connect again; it goes on until then. */
void connection_ask_to_reconnect(struct connection *connection);

/* The operator ends it, for a code of mpe_session_refuse: as with a finding the encoder is told, if that can be. */
void connection_refuse(struct connection *connection, int32_t code);

/* ------------------------------------------------------------- upstream.c */

/* The server for who names this stream on it: that of its channel, else that of all. NULL: nothing is passed on. */
const struct upstream_target *upstream_of(const struct connection *connection, const char *stream_name);

/* Connects to target, of which the first address is tried first; the encoder waits. */
void upstream_begin(struct connection *connection);

/* Tries its next address; connection_connected or connection_unreachable follows. */
void upstream_connect(struct connection *connection);

/* Called by it. */
void connection_connected(struct connection *connection);
void connection_unreachable(struct connection *connection);

/* Bytes pass from here on, those that the encoder sent meanwhile first. */
void connection_joined(struct connection *connection);

/* ------------------------------------------------------ called by side.c */

void connection_bytes(struct side *side, const unsigned char *data, size_t length);
void connection_eof(struct side *side);
void connection_failed(struct side *side, int status);
void connection_drained(struct side *side);
void connection_gone(struct side *side);
void connection_handle_closed(struct connection *connection, const struct side *side);

/* --------------------------------------------------- connection_server.c */

/*
 * Bytes on their way to the encoder, from the server or the sink: sends them and notes what they say. With
 * until_between it stops where a message of ours may stand. Returns the bytes used; the connection is closed where that
 * failed.
 */
size_t connection_to_client(struct connection *connection, const unsigned char *data, size_t length,
                            bool until_between);

void connection_send_from_sink(void *user, const void *bytes, size_t length);

/* Of a uv error on the server's side. */
void connection_server_broke(struct connection *connection, int status);

/* Called for the server's side: its bytes, its end, and a uv error while bytes pass or it is joined. */
void connection_server_bytes(struct connection *connection, const unsigned char *data, size_t length);
void connection_server_eof(struct connection *connection);
void connection_server_failed(struct connection *connection, int status);

/* --------------------------------------------------------- connection.c */

/* What libmpe takes and gives back from now on is this connection's. Before each of its calls. */
void connection_holds(struct connection *connection);

/* Ends the session by a code (0: the encoder ended it), and the connection at once. */
void connection_end(struct connection *connection, int32_t code);

/* The code of an ending that comes now: 0, or the server's part in it. */
int32_t connection_ending_code(const struct connection *connection);

void connection_server_gone(struct connection *connection, const char *how, const char *why);

/* Bytes of the encoder wait, and it is not read meanwhile. Given back as connection_bytes. false: no memory. */
bool connection_hold(struct connection *connection, const unsigned char *data, size_t length);
void connection_give_held(struct connection *connection);

/* Sets the timer by the deadlines of phase and session; after everything that may have moved them. */
void connection_schedule(struct connection *connection);

/* The encoder's side shut down after what was sent; what it still sends is discarded; then the connection closes. */
void connection_leave(struct connection *connection);

/*
 * LEAVING: the encoder still writes. Most read nothing before a whole message is written, however long that takes:
 * until one has ended, the time to leave starts again.
 */
void connection_writes_on(struct connection *connection);
void connection_close(struct connection *connection);

#endif
