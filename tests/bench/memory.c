/* What sessions cost in memory, one and very many, and what very many cost in time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

/* ------------------------------------------------------------------------------------------------- one session */

/* The counting allocator: a block begins with its size. */
struct counter {
    size_t live_bytes;
    size_t allocations;
};

#define BLOCK_HEAD 16

static void *counted_allocate(void *user, size_t size)
{
    struct counter *counter = user;
    unsigned char *block = malloc(size + BLOCK_HEAD);
    if (block == NULL)
        return NULL;
    memcpy(block, &size, sizeof(size));
    counter->live_bytes += size;
    counter->allocations++;
    return block + BLOCK_HEAD;
}

static void counted_release(void *user, void *block)
{
    struct counter *counter = user;
    size_t size;
    if (block == NULL)
        return;
    unsigned char *start = (unsigned char *)block - BLOCK_HEAD;
    memcpy(&size, start, sizeof(size));
    counter->live_bytes -= size;
    free(start);
}

static void measure_session(const char *protocol, struct bytes input, channel_function *make_channel, double goal_bytes)
{
    char name[80];
    struct counter counter = {0};
    const mpe_allocator allocator = {sizeof(mpe_allocator), counted_allocate, counted_release, &counter, NULL};
    mpe_channel *channel = make_channel(&allocator);
    mpe_session *first = new_session(channel); /* what it makes the channel keep is not the second one's */
    feed_until_admitted(first, input);
    const size_t channel_bytes = counter.live_bytes;
    mpe_session *session = new_session(channel);
    const size_t done = feed_until_admitted(session, input);
    const size_t before = counter.allocations;
    snprintf(name, sizeof(name), "%s, bytes asked for by an admitted session", protocol);
    row(name, (double)(counter.live_bytes - channel_bytes), "bytes", goal_bytes > 0 ? AT_MOST : NO_GOAL, goal_bytes);
    feed_all(session, (struct bytes){input.data + done, input.len - done}, KIB64);
    snprintf(name, sizeof(name), "%s, the same at the end of the media", protocol);
    row(name, (double)(counter.live_bytes - channel_bytes), "bytes", NO_GOAL, 0);
    snprintf(name, sizeof(name), "%s, allocations between admission and the end", protocol);
    row(name, (double)(counter.allocations - before), "", AT_MOST, 0);
    mpe_session_free(session);
    mpe_session_free(first);
    mpe_channel_free(channel);
}

void bench_memory(const struct bench *bench)
{
    const struct media *const media = &bench->media[1];
    const struct bytes rtmp = rtmp_of(media->flv, 4096);
    heading("memory of a session");
    measure_session("RTMP", rtmp, new_channel, 1280);
    measure_session("FLV", media->flv, new_channel, 0);
    measure_session("fMP4", media->fmp4, new_channel, 0);
    measure_session("RTMP with everything", rtmp, new_channel_with_everything, 2304);
    measure_session("fMP4 with everything", media->fmp4, new_channel_with_everything, 0);
    free_bytes(rtmp);
}

/* ------------------------------------------------------------------------------------------------ many sessions */

#define OPEN_SESSIONS    200000
#define FED_SESSIONS     100000
#define CHANNEL_SESSIONS 10000
#define FEED             4096

static size_t resident_bytes(void)
{
    long total = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    need(file != NULL && fscanf(file, "%ld %ld", &total, &resident) == 2, "no /proc/self/statm");
    fclose(file);
    return (size_t)resident * (size_t)sysconf(_SC_PAGESIZE);
}

/* Feeds the next piece to each session in turn, round and round. CPU seconds per byte. */
static double time_turns(mpe_session **sessions, size_t count, struct bytes input, size_t begin, size_t rounds)
{
    const double begun = cpu_seconds();
    for (size_t i = 0; i < rounds; i++)
        for (size_t j = 0; j < count; j++)
            mpe_session_feed(sessions[j], input.data + begin + i * FEED, FEED, 0);
    return (cpu_seconds() - begun) / (double)(rounds * count * FEED);
}

/* The same bytes through fresh sessions, one after the other: what one session costs whose state is at hand. */
static double time_one(mpe_channel *channel, struct bytes input, size_t begin, size_t rounds)
{
    double seconds = 0;
    size_t lives = 0;
    for (; lives < 50; lives++) {
        mpe_session *session = new_session(channel);
        feed_all(session, (struct bytes){input.data, begin}, FEED);
        seconds += time_turns(&session, 1, input, begin, rounds) * (double)(rounds * FEED);
        mpe_session_free(session);
    }
    return seconds / (double)(lives * rounds * FEED);
}

