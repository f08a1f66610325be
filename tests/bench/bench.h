/* What the parts of the bench share: bytes to measure on, a clock, rows of results. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mpe.h"

#define KIB64 65536

struct bytes {
    const unsigned char *data;
    size_t len;
};

/* A bench that cannot go on has no result to give: says what is missing and exits with 2. */
void need(bool condition, const char *what);

/* CPU seconds of this process: other load on the machine moves it less than the clock on the wall. */
double cpu_seconds(void);

/* The clock on the wall, from any moment; of all processes the same. */
int64_t clock_ns(void);

/* -------------------------------------------------------------------------------------------------------- rows */

enum goal_kind { NO_GOAL, AT_LEAST, AT_MOST };

/* Prints a row and keeps it for the report. */
void row(const char *name, double value, const char *unit, enum goal_kind kind, double goal);

/* Prints a line between rows. */
void heading(const char *text);

/* Writes what was kept to path. Returns how many rows missed their goals; -1: path cannot be written. */
int report(const char *path, const char *machine);

/* -------------------------------------------------------------------------------------------------------- speed */

/* One way to go through all bytes of a stream, from opening to freeing, in pieces of feed bytes. */
typedef void run_function(struct bytes input, size_t feed);

/* CPU seconds of one run, and those of a yardstick: median over runs taken in turn, each long enough to be measured. */
struct pair {
    double ours;
    double theirs;
    double ratio; /* median of theirs / ours of each turn */
};
struct pair measure_pair(run_function *ours, run_function *theirs, struct bytes input, size_t feed);

/* values are sorted by it. */
double median(double *values, size_t count);

/* As many of 1000 are smaller, or as large. values are sorted by it. */
double permille(double *values, size_t count, size_t permille);

run_function run_mpe, run_memcpy, run_read_frame_flv, run_read_frame_mov, run_mediainfo;
run_function run_find_stream_info; /* flv; feed is not looked at */

/* false: no libmediainfo on this machine. */
bool mediainfo_is_there(void);

/* ----------------------------------------------------------------------------------------------------- sessions */

/* An encoding channel clocked by the media. allocator may be NULL. */
mpe_channel *new_channel(const mpe_allocator *allocator);

/* The same with all that a host may ask for: notices, conditions. */
mpe_channel *new_channel_with_everything(const mpe_allocator *allocator);

typedef mpe_channel *channel_function(const mpe_allocator *allocator);

mpe_session *new_session(mpe_channel *channel);
void feed_all(mpe_session *session, struct bytes input, size_t feed);

/* Feeds 1 KiB at a time until the session is admitted. The bytes that took. */
size_t feed_until_admitted(mpe_session *session, struct bytes input);

/* -------------------------------------------------------------------------------------------------------- media */

struct media {
    const char *name; /* "4 Mbit/s" */
    struct bytes flv;
    struct bytes fmp4;
};

/* The same media as the bytes of an RTMP encoder; to be freed with free_bytes. */
struct bytes rtmp_of(struct bytes flv, uint32_t chunk_size);
void free_bytes(struct bytes bytes);

/* --------------------------------------------------------------------------------------------- parts of the bench */

struct bench {
    const char *build;     /* the build directory, where the programs are */
    struct media media[3]; /* slow, usual, fast */
};

void bench_speed(const struct bench *bench);
void bench_probe(const struct bench *bench);
void bench_distance(const struct bench *bench);
void bench_memory(const struct bench *bench);
void bench_many(const struct bench *bench);
void bench_recv(const struct bench *bench);
void bench_age(const struct bench *bench);
void bench_startup(const struct bench *bench);
void bench_systems(const struct bench *bench);
void bench_latency(const struct bench *bench);
void bench_fleet(const struct bench *bench);
void bench_service(const struct bench *bench);

#endif
