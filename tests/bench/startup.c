/* What a program pays at its start: the libraries that FFmpeg brings, the first probe, a large configuration. */
#define _DEFAULT_SOURCE /* wait4 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "codes/codec.h"
#include "probe/probe.h"

#define TURNS    7
#define CHANNELS 100000

struct start {
    double wall_ms;
    double peak_bytes;
};

/* Runs it to its end, which must be good. */
static struct start run(char *const arguments[])
{
    struct rusage usage;
    int status = 0;
    const int64_t begun_ns = clock_ns();
    const pid_t pid = fork();
    need(pid >= 0, "no process");
    if (pid == 0) {
        dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
        execv(arguments[0], arguments);
        _exit(127);
    }
    need(wait4(pid, &status, 0, &usage) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0,
         "a program does not start");
    return (struct start){(double)(clock_ns() - begun_ns) / 1e6, (double)usage.ru_maxrss * 1024};
}

static void measure_start(const char *what, char *const arguments[], enum goal_kind kind, double goal_ms)
{
    char name[120];
    double times[TURNS], peaks[TURNS];
    for (size_t i = 0; i < TURNS; i++) {
        const struct start start = run(arguments);
        times[i] = start.wall_ms;
        peaks[i] = start.peak_bytes;
    }
    snprintf(name, sizeof(name), "%s, time", what);
    row(name, median(times, TURNS), "ms", kind, goal_ms);
    snprintf(name, sizeof(name), "%s, most memory", what);
    row(name, median(peaks, TURNS) / 1e6, "MB", NO_GOAL, 0);
}

static void write_channels(const char *path)
{
    FILE *const file = fopen(path, "w");
    need(file != NULL, "a configuration cannot be written");
    fprintf(file, "listeners: [{ address: 127.0.0.1:1935 }]\nchannels:\n");
    for (int i = 0; i < CHANNELS; i++)
        fprintf(file, "  - { name: event-%d, app: live/%032x, kind: encoding }\n", i, i);
    fclose(file);
}

/* How many libraries the dynamic linker loads for a program. */
static double count_libraries(const char *program)
{
    char command[1100], line[400];
    double count = 0;
    snprintf(command, sizeof(command), "ldd '%s'", program);
    FILE *const lines = popen(command, "r");
    while (lines != NULL && fgets(line, sizeof(line), lines) != NULL)
        count += strstr(line, "=>") != NULL;
    if (lines != NULL)
        pclose(lines);
    return count;
}

/* In a process of its own: what is loaded and initialised is so once. */
static void measure_first_probe(void)
{
    static const uint8_t aac_header[] = {0x11, 0x90};
    const struct mpe_sample_facts none = {0};
    struct mpe_stream stream;
    double times[2];
    for (size_t i = 0; i < 2; i++) {
        const int64_t begun_ns = clock_ns();
        mpe_probe_header(MPE_CODEC_AAC, (struct mpe_span){aac_header, sizeof(aac_header)}, &none, &stream);
        times[i] = (double)(clock_ns() - begun_ns) / 1e3;
    }
    row("the first probe of a process", times[0], "us", NO_GOAL, 0);
    row("the second probe of a process", times[1], "us", NO_GOAL, 0);
}

void bench_startup(const struct bench *bench)
{
    char guard[1000], file[1000];
    heading("start");
    measure_first_probe();
    snprintf(guard, sizeof(guard), "%s/bin/mpe-guard", bench->build);
    snprintf(file, sizeof(file), "%s/bench/channels.yaml", bench->build);
    row("mpe-guard, shared libraries", count_libraries(guard), "", NO_GOAL, 0);
    measure_start("mpe-guard --version", (char *const[]){guard, "--version", NULL}, NO_GOAL, 0);
    measure_start("true(1), for the scale", (char *const[]){"/bin/true", NULL}, NO_GOAL, 0);
    write_channels(file);
    measure_start("mpe-guard --check, 100,000 channels", (char *const[]){guard, "--config", file, "--check", NULL},
                  AT_MOST, 5000);
}
