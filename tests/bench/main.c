/*
 * usage: bench FOLDER MPE-GUARD MPE-GUARD-WITHOUT OUT.json
 *
 * Measures what libmpe promises about speed and memory on the media in FOLDER (slow, usual and fast: .flv and .mp4
 * each), prints a table, and writes it as JSON. Exit status: 0 all goals met, 1 some not, 2 no measurement.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "probe/probe.h"

static struct bytes read_file(const char *folder, const char *name)
{
    char path[1000];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    need(file != NULL && fseek(file, 0, SEEK_END) == 0, "the media cannot be opened");
    const size_t len = (size_t)ftell(file);
    unsigned char *data = malloc(len);
    rewind(file);
    need(data != NULL && fread(data, 1, len, file) == len && len > 13, "the media cannot be read");
    fclose(file);
    return (struct bytes){data, len};
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

int main(int argc, char **argv)
{
    char machine[240];
    need(argc == 5, "usage: bench FOLDER MPE-GUARD MPE-GUARD-WITHOUT OUT.json");
    struct media media[] = {
        {"0.5 Mbit/s", read_file(argv[1], "slow.flv"), read_file(argv[1], "slow.mp4")},
        {"4 Mbit/s", read_file(argv[1], "usual.flv"), read_file(argv[1], "usual.mp4")},
        {"20 Mbit/s", read_file(argv[1], "fast.flv"), read_file(argv[1], "fast.mp4")},
    };
    const struct media *usual = &media[1];
    describe_machine(machine, sizeof(machine));
    printf("%s; %s\n", machine, mpe_probe_versions());

    bench_speed(media);
    bench_probe(usual->flv);
    bench_distance(usual->flv);
    bench_memory(usual);
    bench_many(usual->flv);
    bench_turns(usual->flv);
    bench_age(usual->flv);
    bench_guard(argv[2], argv[3], usual->flv);

    const int missed = report(argv[4], machine);
    for (size_t i = 0; i < 3; i++) {
        free_bytes(media[i].flv);
        free_bytes(media[i].fmp4);
    }
    if (missed < 0)
        return 2;
    printf("\n%d goals missed\n", missed);
    return 0;
}