static void measure_many(struct bytes rtmp, const char *what, channel_function *make_channel, double goal_bytes)
{
    char name[120];
    mpe_channel *channel = make_channel(NULL);
    mpe_session **sessions = calloc(OPEN_SESSIONS, sizeof(*sessions));
    need(sessions != NULL, "out of memory");
    mpe_session *first = new_session(channel);
    const size_t begin = (feed_until_admitted(first, rtmp) / FEED + 1) * FEED;
    const size_t rounds = 24;
    need(rtmp.len > begin + rounds * FEED, "the media is too short");
    mpe_session_free(first);

    memset(sessions, 1, OPEN_SESSIONS * sizeof(*sessions)); /* resident from here on */
    const size_t before = resident_bytes();
    for (size_t i = 0; i < OPEN_SESSIONS; i++) {
        sessions[i] = new_session(channel);
        feed_all(sessions[i], (struct bytes){rtmp.data, begin}, FEED);
    }
    need(mpe_session_state(sessions[OPEN_SESSIONS - 1]) == MPE_STATE_ADMITTED, "a session was not admitted");
    snprintf(name, sizeof(name), "resident size of an admitted RTMP session%s, 200,000 open", what);
    row(name, (double)(resident_bytes() - before) / OPEN_SESSIONS, "bytes", AT_MOST, goal_bytes);

    const double one = time_one(channel, rtmp, begin, rounds);
    const double many = time_turns(sessions, FED_SESSIONS, rtmp, begin, rounds);
    snprintf(name, sizeof(name), "100,000 sessions%s fed 4 KiB in turn, time per byte against one", what);
    row(name, many / one, "times", AT_MOST, 2.5);
    for (size_t i = 0; i < OPEN_SESSIONS; i++)
        mpe_session_free(sessions[i]);
    free(sessions);
    mpe_channel_free(channel);
}

/* What one session costs per byte in a channel with as many others, all admitted. */
static double time_in_channel(struct bytes rtmp, size_t others)
{
    mpe_channel *channel = new_channel(NULL);
    mpe_session **sessions = calloc(others + 1, sizeof(*sessions));
    char id[32];
    need(sessions != NULL, "out of memory");
    for (size_t i = 0; i < others; i++) {
        snprintf(id, sizeof(id), "session %zu", i);
        need(mpe_session_new(&sessions[i], channel, MPE_PROTOCOL_AUTO, NULL, id, 0) == MPE_OK, "no session");
        feed_until_admitted(sessions[i], rtmp);
    }
    const double begun = cpu_seconds();
    mpe_session *session = new_session(channel);
    feed_all(session, rtmp, KIB64);
    mpe_session_free(session);
    const double taken = cpu_seconds() - begun;
    for (size_t i = 0; i < others; i++)
        mpe_session_free(sessions[i]);
    free(sessions);
    mpe_channel_free(channel);
    return taken;
}

static void measure_channel(struct bytes rtmp)
{
    double ratios[5];
    for (size_t i = 0; i < 5; i++) {
        const double alone = time_in_channel(rtmp, 0);
        ratios[i] = time_in_channel(rtmp, CHANNEL_SESSIONS) / alone;
    }
    row("a session in a channel with 10,000 others, time against alone", median(ratios, 5), "times", AT_MOST, 2);
}

void bench_many(const struct bench *bench)
{
    const struct bytes rtmp = rtmp_of(bench->media[1].flv, 4096);
    heading("very many sessions");
    measure_many(rtmp, "", new_channel, 1280);
    measure_many(rtmp, " with everything", new_channel_with_everything, 2304);
    measure_channel(rtmp);
    free_bytes(rtmp);
}

/* --------------------------------------------------------------------------------------------------------- age */

/* The last stretch of a long stream against the first one: each takes as long when no byte costs more with age. */
void bench_age(const struct bench *bench)
{
    const struct bytes flv = bench->media[1].flv;
    double ratios[9];
    const size_t stretch = flv.len / 8 / KIB64 * KIB64;
    for (size_t i = 0; i < 9; i++) {
        mpe_channel *channel = new_channel(NULL);
        mpe_session *session = new_session(channel);
        double seconds[8];
        for (size_t j = 0; j < 8; j++) {
            const double begun = cpu_seconds();
            feed_all(session, (struct bytes){flv.data + j * stretch, stretch}, KIB64);
            seconds[j] = cpu_seconds() - begun;
        }
        ratios[i] = seconds[7] / seconds[1]; /* the first has the opening in it */
        mpe_session_free(session);
        mpe_channel_free(channel);
    }
    row("the last eighth of a stream, time against its second one", median(ratios, 9), "times", AT_MOST, 1.5);
}
