/* The little of an RTMP server that ffmpeg and OBS need to publish; a server has answers of its own. */
#ifndef EXAMPLES_COMMON_RTMP_ENCODER_H
#define EXAMPLES_COMMON_RTMP_ENCODER_H

#include <errno.h>
#include <mpe/reply.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { RTMP_HELLO_BYTES = 1537 }; /* C0 and C1 */

/* A socket that listens on the loopback interface; -1: it cannot be had. */
static inline int rtmp_listen(uint16_t port)
{
    const struct sockaddr_in here = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(listener, (const struct sockaddr *)&here, sizeof(here)) != 0 || listen(listener, 16) != 0)
        return -1;
    return listener;
}

static inline int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

/* Takes the next encoder: its handshake is answered, and in bytes, RTMP_HELLO_BYTES. -1: the listener is gone. */
static inline int rtmp_accept(int listener, unsigned char *bytes)
{
    const struct timeval second = {.tv_sec = 1};
    unsigned char hello[1 + 2 * 1536] = {3}; /* S0, S1 of zeros, S2 which is C1 */
    for (int fd; (fd = accept(listener, NULL, NULL)) >= 0; close(fd)) {
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second));
        if (recv(fd, bytes, RTMP_HELLO_BYTES, MSG_WAITALL) != RTMP_HELLO_BYTES)
            continue;
        memcpy(hello + 1 + 1536, bytes + 1, 1536);
        if (send(fd, hello, sizeof(hello), MSG_NOSIGNAL) == (ssize_t)sizeof(hello))
            return fd;
    }
    return -1;
}

/* What comes; nothing where nothing came for a second. false: the encoder has closed. */
static inline bool rtmp_receive(int fd, unsigned char *bytes, size_t size, size_t *len)
{
    const ssize_t received = recv(fd, bytes, size, 0);
    *len = received > 0 ? (size_t)received : 0;
    return received > 0 || (received < 0 && errno == EAGAIN);
}

/* Sends the last words, and waits until the encoder closes: else they may not arrive. */
static inline void rtmp_goodbye(int fd, const unsigned char *words, size_t len)
{
    unsigned char ignored[4096];
    const int64_t until_us = now_us() + 2000000;
    send(fd, words, len, MSG_NOSIGNAL);
    shutdown(fd, SHUT_WR);
    while (now_us() < until_us && recv(fd, ignored, sizeof(ignored), 0) > 0)
        ;
}

/* Answers what was asked since: _result for connect (1) and createStream (4), onStatus for publish. */
static inline void rtmp_answer(int fd, int32_t asked, int32_t *answered)
{
    static const char connected[] = "\3\0\0\0\0\0\x15\x14\0\0\0\0\2\0\7_result\0\x3f\xf0\0\0\0\0\0\0\5\5";
    static const char created[] =
        "\3\0\0\0\0\0\x1d\x14\0\0\0\0\2\0\7_result\0\x40\x10\0\0\0\0\0\0\5\0\x3f\xf0\0\0\0\0\0\0";
    static const char started[] =
        "\3\0\0\0\0\0\x49\x14\1\0\0\0\2\0\10onStatus\0\0\0\0\0\0\0\0\0\5\3\0\5level\2\0\6status"
        "\0\4code\2\0\27NetStream.Publish.Start\0\0\11";
    if (asked >= MPE_ASKED_CONNECT && *answered < MPE_ASKED_CONNECT)
        send(fd, connected, sizeof(connected) - 1, MSG_NOSIGNAL);
    if (asked >= MPE_ASKED_STREAM && *answered < MPE_ASKED_STREAM)
        send(fd, created, sizeof(created) - 1, MSG_NOSIGNAL);
    if (asked >= MPE_ASKED_PUBLISH && *answered < MPE_ASKED_PUBLISH)
        send(fd, started, sizeof(started) - 1, MSG_NOSIGNAL);
    *answered = asked;
}

#endif
