/* The programs that are compared: each a proxy, or a server, in front of the same server. */
#ifndef BENCH_CONTENDERS_H
#define BENCH_CONTENDERS_H

#include "load.h"

/* Where one is run. */
struct place {
    const char *build;
    const char *folder; /* for its configuration and its log */
    uint16_t port;
    uint16_t upstream_port;
};

#define MOST_ARGUMENTS 24

struct contender {
    const char *name;
    /* Writes its configuration and its command line, which lasts until the next call. */
    void (*prepare)(const struct place *place, char *arguments[MOST_ARGUMENTS]);
    const char
        *needed; /* a file, in the build directory unless it begins with a slash; what is not there is left out */
};

enum { GUARD, GUARD_EVERYTHING, GUARD_WITHOUT, HAPROXY, NGINX, NGINX_MPE, NGINX_RTMP, CONTENDERS };

extern const struct contender contenders[CONTENDERS];

bool contender_is_here(const struct contender *contender, const char *build);

/* One of them at work in front of a server. */
struct trial {
    struct server server;
    uint16_t port;
    pid_t program;
};

struct trial start_trial(const struct contender *contender, const char *build);
void stop_trial(const struct trial *trial);

#endif
