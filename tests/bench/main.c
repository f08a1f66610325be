/*
 * usage: bench BUILD [PART]...
 *
 * Measures what libmpe promises about speed and memory on the media in BUILD/bench/media (slow, usual and fast: .flv
 * and .mp4 each), prints a table, and writes it to BUILD/bench.json. Exit status: 0 measured, 2 no measurement.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"
#include "probe/probe.h"

static const struct part {
    const char *name;
    void (*run)(const struct bench *bench);
} parts[] = {
    {"startup", bench_startup}, /* first: it measures the first probe of a process */
    {"speed", bench_speed},     {"probe", bench_probe},     {"distance", bench_distance},
    {"memory", bench_memory},   {"many", bench_many},       {"recv", bench_recv},
    {"age", bench_age},         {"systems", bench_systems}, {"latency", bench_latency},
    {"fleet", bench_fleet},     {"service", bench_service},
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

/* Mapped: a process that is started here does not begin with the size of the media. */
static struct bytes map_file(const char *build, const char *name)
{
    char path[1000];
    struct stat status;
    snprintf(path, sizeof(path), "%s/bench/media/%s", build, name);
    const int file = open(path, O_RDONLY);
    need(file >= 0 && fstat(file, &status) == 0 && status.st_size > 13, "the media cannot be opened");
    void *const data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    need(data != MAP_FAILED, "the media cannot be read");
    close(file);
    return (struct bytes){data, (size_t)status.st_size};
}

/* The model of the first processor. */
static void describe_machine(char *machine, size_t size)
{
    char line[256];
    char model[200] = "unknown processor";
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        if (sscanf(line, "model name : %199[^\n]", model) == 1)
            break;
    }
    if (file != NULL)
        fclose(file);
    snprintf(machine, size, "%s, %ld cores", model, sysconf(_SC_NPROCESSORS_ONLN));
}

/* No part is named: all are. */
static bool is_asked_for(const struct part *part, int argc, char **argv)
{
    bool is_named = argc == 2;
    for (int i = 2; i < argc; i++)
        is_named = is_named || strcmp(argv[i], part->name) == 0;
    return is_named;
}

static void need_known_parts(int argc, char **argv)
{
    for (int i = 2; i < argc; i++) {
        size_t at = 0;
        while (at < PARTS && strcmp(argv[i], parts[at].name) != 0)
            at++;
        need(at < PARTS, "no such part: startup speed probe distance memory many recv age systems latency fleet "
                          "service");
    }
}

int main(int argc, char **argv)
{
    char machine[240], path[1000];
    need(argc >= 2, "usage: bench BUILD [PART]...");
    need_known_parts(argc, argv);
    struct bench bench = {argv[1],
                          {{"0.5 Mbit/s", map_file(argv[1], "slow.flv"), map_file(argv[1], "slow.mp4")},
                           {"4 Mbit/s", map_file(argv[1], "usual.flv"), map_file(argv[1], "usual.mp4")},
                           {"20 Mbit/s", map_file(argv[1], "fast.flv"), map_file(argv[1], "fast.mp4")}}};
    describe_machine(machine, sizeof(machine));
    printf("%s; %s\n", machine, mpe_probe_versions());
    for (size_t i = 0; i < PARTS; i++) {
        if (is_asked_for(&parts[i], argc, argv))
            parts[i].run(&bench);
    }
    snprintf(path, sizeof(path), "%s/bench.json", argv[1]);
    const int missed = report(path, machine);
    need(missed >= 0, "the report cannot be written");
    printf("\n%d goals missed; written to %s\n", missed, path);
    return 0;
}
