/* What a fleet costs: an edge for its reports, and the Redis server where two of them meet. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"
#include "load.h"
#include "program.h"

#define PORT     21379
#define NO_PORT  21378 /* nobody listens there */
#define CHANNELS 1250  /* on each of two edges: 1,000 reports a second, where each reports every 2.5 s */
#define SECONDS  5
#define EDGES    2

struct reports {
    double count;
    double cpu_seconds;
};

static FILE *start_edge(const char *build, int port)
{
    char command[4200];
    snprintf(command, sizeof(command),
             "exec '%s/bench/fleet-edge' redis://127.0.0.1:%d '%s/bench/fleet.key' '%s/bench/media/slow.flv' %d %d",
             build, port, build, build, CHANNELS, SECONDS);
    FILE *const edge = popen(command, "r");
    need(edge != NULL, "no edge can be started");
    return edge;
}

/* Of so many edges at the same time. */
static struct reports run_edges(const char *build, int port, size_t count)
{
    struct reports sum = {0};
    FILE *edges[EDGES];
    for (size_t i = 0; i < count; i++)
        edges[i] = start_edge(build, port);
    for (size_t i = 0; i < count; i++) {
        struct reports own = {0};
        need(fscanf(edges[i], "%lf %lf", &own.count, &own.cpu_seconds) == 2, "an edge has nothing to say");
        pclose(edges[i]);
        sum.count += own.count;
        sum.cpu_seconds += own.cpu_seconds;
    }
    return sum;
}

static void write_key(const char *build)
{
    static const char key[] = "of the bench alone, 32 bytes or more\n";
    char path[1000];
    snprintf(path, sizeof(path), "%s/bench/fleet.key", build);
    unlink(path);
    const int file = open(path, O_WRONLY | O_CREAT, 0600);
    need(file >= 0 && write(file, key, sizeof(key) - 1) == (ssize_t)sizeof(key) - 1, "the key cannot be written");
    close(file);
}

/* What an edge spends on looking for changes is known from one that has no server. */
static void measure(const char *build, pid_t redis)
{
    const struct reports none = run_edges(build, NO_PORT, 1);
    const struct reports one = run_edges(build, PORT, 1);
    const struct cost before = cost_of(redis);
    const struct reports two = run_edges(build, PORT, EDGES);
    const double redis_seconds = cost_of(redis).cpu_seconds - before.cpu_seconds;
    need(one.count > 0 && two.count > 0, "an edge made no report");
    const double alone_s = (one.cpu_seconds - none.cpu_seconds) / one.count;
    const double heard_s = (two.cpu_seconds - EDGES * none.cpu_seconds) / two.count;
    row("an edge, CPU time for a report of 100 channels", alone_s * 100 * 1e3, "ms", AT_MOST, 1);
    row("the same, and what another edge has of them is heard", heard_s * 100 * 1e3, "ms", NO_GOAL, 0);
    row("an edge, 100 channels looked at for changes, CPU time a second",
        none.cpu_seconds / SECONDS / CHANNELS * 100 * 1e3, "ms", NO_GOAL, 0);
    row("reports a second of two edges", two.count / SECONDS, "1/s", NO_GOAL, 0);
    row("Redis, reports a second of one core", two.count / redis_seconds, "1/s", AT_LEAST, 1000);
}

static bool is_here(const char *program)
{
    char command[200];
    snprintf(command, sizeof(command), "command -v %s >/dev/null", program);
    return system(command) == 0;
}

void bench_fleet(const struct bench *bench)
{
    char log[1000];
    heading("a fleet over Redis");
    if (!is_here("redis-server")) {
        heading("there is no redis-server: left out");
        return;
    }
    write_key(bench->build);
    snprintf(log, sizeof(log), "%s/bench/redis.log", bench->build);
    const pid_t redis = start_program((char *const[]){"redis-server", "--port", "21379", "--bind", "127.0.0.1",
                                                      "--save", "", "--appendonly", "no", NULL},
                                      PORT, log);
    measure(bench->build, redis);
    stop_program(redis);
}
