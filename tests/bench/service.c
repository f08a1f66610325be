/* mpe-guard for a whole service: many who are idle, a large configuration that is read again, who looks at it. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "load.h"
#include "program.h"

#define CHANNELS      100000
#define SESSIONS      10000
#define FILES         20000
#define IDLE_SECONDS  5
#define LOOKS         10
#define FRAMES        1600
#define FRAME_MS      5
#define PUSHES        200
#define RELOADS_AT_MS 1500

struct guard {
    char file[1000];
    uint16_t port;
    uint16_t admin_port;
    pid_t program;
};

static void sleep_ms(long ms)
{
    const struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

/* upstream_port 0: none. */
static void write_config(const struct guard *guard, size_t channels, uint16_t upstream_port)
{
    FILE *const file = fopen(guard->file, "w");
    need(file != NULL, "a configuration cannot be written");
    fprintf(file, "listeners: [{ address: 127.0.0.1:%u }]\n", (unsigned)guard->port);
    if (guard->admin_port != 0)
        fprintf(file, "admin: 127.0.0.1:%u\n", (unsigned)guard->admin_port);
    if (upstream_port != 0)
        fprintf(file, "upstream: { address: 127.0.0.1:%u }\n", (unsigned)upstream_port);
    fprintf(file, "limits: { connections: 16384, connections_per_address: 16384, publish_within: 0s }\n"
                  "defaults: { kind: pass-through-standard, set: { max_lead_us: 0, rtmp_idle_timeout_us: 0 } }\n"
                  "channels:\n  - { name: watched, app: live, stream_name: watched }\n");
    for (size_t i = 0; i < channels; i++)
        fprintf(file, "  - { name: event-%zu, app: live, stream_name: encoder-%zu }\n", i, i);
    fclose(file);
}

static struct guard start_guard(const char *build, bool has_admin, size_t channels, uint16_t upstream_port)
{
    struct guard guard = {.port = free_port(), .admin_port = has_admin ? free_port() : 0};
    char program[1000], folder[900], log[1000];
    snprintf(program, sizeof(program), "%s/bin/mpe-guard", build);
    snprintf(folder, sizeof(folder), "%s/bench/run", build);
    mkdir(folder, 0755);
    snprintf(guard.file, sizeof(guard.file), "%s/service.yaml", folder);
    snprintf(log, sizeof(log), "%s/service.log", folder);
    write_config(&guard, channels, upstream_port);
    guard.program = start_program((char *const[]){program, "--quiet", "--config", guard.file, NULL}, guard.port, log);
    return guard;
}

/* ------------------------------------------------------------------------------------------------ who is idle */

