/*
 * What a host pays for its encoders: each feed fresh from recv on a socket pair, against recv alone, and as a share of
 * a core for as many publishers.
 */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

#define STRETCH_BYTES (96u << 10) /* in the socket at once: what it takes at its defaults */
#define MOST_FEED     16384
#define TURNS         7

/* ------------------------------------------------------------------------------------------------- against recv */

/* Receives what is in the socket in pieces of feed bytes, and feeds them where there is a session. CPU seconds. */
static double receive(int from, size_t len, size_t feed, mpe_session *session)
{
    static unsigned char buffer[MOST_FEED];
    const double begun = cpu_seconds();
    for (size_t done = 0; done < len;) {
        const ssize_t got = recv(from, buffer, feed, 0);
        need(got > 0, "a socket pair gives nothing");
        if (session != NULL)
            mpe_session_feed(session, buffer, (size_t)got, 0);
        done += (size_t)got;
    }
    return cpu_seconds() - begun;
}

/* All bytes of input through a socket pair. CPU seconds of the side that receives. */
static double time_receiving(struct bytes input, size_t feed, mpe_session *session)
{
    int pair[2];
    double seconds = 0;
    need(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "no socket pair");
    for (size_t done = 0; done < input.len; done += STRETCH_BYTES) {
        const size_t rest = input.len - done;
        const size_t len = rest < STRETCH_BYTES ? rest : STRETCH_BYTES;
        need(send(pair[1], input.data + done, len, 0) == (ssize_t)len, "a socket pair takes too little");
        seconds += receive(pair[0], len, feed, session);
    }
    close(pair[0]);
    close(pair[1]);
    return seconds;
}

static double time_session(struct bytes input, size_t feed, channel_function *make_channel)
{
    mpe_channel *const channel = make_channel(NULL);
    mpe_session *const session = new_session(channel);
    const double seconds = time_receiving(input, feed, session);
    need(mpe_session_state(session) == MPE_STATE_ADMITTED, "the session found a fault in the bench's media");
    mpe_session_free(session);
    mpe_channel_free(channel);
    return seconds;
}

static void measure_recv(const char *format, struct bytes input, size_t feed)
{
    char name[120];
    double bare[TURNS], everything[TURNS];
    for (size_t i = 0; i < TURNS; i++) {
        const double recv_alone = time_receiving(input, feed, NULL);
        bare[i] = time_session(input, feed, new_channel) / recv_alone - 1;
        everything[i] = time_session(input, feed, new_channel_with_everything) / recv_alone - 1;
    }
    snprintf(name, sizeof(name), "%s, feeds of %zu, on top of recv", format, feed);
    row(name, median(bare, TURNS) * 100, "%", AT_MOST, 10);
    snprintf(name, sizeof(name), "%s, feeds of %zu, with everything, on top of recv", format, feed);
    row(name, median(everything, TURNS) * 100, "%", AT_MOST, 10);
}

/* ---------------------------------------------------------------------------------------------------- publishers */

#define PUBLISHERS     2000
#define PUBLISHER_BPS  4000000
#define PUBLISHER_FEED 16384
#define ROUNDS         24

/* Each piece lies where recv would have put it: in the cache. CPU seconds of all of them. */
static double time_pieces(mpe_session **sessions, struct bytes input, size_t begin)
{
    static unsigned char buffer[PUBLISHER_FEED];
    const double begun = cpu_seconds();
    for (size_t i = 0; i < ROUNDS; i++) {
        for (size_t j = 0; j < PUBLISHERS; j++) {
            memcpy(buffer, input.data + begin + i * PUBLISHER_FEED, PUBLISHER_FEED);
            __asm__ volatile("" : : "r"(buffer) : "memory");
            if (sessions != NULL)
                mpe_session_feed(sessions[j], buffer, PUBLISHER_FEED, 0);
        }
    }
    return cpu_seconds() - begun;
}

/* The share of a core that the feeds alone take. */
static double share_of_core(struct bytes input, channel_function *make_channel)
{
    const double carried_s = (double)ROUNDS * PUBLISHER_FEED * 8 / PUBLISHER_BPS;
    mpe_channel *const channel = make_channel(NULL);
    mpe_session *sessions[PUBLISHERS];
    size_t begin = 0;
    for (size_t i = 0; i < PUBLISHERS; i++) {
        sessions[i] = new_session(channel);
        begin = feed_until_admitted(sessions[i], input);
    }
    need(input.len > begin + ROUNDS * PUBLISHER_FEED, "the media is too short");
    const double with_copy = time_pieces(sessions, input, begin);
    const double copy = time_pieces(NULL, input, begin);
    for (size_t i = 0; i < PUBLISHERS; i++)
        mpe_session_free(sessions[i]);
    mpe_channel_free(channel);
    return (with_copy - copy) / carried_s;
}

static void measure_publishers(const char *format, struct bytes input, const char *what, channel_function *make_channel)
{
    char name[120];
    double shares[TURNS];
    for (size_t i = 0; i < TURNS; i++)
        shares[i] = share_of_core(input, make_channel);
    snprintf(name, sizeof(name), "%s, 2,000 publishers of 4 Mbit/s%s, share of a core", format, what);
    row(name, median(shares, TURNS) * 100, "%", AT_MOST, 2);
}

void bench_recv(const struct bench *bench)
{
    static const uint32_t chunk_sizes[] = {128, 4096};
    char name[40];
    heading("each feed fresh from recv");
    for (size_t i = 0; i < sizeof(chunk_sizes) / sizeof(chunk_sizes[0]); i++) {
        const struct bytes rtmp = rtmp_of(bench->media[1].flv, chunk_sizes[i]);
        snprintf(name, sizeof(name), "RTMP in chunks of %u", (unsigned)chunk_sizes[i]);
        measure_recv(name, rtmp, 4096);
        measure_recv(name, rtmp, MOST_FEED);
        measure_publishers(name, rtmp, "", new_channel);
        measure_publishers(name, rtmp, ", with everything", new_channel_with_everything);
        free_bytes(rtmp);
    }
}
