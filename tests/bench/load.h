/* Encoders that push at once to one port, and the server that takes what they send and discards it. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <netinet/in.h>
#include <sys/types.h>

#include "bench.h"

struct sockaddr_in loopback(uint16_t port);

/* A port of this machine that nobody listens on. */
uint16_t free_port(void);

/* Waits until somebody listens there; ends the bench where nobody does within 20 s. */
int connect_to(uint16_t port);

/* Writes all of it; false: the other side closed. */
bool send_bytes(int connection, struct bytes bytes);

/* ------------------------------------------------------------------------------------------------------ encoders */

struct load {
    uint16_t port;
    size_t pushes;
    struct bytes messages; /* of RTMP, what each sends after it published a name of its own */
    int64_t bps;           /* of each; 0: as fast as it is taken */
    size_t piece_ms;       /* where they are paced: each sends a piece so often */
};

/* All of them, until the last one has ended. Seconds on the wall. */
double run_load(const struct load *load);

/* What an encoder sends before its first message; to be freed with free_bytes. */
struct bytes opening_of(const char *stream_name);

/* The messages of the first len bytes, or a little less, of a stream; to be freed with free_bytes. */
struct bytes messages_of(struct bytes flv, size_t len);

/* -------------------------------------------------------------------------------------------------------- server */

/* When how much of the stream that is published as "watched" had come. The server writes it. */
#define ARRIVALS 4096
struct arrivals {
    _Atomic size_t count;
    struct arrival {
        uint64_t bytes;
        int64_t time_ns;
    } at[ARRIVALS];
};

struct server {
    pid_t pid;
    uint16_t port;
    struct arrivals *arrivals;
};

struct server start_server(void);
void stop_server(const struct server *server);

/* ------------------------------------------------------------------------------------------------------- a frame */

/* Of one size, one after the other; what each takes to the server. */
struct frames {
    size_t count;
    long every_ms;
    double *times_ms;
};

/* Publishes messages as "watched" in such frames. */
void watch_frames(uint16_t port, struct bytes messages, const struct arrivals *arrivals, struct frames frames);

#endif