static double resident_bytes(pid_t program)
{
    char path[64];
    long pages = 0;
    snprintf(path, sizeof(path), "/proc/%d/statm", (int)program);
    FILE *const file = fopen(path, "r");
    need(file != NULL && fscanf(file, "%*d %ld", &pages) == 1, "a program under test is gone");
    fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static double cpu_of_idle(pid_t program)
{
    const double before = cost_of(program).cpu_seconds;
    sleep_ms(IDLE_SECONDS * 1000);
    return (cost_of(program).cpu_seconds - before) / IDLE_SECONDS;
}

/* Each sends the same, or publishes a name of its own and then the same. */
static void open_connections(const struct guard *guard, int connections[SESSIONS], bool publish, struct bytes first)
{
    for (int i = 0; i < SESSIONS; i++) {
        char name[32];
        snprintf(name, sizeof(name), "encoder-%d", i);
        const struct bytes opening = publish ? opening_of(name) : (struct bytes){0};
        connections[i] = connect_to(guard->port);
        need(send_bytes(connections[i], opening) && send_bytes(connections[i], first), "a connection was closed");
        free_bytes(opening);
    }
    sleep_ms(2000);
}

static void close_connections(const int connections[SESSIONS])
{
    for (int i = 0; i < SESSIONS; i++)
        close(connections[i]);
}

static void measure_idle(const char *build, int connections[SESSIONS])
{
    static const unsigned char greeting[1 + 1536] = {3};
    const struct guard guard = start_guard(build, false, 0, 0); /* what a large file leaves would be used again */
    const double before = resident_bytes(guard.program);
    open_connections(&guard, connections, false, (struct bytes){greeting, sizeof(greeting)});
    row("10,000 idle connections, memory of each", (resident_bytes(guard.program) - before) / SESSIONS, "bytes",
        NO_GOAL, 0);
    row("10,000 idle connections, CPU time a second", cpu_of_idle(guard.program) * 1e3, "ms", NO_GOAL, 0);
    close_connections(connections);
    stop_program(guard.program);
}

/* ------------------------------------------------------------------------------------------------ who looks */

static int ask(const struct guard *guard, const char *path)
{
    char request[200];
    const int connection = connect_to(guard->admin_port);
    const int len =
        snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", path);
    need(send_bytes(connection, (struct bytes){(const unsigned char *)request, (size_t)len}), "no answer to a look");
    return connection;
}

/* Bytes of its answer, which ends. */
static double look(const struct guard *guard, const char *path)
{
    static char discarded[1 << 18];
    double bytes = 0;
    const int connection = ask(guard, path);
    for (ssize_t len; (len = recv(connection, discarded, sizeof(discarded), 0)) > 0;)
        bytes += (double)len;
    close(connection);
    return bytes;
}

/* idle: CPU seconds a second without it. */
static void measure_look(const struct guard *guard, const char *path, double idle, enum goal_kind kind)
{
    char name[100];
    double bytes = 0;
    const double before = cost_of(guard->program).cpu_seconds;
    const int64_t begun_ns = clock_ns();
    for (int i = 0; i < LOOKS; i++)
        bytes = look(guard, path);
    const double passed = (double)(clock_ns() - begun_ns) / 1e9;
    const double cpu = cost_of(guard->program).cpu_seconds - before - idle * passed;
    snprintf(name, sizeof(name), "10,000 sessions, %s of %.1f MB, CPU time", path, bytes / 1e6);
    row(name, cpu / LOOKS * 1e3, "ms", kind, 50);
}

/* An open page is sent everything once a second. */
static void measure_page(const struct guard *guard, double idle)
{
    static char discarded[1 << 18];
    const int connection = ask(guard, "/api/v1/events");
    const double before = cost_of(guard->program).cpu_seconds;
    const int64_t begun_ns = clock_ns();
    while (clock_ns() - begun_ns < IDLE_SECONDS * INT64_C(1000000000))
        need(recv(connection, discarded, sizeof(discarded), 0) > 0, "the page was closed");
    const double passed = (double)(clock_ns() - begun_ns) / 1e9;
    row("10,000 sessions, an open page, CPU time a second",
        ((cost_of(guard->program).cpu_seconds - before) / passed - idle) * 1e3, "ms", NO_GOAL, 0);
    close(connection);
}

static void measure_looks(const char *build, int connections[SESSIONS], struct bytes messages)
{
    const struct guard guard = start_guard(build, true, SESSIONS, 0);
    open_connections(&guard, connections, true, messages);
    const double idle = cpu_of_idle(guard.program);
    row("10,000 sessions, CPU time of a look at all of them, once a second", idle * 1e3, "ms", NO_GOAL, 0);
    measure_look(&guard, "/metrics", idle, AT_MOST);
    measure_look(&guard, "/api/v1/sessions", idle, NO_GOAL);
    measure_page(&guard, idle);
    close_connections(connections);
    stop_program(guard.program);
}

/* ----------------------------------------------------------------------------------------------- a reload */

static void *push_all(void *load)
{
    run_load(load);
    return NULL;
}

static void *ask_to_reload(void *guard)
{
    sleep_ms(RELOADS_AT_MS);
    kill(((const struct guard *)guard)->program, SIGHUP);
    return NULL;
}

/* What a push waits, of one that is watched beside the others. */
static void watch_push(struct guard *guard, const struct arrivals *arrivals, struct bytes messages, bool reloads)
{
    static double times_ms[FRAMES];
    char name[100];
    pthread_t asks;
    need(!reloads || pthread_create(&asks, NULL, ask_to_reload, guard) == 0, "no thread");
    watch_frames(guard->port, messages, arrivals, (struct frames){FRAMES, FRAME_MS, times_ms});
    if (reloads)
        pthread_join(asks, NULL);
    const char *const when = reloads ? "while 100,000 channels are read again" : "without a reload";
    snprintf(name, sizeof(name), "a frame %s, 99 %%", when);
    row(name, permille(times_ms, FRAMES, 990), "ms", NO_GOAL, 0);
    snprintf(name, sizeof(name), "a frame %s, the longest", when);
    row(name, times_ms[FRAMES - 1], "ms", reloads ? AT_MOST : NO_GOAL, 200);
}

static void measure_reload(const struct bench *bench, bool reloads, struct bytes messages)
{
    const struct server server = start_server();
    struct guard guard = start_guard(bench->build, false, CHANNELS, server.port);
    struct load load = {.port = guard.port,
                        .pushes = PUSHES,
                        .messages = messages_of(bench->media[0].flv, 600000),
                        .bps = 500000,
                        .piece_ms = 40};
    pthread_t pushes;
    need(pthread_create(&pushes, NULL, push_all, &load) == 0, "no thread");
    sleep_ms(500);
    watch_push(&guard, server.arrivals, messages, reloads);
    pthread_join(pushes, NULL);
    stop_program(guard.program);
    stop_server(&server);
    free_bytes(load.messages);
}

void bench_service(const struct bench *bench)
{
    static int connections[SESSIONS];
    const struct rlimit files = {FILES, FILES};
    need(setrlimit(RLIMIT_NOFILE, &files) == 0, "20,000 files cannot be open at once");
    heading("a service of 100,000 channels, while 200 encoders push 0.5 Mbit/s each");
    const struct bytes watched = messages_of(bench->media[1].flv, 3000000);
    measure_reload(bench, false, watched);
    measure_reload(bench, true, watched);
    free_bytes(watched);
    heading("a service of 10,000 connections, and as many channels");
    measure_idle(bench->build, connections);
    const struct bytes first = messages_of(bench->media[0].flv, 8000);
    measure_looks(bench->build, connections, first);
    free_bytes(first);
}
