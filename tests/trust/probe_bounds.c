/*
 * usage: probe_bounds [FILE...]
 *
 * What a probe may cost, whatever the header is: the bytes that it allocates, FFmpeg's too (malloc_trap.h sees every
 * library of the program), and the instructions that it runs. These are counted by the processor where the kernel lets
 * us; otherwise under callgrind, which writes them into one file for each input: probe_bounds.sh compares.
 *
 * Headers that are made here to be dear, each alone and inside an init segment that a session is fed; and the files
 * named.
 */
#define _GNU_SOURCE
#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "codes/codec.h"
#include "mpe.h"
#include "probe/probe.h"
#include "trust/costly.h"
#include "trust/malloc_trap.h"

#if defined(__has_include)
#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#endif
#endif
#ifndef CALLGRIND_DUMP_STATS_AT
#define CALLGRIND_ZERO_STATS
#define CALLGRIND_DUMP_STATS_AT(text) ((void)(text))
#endif

enum { MOST_BYTES = 1 << 20 };

/* For each header that is probed, and each byte that is looked at. */
#define MOST_INSTRUCTIONS      1000000
#define MOST_INSTRUCTIONS_BYTE 250

static int passed, failed;

/* ---- what is measured ---- */

static void probe_alone(const struct costly *costly)
{
    const struct mpe_sample_facts none = {0};
    struct mpe_stream stream;
    mpe_probe_header(costly->codec, (struct mpe_span){costly->bytes, costly->len}, &none, &stream);
}

static mpe_channel *channel;
static mpe_session *session;

static void open_session(const struct costly *costly)
{
    (void)costly;
    if (mpe_channel_new(&channel, MPE_PASS_THROUGH_STANDARD, NULL) != MPE_OK ||
        mpe_channel_set(channel, MPE_PARAM_REPORT_ALL, 1) != MPE_OK ||
        mpe_session_new(&session, channel, MPE_PROTOCOL_AUTO, NULL, NULL, 0) != MPE_OK)
        exit(2);
}

static void feed(const struct costly *costly)
{
    mpe_session_feed(session, costly->bytes, costly->len, 0);
}

static void close_session(const struct costly *costly)
{
    (void)costly;
    mpe_session_free(session);
    mpe_channel_free(channel);
}

static void nothing(const struct costly *costly)
{
    (void)costly;
}

struct work {
    void (*begin)(const struct costly *costly);
    void (*run)(const struct costly *costly);
    void (*end)(const struct costly *costly);
};

static const struct work alone = {nothing, probe_alone, nothing};
static const struct work fed = {open_session, feed, close_session};

/* ---- instructions ---- */

static int open_counter(void)
{
    struct perf_event_attr attr = {.type = PERF_TYPE_HARDWARE,
                                   .size = sizeof(attr),
                                   .config = PERF_COUNT_HW_INSTRUCTIONS,
                                   .disabled = 1,
                                   .exclude_kernel = 1,
                                   .exclude_hv = 1};
    return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static int64_t count_by_processor(int counter, const struct work *work, const struct costly *costly)
{
    int64_t count = -1;
    work->begin(costly);
    ioctl(counter, PERF_EVENT_IOC_RESET, 0);
    ioctl(counter, PERF_EVENT_IOC_ENABLE, 0);
    work->run(costly);
    ioctl(counter, PERF_EVENT_IOC_DISABLE, 0);
    work->end(costly);
    return read(counter, &count, sizeof(count)) == (ssize_t)sizeof(count) ? count : -1;
}

static int64_t count_under_callgrind(const struct work *work, const struct costly *costly, int64_t most)
{
    char text[128];
    snprintf(text, sizeof(text), "%s, most %lld", costly->name, (long long)most);
    work->begin(costly);
    CALLGRIND_ZERO_STATS;
    work->run(costly);
    CALLGRIND_DUMP_STATS_AT(text);
    work->end(costly);
    return -1;
}

static int64_t count_instructions(const struct work *work, const struct costly *costly, int64_t most)
{
    static int counter = -2;
    if (counter == -2)
        counter = open_counter();
    return counter >= 0 ? count_by_processor(counter, work, costly) : count_under_callgrind(work, costly, most);
}

/* ---- all of it ---- */

static int64_t peak_bytes(const struct work *work, const struct costly *costly)
{
    work->begin(costly);
    trap_arm(0);
    const int64_t before = trap.bytes;
    work->run(costly);
    trap_disarm();
    work->end(costly);
    return trap.peak_bytes - before;
}

static void check_bound(const char *how, const struct work *work, const struct costly *costly)
{
    const int64_t most = costly->headers * MOST_INSTRUCTIONS + (int64_t)costly->len * MOST_INSTRUCTIONS_BYTE;
    const int64_t bytes = trap_works() ? peak_bytes(work, costly) : -1;
    const int64_t instructions = count_instructions(work, costly, most);
    const bool ok = bytes < MOST_BYTES && instructions <= most;
    printf("%-6s %-5s %-36s %6zu bytes: %6lld bytes allocated, %8lld instructions\n", ok ? "ok" : "FAILED", how,
           costly->name, costly->len, (long long)bytes, (long long)instructions);
    passed += ok;
    failed += !ok;
}

static void check_file(const char *path)
{
    static uint8_t bytes[1 << 17];
    FILE *const file = fopen(path, "rb");
    const char *const slash = strrchr(path, '/');
    if (file == NULL)
        exit(2);
    const size_t len = fread(bytes, 1, sizeof(bytes), file);
    /* A probe for each of some thousand bytes: a hundredth of what a file of nothing but headers would ask for. */
    const struct costly costly = {
        .name = slash != NULL ? slash + 1 : path, .bytes = bytes, .len = len, .headers = 4 + (int)(len / 2048)};
    fclose(file);
    check_bound("fed", &fed, &costly);
}

int main(int argc, char **argv)
{
    struct costly costly;
    for (int i = 0; costly_header(i, &costly); i++) {
        check_bound("alone", &alone, &costly);
        free(costly.bytes);
    }
    for (int i = 0; costly_init(i, &costly); i++) {
        check_bound("fed", &fed, &costly);
        free(costly.bytes);
    }
    for (int i = 1; i < argc; i++)
        check_file(argv[i]);
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
