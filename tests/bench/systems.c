/* What the programs that are compared spend on the same load, each in turn, several times. */
#include <stdio.h>
#include <sys/resource.h>

#include "contenders.h"
#include "program.h"

#define TURNS 3 /* of all programs; CPU time of single runs differs by a tenth */
#define FILES 20000

struct figures {
    double cpu_seconds[TURNS];
    double peak_bytes[TURNS];
};

/* The ports are written into *load. */
static struct cost carry(const struct contender *contender, const char *build, struct load *load)
{
    const struct trial trial = start_trial(contender, build);
    const struct cost before = cost_of(trial.program);
    load->port = trial.port;
    run_load(load);
    struct cost cost = cost_of(trial.program);
    cost.cpu_seconds -= before.cpu_seconds;
    stop_trial(&trial);
    return cost;
}

/* The middle of the ratios of each turn. 0: one of them is not here. */
static double ratio_of(const struct figures figures[CONTENDERS], int a, int b)
{
    double ratios[TURNS];
    for (size_t i = 0; i < TURNS; i++)
        ratios[i] = figures[b].cpu_seconds[i] > 0 ? figures[a].cpu_seconds[i] / figures[b].cpu_seconds[i] : 0;
    return median(ratios, TURNS);
}

static void compare(const struct figures figures[CONTENDERS], const char *what, int a, int b, double goal)
{
    char name[200];
    const double ratio = ratio_of(figures, a, b);
    if (ratio <= 0)
        return;
    snprintf(name, sizeof(name), "%s: %s, CPU time against %s", what, contenders[a].name, contenders[b].name);
    row(name, ratio, "times", goal > 0 ? AT_MOST : NO_GOAL, goal);
}

static void report_figures(struct figures figures[CONTENDERS], const char *what, double carried_bytes)
{
    char name[200];
    compare(figures, what, GUARD, HAPROXY, 0.5);
    compare(figures, what, GUARD, NGINX, 0.5);
    compare(figures, what, GUARD_EVERYTHING, HAPROXY, 0.5);
    compare(figures, what, GUARD_EVERYTHING, NGINX, 0.5);
    compare(figures, what, GUARD, GUARD_WITHOUT, 1.05);
    compare(figures, what, NGINX_MPE, NGINX, 1.03);
    for (size_t i = 0; i < CONTENDERS; i++) {
        const double seconds = median(figures[i].cpu_seconds, TURNS);
        if (seconds <= 0)
            continue;
        snprintf(name, sizeof(name), "%s: %s, CPU time", what, contenders[i].name);
        row(name, seconds / carried_bytes * 1e9, "s/GB", NO_GOAL, 0);
        snprintf(name, sizeof(name), "%s: %s, most memory", what, contenders[i].name);
        row(name, median(figures[i].peak_bytes, TURNS) / 1e6, "MB", NO_GOAL, 0);
    }
}

static void measure(const char *what, const char *build, struct load *load)
{
    struct figures figures[CONTENDERS] = {0};
    heading(what);
    for (size_t turn = 0; turn < TURNS; turn++) {
        for (size_t i = 0; i < CONTENDERS; i++) {
            if (!contender_is_here(&contenders[i], build))
                continue;
            const struct cost cost = carry(&contenders[i], build, load);
            figures[i].cpu_seconds[turn] = cost.cpu_seconds;
            figures[i].peak_bytes[turn] = cost.peak_bytes;
        }
    }
    report_figures(figures, what, (double)load->messages.len * (double)load->pushes);
}

void bench_systems(const struct bench *bench)
{
    const struct rlimit files = {FILES, FILES};
    need(setrlimit(RLIMIT_NOFILE, &files) == 0, "20,000 files cannot be open at once");
    for (size_t i = 0; i < CONTENDERS; i++) {
        if (!contender_is_here(&contenders[i], bench->build))
            printf("%s is not here: no rows of it\n", contenders[i].name);
    }
    struct load fast = {.pushes = 200, .messages = messages_of(bench->media[1].flv, 5000000)};
    measure("1 GB in 200 pushes", bench->build, &fast);
    free_bytes(fast.messages);
    struct load slow = {
        .pushes = 2000, .messages = messages_of(bench->media[0].flv, 500000), .bps = 500000, .piece_ms = 40};
    measure("1 GB in 2,000 pushes of 0.5 Mbit/s", bench->build, &slow);
    free_bytes(slow.messages);
}
