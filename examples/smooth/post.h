/* One request of an encoder, and where it stands. */
#ifndef SMOOTH_POST_H
#define SMOOTH_POST_H

#include <microhttpd.h>
#include <mpe/mpe.h>

#include "boxes.h"
#include "server.h"

enum phase {
    PHASE_TAKING,  /* the body is judged as it comes */
    PHASE_LEAVING, /* it was answered before its end; what still comes is thrown away, lest a TCP reset eats the words
                    */
    PHASE_ANSWERED /* libmicrohttpd has the answer */
};

struct post {
    struct server *server;
    struct post *next;
    struct post *previous;
    struct MHD_Connection *connection;
    enum phase phase;
    struct push *push;     /* whose body this is; NULL: over */
    char *url;             /* as it is judged */
    int socket;            /* of the connection; libmicrohttpd closes it */
    int64_t leave_us;      /* when LEAVING must be over */
    int64_t paid_until_us; /* the bytes of the body have bought this time */
    uint64_t received_bytes;
    uint64_t discarded_bytes;
    bool is_manifest; /* its body is of no interest */
    size_t head_length;
    unsigned char head[8]; /* says whose body it is; nothing is fed before */
    struct boxes boxes;
    char id[32];
};

/*
 * The headers came; with DELETE that is all, and kept pushes are ended. NULL: no memory. Otherwise the result is in
 * *result, for libmicrohttpd.
 */
struct post *post_open(struct server *server, struct MHD_Connection *connection, const char *path, const char *version,
                       bool is_delete, enum MHD_Result *result);

/* A part of the body came; its end came. The result is for libmicrohttpd. */
enum MHD_Result post_bytes(struct post *post, const char *data, size_t length);
enum MHD_Result post_end(struct post *post);

/* Time passed. */
void post_look(struct post *post, int64_t now_us);

/* The server stops: ends the session as maintenance, and answers. */
void post_stop(struct post *post);

/* The operator ends it, for a code of mpe_session_refuse: the encoder is answered. */
void post_refuse(struct post *post, int32_t code);

/* libmicrohttpd is done with the request, in whatever way: frees it. */
void post_close(struct post *post, enum MHD_RequestTerminationCode how);

#endif
