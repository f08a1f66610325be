/*
 * The TCP connections of a capture, and the ingests in them.
 *
 * Bounds: CONNECTIONS_MAX connections at a time (the oldest that is no ingest makes room, else the oldest), what tcp.h
 * says of segments that wait, 4 KiB more for each HTTP connection, and a session for each ingest. What was dropped for
 * it is counted.
 */
#ifndef INSPECT_CONNECTION_H
#define INSPECT_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>

#include "http.h"
#include "ingest.h"
#include "options.h"
#include "packet.h"
#include "tcp.h"

#define CONNECTIONS_MAX 32768
#define SNIFF_BYTES     64       /* no protocol needs more to be detected */
#define MAX_GAP_US      30000000 /* what did not come by then was not captured */
#define RTMP_PORT       1935

enum connection_role {
    ROLE_UNKNOWN,
    ROLE_STREAM, /* all that the client sends is one ingest */
    ROLE_HTTP,
    ROLE_OTHER /* none of our business */
};

/* Why an ingest is not judged to its end. */
enum ingest_end {
    END_CLOSED,      /* it is: the peer closed */
    END_CAPTURE,     /* the capture ends before it */
    END_HOLE,        /* bytes are missing */
    END_MID,         /* its beginning is not in the capture: nothing was judged */
    END_ROOM,        /* too many connections at a time */
    END_HTTP_BROKEN, /* no HTTP/1.1 from here */
    END_NO_MEMORY
};

struct half {
    struct tcp_stream stream;
    uint8_t head_len;
    uint8_t head[SNIFF_BYTES];
};

struct connection {
    UT_hash_handle hh;
    struct {
        struct endpoint a, b; /* a sorts first */
    } key;
    struct half halves[2]; /* what a sent, what b sent */
    int8_t client;         /* which half; -1: not known */
    bool is_mid;           /* no SYN was seen */
    uint8_t role;          /* enum connection_role */
    uint8_t closed;        /* halves that ended, as bits */
    uint32_t posts;        /* ingests of HTTP so far */
    int64_t began_us;
    struct http *http;     /* of ROLE_HTTP */
    struct ingest *ingest; /* that is under way */
};

/* What an ingest was, for its report; valid during the call. */
struct ingest_report {
    uint32_t number; /* from 1, in the order of their ends */
    const struct connection *connection;
    const struct ingest *ingest; /* NULL: nothing was judged (END_MID) */
    enum ingest_end end;
    bool is_http;
    uint32_t post;   /* which of its connection, from 1 */
    int64_t time_us; /* of the end */
    int64_t hole_time_us;
    uint64_t hole_offset; /* END_HOLE: in what the client sent */
    uint64_t hole_bytes;
    char client[ENDPOINT_TEXT_BYTES];
    char server[ENDPOINT_TEXT_BYTES];
};

struct capture_out;

struct connections {
    const struct options *options;
    struct capture_out *out;
    struct connection *table;
    mpe_channel *shared; /* of --one-channel, once it is made */
    struct tcp_budget budget;
    uint32_t ingests;
    uint32_t judged;
    uint32_t with_findings;
    uint32_t series;       /* under way */
    uint64_t others;       /* connections of other kinds */
    uint64_t others_mid;   /* of these: open already when the capture began */
    uint64_t tls;          /* of these: TLS, which hides what it carries */
    uint64_t players;      /* RTMP connections that play: no ingests */
    uint64_t evicted;      /* connections dropped for room */
    uint64_t other_bodies; /* POSTs and PUTs of what is no ingest */
    int64_t now_us;
    int status; /* EXIT_UNUSABLE: memory or the output failed, said already */
};

void connections_begin(struct connections *connections, const struct options *options, struct capture_out *out);

/* Takes the next segment of the capture. */
void connections_take(struct connections *connections, const struct segment *segment);

/* The capture ended: reports what is under way, and frees all. */
void connections_end(struct connections *connections);

#endif
