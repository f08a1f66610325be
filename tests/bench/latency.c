/* How long mpe-guard holds a frame back, and how long a refusal takes, while 2,000 healthy encoders push. */
#define _DEFAULT_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "contenders.h"
#include "rtmp_mux.h"

#define FRAMES     200
#define FRAME_MS   33
#define REFUSALS   100
#define REFUSAL_MS 60

static void sleep_ms(long ms)
{
    const struct timespec time = {.tv_nsec = ms * 1000000};
    nanosleep(&time, NULL);
}

/* -------------------------------------------------------------------------------------------------------- frames */

/* When so much of the watched stream had come; 0: it never did. */
static int64_t arrival_ns(const struct arrivals *arrivals, uint64_t bytes)
{
    const size_t count = arrivals->count;
    for (size_t i = 0; i < count; i++) {
        if (arrivals->at[i].bytes >= bytes)
            return arrivals->at[i].time_ns;
    }
    return 0;
}

void watch_frames(uint16_t port, struct bytes messages, const struct arrivals *arrivals, struct frames frames)
{
    const struct bytes opening = opening_of("watched");
    const size_t frame_bytes = messages.len / frames.count;
    const int connection = connect_to(port);
    int64_t *const sent_ns = calloc(frames.count, sizeof(*sent_ns));
    need(sent_ns != NULL, "no memory for frames");
    need(send_bytes(connection, opening), "the watched push was closed");
    for (size_t i = 0; i < frames.count; i++) {
        sleep_ms(frames.every_ms);
        sent_ns[i] = clock_ns();
        need(send_bytes(connection, (struct bytes){messages.data + i * frame_bytes, frame_bytes}),
             "the watched push was closed");
    }
    sleep_ms(500);
    for (size_t i = 0; i < frames.count; i++) {
        const int64_t arrived_ns = arrival_ns(arrivals, opening.len + (i + 1) * frame_bytes);
        need(arrived_ns != 0, "a frame did not arrive");
        frames.times_ms[i] = (double)(arrived_ns - sent_ns[i]) / 1e6;
    }
    close(connection);
    free(sent_ns);
    free_bytes(opening);
}

/* ------------------------------------------------------------------------------------------------------ refusals */

/* Reads what has come. false: nothing did within wait_ms. */
static bool read_some(int connection, int wait_ms)
{
    char discarded[8192];
    struct pollfd ready = {.fd = connection, .events = POLLIN};
    return poll(&ready, 1, wait_ms) == 1 && recv(connection, discarded, sizeof(discarded), 0) >= 0;
}

/* A picture that is too large: from the last byte of its sequence header to the answer, in ms. */
static double time_refusal(uint16_t port, size_t index, struct bytes headers)
{
    char name[32];
    snprintf(name, sizeof(name), "refused-%zu", index);
    const struct bytes opening = opening_of(name);
    const int connection = connect_to(port);
    need(send_bytes(connection, opening), "a push was closed before its header");
    while (read_some(connection, REFUSAL_MS))
        continue;
    const int64_t sent_ns = clock_ns();
    need(send_bytes(connection, headers), "a push was closed before its header");
    need(read_some(connection, 10000), "a push that must be refused is not");
    const double time_ms = (double)(clock_ns() - sent_ns) / 1e6;
    close(connection);
    free_bytes(opening);
    return time_ms;
}

/* ---------------------------------------------------------------------------------------------------- both at once */

struct watch {
    uint16_t port;
    uint16_t direct_port;
    struct bytes messages;
    struct bytes headers;
    const struct arrivals *arrivals;
    const struct arrivals *direct_arrivals;
    double frames_ms[FRAMES];
    double direct_ms[FRAMES];
    double refusals_ms[REFUSALS];
};

static void *watch(void *user)
{
    struct watch *const watch = user;
    watch_frames(watch->direct_port, watch->messages, watch->direct_arrivals,
                 (struct frames){FRAMES, FRAME_MS, watch->direct_ms});
    watch_frames(watch->port, watch->messages, watch->arrivals, (struct frames){FRAMES, FRAME_MS, watch->frames_ms});
    for (size_t i = 0; i < REFUSALS; i++)
        watch->refusals_ms[i] = time_refusal(watch->port, i, watch->headers);
    return NULL;
}

static void report_watch(struct watch *watch)
{
    const double direct = permille(watch->direct_ms, FRAMES, 500), frame = permille(watch->frames_ms, FRAMES, 500);
    row("a frame to the server without a proxy, half of them", direct, "ms", NO_GOAL, 0);
    row("a frame to the server without a proxy, 99 %", permille(watch->direct_ms, FRAMES, 990), "ms", NO_GOAL, 0);
    row("a frame through mpe-guard, half of them", frame, "ms", NO_GOAL, 0);
    row("a frame through mpe-guard, 99 %", permille(watch->frames_ms, FRAMES, 990), "ms", NO_GOAL, 0);
    row("what mpe-guard adds to a frame, 99 %",
        permille(watch->frames_ms, FRAMES, 990) - permille(watch->direct_ms, FRAMES, 990), "ms", NO_GOAL, 0);
    row("from the deciding byte to the refusal, half of them", permille(watch->refusals_ms, REFUSALS, 500), "ms",
        NO_GOAL, 0);
    row("from the deciding byte to the refusal, 99 %", permille(watch->refusals_ms, REFUSALS, 990), "ms", NO_GOAL, 0);
}

/* The metadata and the first sequence header of video. */
static struct bytes headers_of(struct bytes flv)
{
    struct rtmp_mux mux = {.chunk_size = 4096};
    struct flv_tag tag = {0};
    size_t offset = 13;
    while (tag.type != 9 && flv_next_tag(flv.data, flv.len, &offset, &tag))
        rtmp_tag(&mux, &tag);
    return (struct bytes){mux.bytes, mux.len};
}

void bench_latency(const struct bench *bench)
{
    pthread_t thread;
    static struct watch watched;
    const struct trial trial = start_trial(&contenders[GUARD], bench->build);
    const struct server direct = start_server();
    watched = (struct watch){.port = trial.port,
                             .direct_port = direct.port,
                             .messages = messages_of(bench->media[1].flv, 3000000),
                             .headers = headers_of(bench->media[1].flv),
                             .arrivals = trial.server.arrivals,
                             .direct_arrivals = direct.arrivals};
    /* Pieces of more than a frame leave the machine, which does all of it, time to spare: else its queues are measured.
     */
    const struct load load = {.port = trial.port,
                              .pushes = 2000,
                              .messages = messages_of(bench->media[0].flv, 1800000),
                              .bps = 500000,
                              .piece_ms = 250};
    heading("time, while 2,000 encoders push 0.5 Mbit/s each");
    need(pthread_create(&thread, NULL, watch, &watched) == 0, "no thread");
    run_load(&load);
    pthread_join(thread, NULL);
    report_watch(&watched);
    stop_trial(&trial);
    stop_server(&direct);
    free_bytes(watched.messages);
    free_bytes(watched.headers);
    free_bytes(load.messages);
}
