/* What a host with many encoders pays: 10,000 sessions in turn, each feed fresh from recv, and so in the cache. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define SESSIONS   10000
#define FED_BYTES  (96u << 10) /* to each session */
#define MOST_BYTES 16384
#define TURNS      5

/* Copies each piece to where recv would have put it, and feeds it or not. CPU seconds per piece. */
static double time_pieces(mpe_session **sessions, struct bytes input, size_t begin, size_t feed)
{
    static unsigned char buffer[MOST_BYTES];
    const size_t rounds = FED_BYTES / feed;
    const double begun = cpu_seconds();
    for (size_t i = 0; i < rounds; i++) {
        for (size_t j = 0; j < SESSIONS; j++) {
            memcpy(buffer, input.data + begin + i * feed, feed);
            __asm__ volatile("" : : "r"(buffer) : "memory");
            if (sessions != NULL)
                mpe_session_feed(sessions[j], buffer, feed, 0);
        }
    }
    return (cpu_seconds() - begun) / (double)(rounds * SESSIONS);
}

/* CPU seconds of a feed alone, once for all sessions of a channel. */
static double time_feeds(struct bytes input, size_t feed)
{
    mpe_channel *channel = new_channel(NULL);
    mpe_session **const sessions = calloc(SESSIONS, sizeof(*sessions));
    need(sessions != NULL, "out of memory");
    size_t begin = 0;
    for (size_t i = 0; i < SESSIONS; i++) {
        sessions[i] = new_session(channel);
        begin = feed_until_admitted(sessions[i], input);
    }
    need(input.len > begin + FED_BYTES, "the media is too short");
    const double with_copy = time_pieces(sessions, input, begin, feed);
    const double copy = time_pieces(NULL, input, begin, feed);
    for (size_t i = 0; i < SESSIONS; i++)
        mpe_session_free(sessions[i]);
    free(sessions);
    mpe_channel_free(channel);
    return with_copy - copy;
}

static void measure(const char *format, struct bytes input)
{
    static const size_t feeds[] = {1448, 4096, MOST_BYTES};
    char name[100];
    for (size_t i = 0; i < sizeof(feeds) / sizeof(feeds[0]); i++) {
        double times[TURNS];
        for (size_t j = 0; j < TURNS; j++)
            times[j] = time_feeds(input, feeds[i]);
        snprintf(name, sizeof(name), "%s, 10,000 sessions in turn, a feed of %zu", format, feeds[i]);
        row(name, median(times, TURNS) * 1e9, "ns", NO_GOAL, 0);
    }
}

void bench_turns(struct bytes flv)
{
    static const uint32_t chunk_sizes[] = {128, 4096};
    char name[40];
    heading("many sessions, each feed fresh from recv");
    for (size_t i = 0; i < sizeof(chunk_sizes) / sizeof(chunk_sizes[0]); i++) {
        const struct bytes rtmp = rtmp_of(flv, chunk_sizes[i]);
        snprintf(name, sizeof(name), "RTMP in chunks of %u", (unsigned)chunk_sizes[i]);
        measure(name, rtmp);
        free_bytes(rtmp);
    }
    measure("FLV", flv);
}
