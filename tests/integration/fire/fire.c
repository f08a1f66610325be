/*
 * The load of fire.sh, all of it on 127.0.0.1.
 *
 *   fire publish PORT COUNT SECONDS all|healthy [early]
 *       COUNT encoders at once, of several kinds, for SECONDS. Those that are refused come again. Prints a line for
 *       each connection, in the order in which they end: its local port, and the code, or codes with | between, that
 *       its notification must have; "nothing": there may be none. early: the guard may end any connection, because
 *       itself goes away (MPI_SYSTEM_MAINTENANCE) or its server does (MPI_REST_API_CHANNEL_RESET of what was on,
 *       MPE_RTMP_APPID_AUTH_FAILURE before its publish was answered, nothing before it published). The exit status is
 *       1 where a healthy one could not connect or was cut otherwise.
 *   fire steady PORT NAME COUNT SECONDS KBPS
 *       COUNT encoders of KBPS each, which they declare, too, under the stream names NAME-0, NAME-1, ...; each 50 ms
 *       another one comes. Prints "NAME-n done" or "NAME-n cut MS" for each that is over, MS after the first came.
 *   fire port         Prints a port that nobody listens at.
 *   fire serve PORT   An RTMP server of a kind: takes what comes, and answers with acknowledgements, more than a slow
 *       reader reads.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "unit/stream_out.h"

#define LONGEST_S       180
#define TICK_MS         20
#define COME_AGAIN_MS   1000
#define LAST_COMING_MS  2000  /* before the end: the last round of those that come again */
#define STEADY_EVERY_MS 50
#define FRAME_BYTES     400
#define FRAME_KBPS      80 /* of frames of so many bytes, 25 a second */
#define JUDGED_AFTER_MS 12000 /* after the end: so long does one wait for its verdict that was not judged yet */

/* ------------------------------------------------------------------- common */

static int64_t now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void need_files(rlim_t count)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < count) {
        limit.rlim_cur = count < limit.rlim_max ? count : limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void *need(void *block)
{
    if (block == NULL) {
        perror("fire");
        exit(2);
    }
    return block;
}

/* ----------------------------------------------------------------- encoders */

enum kind { HEALTHY, SLOW_READER, RESET, LARGE, MP3, FAST, BACK, LORIS, HALF_OPEN, MUTE, KINDS };

static const struct {
    const char *code;
    int parts; /* of 40 */
    bool comes_again;
} kinds[KINDS] = {
    [HEALTHY] = {"MPE_CLIENT_TERMINATED_SESSION", 26, false},
    [SLOW_READER] = {"MPE_CLIENT_TERMINATED_SESSION", 4, false},
    [RESET] = {"MPE_CLIENT_TERMINATED_SESSION", 2, true},
    [LARGE] = {"MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED", 1, true},
    [MP3] = {"MPE_INGEST_CODEC_NOT_SUPPORTED", 1, true},
    [FAST] = {"MPE_INGEST_FRAMERATE_EXCEEDED", 1, true},
    [BACK] = {"MPE_RTMP_FLV_TAG_TIMESTAMP_INVALID", 1, true},
    [LORIS] = {"MPE_RTMP_SESSION_IDLE_TIMEOUT", 2, false},
    [HALF_OPEN] = {"MPE_RTMP_SESSION_IDLE_TIMEOUT", 1, false},
    [MUTE] = {"MPE_RTMP_SESSION_IDLE_TIMEOUT", 1, false},
};

struct encoder {
    enum kind kind;
    int index;
    int fd; /* -1: not connected */
    int port;
    int64_t begins_ms;
    int64_t next_ms; /* when it sends next, since begins_ms */
    struct rtmp_out rtmp;
    struct out out; /* not sent yet */
    bool is_leaving;
};

static struct {
    int port;
    int64_t ends_ms;
    bool early;
    int failures;
    const char *name; /* of steady ones */
    int kbps;
    int64_t begin_ms;
} plan = {.kbps = FRAME_KBPS};

static void connect_encoder(struct encoder *encoder)
{
    struct sockaddr_in address = loopback(plan.port);
    socklen_t length = sizeof(address);
    const int small = 4096;
    encoder->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (encoder->fd >= 0 && encoder->kind == SLOW_READER) {
        setsockopt(encoder->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
    }
    if (encoder->fd < 0 || connect(encoder->fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        perror("fire: connect");
        plan.failures++;
        close(encoder->fd);
        encoder->fd = -1;
        encoder->is_leaving = true;
        return;
    }
    getsockname(encoder->fd, (struct sockaddr *)&address, &length);
    encoder->port = ntohs(address.sin_port);
    fcntl(encoder->fd, F_SETFL, O_NONBLOCK);
}

/* Each connection has one of its own: a guard remembers for some seconds what it refused a name for. */
static const char *stream_name(const struct encoder *encoder)
{
    static char name[64];
    if (plan.name != NULL) {
        snprintf(name, sizeof(name), "%s-%d", plan.name, encoder->index);
    } else {
        snprintf(name, sizeof(name), "fire-%d", (int)encoder->port);
    }
    return name;
}

static void send_headers(struct encoder *encoder)
{
    struct out body = {0};
    struct rtmp_out *const rtmp = &encoder->rtmp;
    const struct media_header *const header = encoder->kind == LARGE ? &avc_1440p : &avc_720p;
    *rtmp = rtmp_begin(&encoder->out);
    rtmp_connect(rtmp, "live", "rtmp://127.0.0.1/live");
    rtmp_set_chunk_size(rtmp, 1000);
    rtmp_publish(rtmp, stream_name(encoder));
    amf_metadata(&body, plan.kbps, 64);
    rtmp_message(rtmp, 0, 5, 0, TAG_DATA, 1, body.bytes, body.len);
    if (encoder->kind == MP3) {
        rtmp_message(rtmp, 0, 4, 0, TAG_AUDIO, 1, "\x2F\xFF\xFB", 3);
    }
    rtmp_message(rtmp, 0, 6, 0, TAG_VIDEO, 1, header->bytes, header->len);
    out_free(&body);
}

static void begin_encoder(struct encoder *encoder)
{
    encoder->begins_ms = now_ms();
    encoder->next_ms = 0;
    encoder->is_leaving = false;
    encoder->out.len = 0;
    connect_encoder(encoder);
    if (encoder->fd < 0 || encoder->kind == MUTE) {
        return;
    }
    if (encoder->kind == LORIS || encoder->kind == HALF_OPEN) {
        out_be(&encoder->out, 3, 1);
        out_fill(&encoder->out, 0, encoder->kind == HALF_OPEN ? 700 : 0);
    } else {
        send_headers(encoder);
    }
}

static void send_frame(struct encoder *encoder, int64_t media_ms)
{
    struct out body = {0};
    avc_frame(&body, encoder->next_ms % 2000 == 0, (size_t)FRAME_BYTES * (size_t)plan.kbps / FRAME_KBPS);
    rtmp_message(&encoder->rtmp, 0, 6, (uint32_t)media_ms, TAG_VIDEO, 1, body.bytes, body.len);
    out_free(&body);
}

/* What is due of what an encoder of its kind sends. */
static void send_due(struct encoder *encoder, int64_t since_ms)
{
    while (encoder->next_ms <= since_ms) {
        if (encoder->kind == LORIS) {
            out_be(&encoder->out, 0, 1);
            encoder->next_ms += 250;
        } else if (encoder->kind == HALF_OPEN || encoder->kind == MUTE) {
            encoder->next_ms = since_ms + 1;
        } else {
            const int64_t back_ms = encoder->kind == BACK && encoder->next_ms >= 1000 ? 3000 : 0;
            send_frame(encoder, 5000 + encoder->next_ms - back_ms);
            encoder->next_ms += encoder->kind == FAST ? 10 : 40;
        }
    }
}

/*
 * Prints what must be notified about a connection that is over, and closes it. To the guard one that never said a byte
 * is a port check, and not told, unless it stays until it is idle.
 */
static void end_encoder(struct encoder *encoder)
{
    if (plan.name == NULL) {
        printf("%d %s%s\n", encoder->port, kinds[encoder->kind].code,
               plan.early ? "|MPI_SYSTEM_MAINTENANCE|MPI_REST_API_CHANNEL_RESET|MPE_RTMP_APPID_AUTH_FAILURE|nothing"
                          : "");
    } else if (encoder->is_leaving) {
        printf("%s done\n", stream_name(encoder));
    } else {
        printf("%s cut %d\n", stream_name(encoder), (int)(now_ms() - plan.begin_ms));
    }
    fflush(stdout);
    close(encoder->fd);
    encoder->fd = -1;
    encoder->begins_ms = now_ms();
}

/* Half of a chunk, and a reset instead of the rest. */
static void reset_encoder(struct encoder *encoder)
{
    const struct linger at_once = {1, 0};
    rtmp_head(&encoder->rtmp, 0, 6, (uint32_t)(5000 + encoder->next_ms), 5000, TAG_VIDEO, 1);
    out_fill(&encoder->out, 0x27, 300);
    (void)!write(encoder->fd, encoder->out.bytes, encoder->out.len);
    setsockopt(encoder->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    end_encoder(encoder);
}

/* The end of an encoder that is done: its last commands, and an orderly close. */
static void leave(struct encoder *encoder)
{
    if (encoder->kind == RESET) {
        reset_encoder(encoder);
        return;
    }
    encoder->is_leaving = true;
    if (encoder->kind != LORIS && encoder->kind != HALF_OPEN && encoder->kind != MUTE) {
        rtmp_command(&encoder->rtmp, 0, "FCUnpublish", stream_name(encoder), 0);
        rtmp_command(&encoder->rtmp, 0, "deleteStream", NULL, 1);
    }
}

/* The guard ended it. That is what a healthy one must not meet. */
static void cut(struct encoder *encoder)
{
    const bool is_healthy = encoder->kind == HEALTHY || encoder->kind == SLOW_READER;
    if (is_healthy && !encoder->is_leaving && !plan.early && plan.name == NULL) {
        fprintf(stderr, "fire: a healthy encoder was cut, port %d\n", encoder->port);
        plan.failures++;
    }
    end_encoder(encoder);
}

static void flush(struct encoder *encoder)
{
    while (encoder->fd >= 0 && encoder->out.len > 0) {
        const ssize_t sent = send(encoder->fd, encoder->out.bytes, encoder->out.len, MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno != EAGAIN) {
                cut(encoder);
            }
            return;
        }
        encoder->out.len -= (size_t)sent;
        memmove(encoder->out.bytes, encoder->out.bytes + sent, encoder->out.len);
    }
    if (encoder->fd >= 0 && encoder->is_leaving) {
        end_encoder(encoder);
    }
}

/* A slow reader takes a byte now and then. */
static void read_answers(struct encoder *encoder)
{
    static char bytes[65536];
    const size_t most = encoder->kind == SLOW_READER ? 1 : sizeof(bytes);
    ssize_t got;
    do {
        got = recv(encoder->fd, bytes, most, 0);
    } while (got > 0 && encoder->kind != SLOW_READER);
    if (got == 0 || (got < 0 && errno != EAGAIN)) {
        cut(encoder);
    }
}

static bool is_done(const struct encoder *encoder, int64_t now)
{
    if (encoder->fd >= 0) {
        return false;
    }
    return !kinds[encoder->kind].comes_again || now >= plan.ends_ms - LAST_COMING_MS;
}

static void tick(struct encoder *encoder, int64_t now)
{
    if (encoder->fd < 0) {
        if (encoder->port == 0 || now - encoder->begins_ms >= COME_AGAIN_MS) {
            begin_encoder(encoder);
        }
        return;
    }
    const bool is_judged_by_time = encoder->kind >= LARGE;
    const int64_t own_end_ms = encoder->kind == RESET ? encoder->begins_ms + 2000 : plan.ends_ms;
    if (encoder->is_leaving) {
        return;
    }
    if (now >= own_end_ms + (is_judged_by_time ? JUDGED_AFTER_MS : 0)) {
        leave(encoder);
    } else {
        send_due(encoder, now - encoder->begins_ms);
    }
}

/* Kinds are spread over the encoders in the parts of 40 that they have. */
static enum kind kind_of(int index, bool all_kinds)
{
    int part = index * 7 % 40; /* 7 and 40 have no common divisor: every part once in 40 */
    int kind = 0;
    if (plan.name != NULL) {
        return HEALTHY;
    }
    if (!all_kinds) {
        return index % 10 == 9 ? SLOW_READER : HEALTHY;
    }
    while (part >= kinds[kind].parts) {
        part -= kinds[kind++].parts;
    }
    return (enum kind)kind;
}

static int publish(int count, int seconds, bool all_kinds)
{
    struct encoder *const encoders = need(calloc((size_t)count, sizeof(*encoders)));
    struct pollfd *const polls = need(calloc((size_t)count, sizeof(*polls)));
    const int64_t begin_ms = now_ms();
    const int coming_ms = plan.name != NULL ? STEADY_EVERY_MS * count : 1000; /* all of them, one after the other */
    int done = 0;
    need_files((rlim_t)count + 64);
    plan.begin_ms = begin_ms;
    plan.ends_ms = begin_ms + seconds * 1000;
    for (int i = 0; i < count; i++) {
        encoders[i] = (struct encoder){.kind = kind_of(i, all_kinds), .index = i, .fd = -1};
    }
    while (done < count) {
        const int64_t now = now_ms();
        done = 0;
        for (int i = 0; i < count; i++) {
            struct encoder *const encoder = &encoders[i];
            const bool has_come = encoder->port != 0 || encoder->is_leaving;
            if (has_come && is_done(encoder, now)) {
                done++;
            } else if (has_come || now >= begin_ms + i * coming_ms / count) {
                tick(encoder, now);
                flush(encoder);
            }
            polls[i] = (struct pollfd){encoder->fd, POLLIN, 0};
        }
        poll(polls, (nfds_t)count, TICK_MS);
        for (int i = 0; i < count; i++) {
            if (encoders[i].fd >= 0 && polls[i].revents != 0) {
                read_answers(&encoders[i]);
            }
        }
        const int64_t rest_ms = now + TICK_MS - now_ms();
        if (rest_ms > 0) {
            nanosleep(&(struct timespec){0, rest_ms * 1000000}, NULL);
        }
    }
    for (int i = 0; i < count; i++) {
        out_free(&encoders[i].out);
    }
    free(encoders);
    free(polls);
    return plan.failures != 0;
}

/* ------------------------------------------------------------------ a server */

struct client {
    int fd;
    size_t sent; /* of the answer, for ever on */
};

#define MOST_CLIENTS 2048

/*
 * _result(1, null, null) of connect, _result(2, null, 1) of createStream, and on message stream 1
 * onStatus(0, null, {level: "status", code: "NetStream.Publish.Start"}): a chunk each.
 */
static const char results[] = "\3\0\0\0\0\0\x15\x14\0\0\0\0"
                              "\2\0\7_result"
                              "\0\x3f\xf0\0\0\0\0\0\0"
                              "\5"
                              "\5"
                              "\3\0\0\0\0\0\x1d\x14\0\0\0\0"
                              "\2\0\7_result"
                              "\0\x40\0\0\0\0\0\0\0"
                              "\5"
                              "\0\x3f\xf0\0\0\0\0\0\0"
                              "\5\0\0\0\0\0\x49\x14\1\0\0\0"
                              "\2\0\10onStatus"
                              "\0\0\0\0\0\0\0\0\0"
                              "\5"
                              "\3"
                              "\0\5level"
                              "\2\0\6status"
                              "\0\4code"
                              "\2\0\27NetStream.Publish.Start"
                              "\0\0\11";

/* A byte of the answer: a handshake, the results, then acknowledgements. */
static char answer_byte(size_t index)
{
    static const char acknowledgement[16] = {2, 0, 0, 0, 0, 0, 4, 3};
    enum { HANDSHAKE = 3073, RESULTS = sizeof(results) - 1 };
    if (index < HANDSHAKE) {
        return index == 0 ? 3 : 0;
    }
    index -= HANDSHAKE;
    return index < RESULTS ? results[index] : acknowledgement[(index - RESULTS) % 16];
}

static size_t answer_at(size_t index, char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        bytes[i] = answer_byte(index + i);
    }
    return size;
}

/* false: it is gone. */
static bool serve_client(struct client *client)
{
    static char bytes[65536];
    const ssize_t got = recv(client->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN)) {
        return false;
    }
    const size_t size = answer_at(client->sent, bytes, 8192);
    const ssize_t sent = send(client->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    client->sent += sent > 0 ? (size_t)sent : 0;
    return sent >= 0 || errno == EAGAIN;
}

static int serve(int port)
{
    static struct client clients[MOST_CLIENTS];
    static struct pollfd polls[MOST_CLIENTS + 1];
    struct sockaddr_in address = loopback(port);
    const int yes = 1;
    int count = 0;
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(listener, 1024) != 0) {
        perror("fire: listen");
        return 2;
    }
    need_files(MOST_CLIENTS + 64);
    for (;;) {
        for (int i = 0; i < count; i++) {
            polls[i] = (struct pollfd){clients[i].fd, POLLIN, 0};
        }
        polls[count] = (struct pollfd){listener, POLLIN, 0};
        const int known = count;
        poll(polls, (nfds_t)count + 1, -1);
        for (int i = known - 1; i >= 0; i--) {
            if (polls[i].revents != 0 && !serve_client(&clients[i])) {
                close(clients[i].fd);
                clients[i] = clients[--count];
            }
        }
        if (polls[known].revents != 0 && count < MOST_CLIENTS) {
            clients[count++] = (struct client){accept(listener, NULL, NULL), 0};
        }
    }
}

static int print_free_port(void)
{
    struct sockaddr_in address = loopback(0);
    socklen_t length = sizeof(address);
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(fd, (struct sockaddr *)&address, length) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) != 0) {
        return 2;
    }
    printf("%d\n", ntohs(address.sin_port));
    return 0;
}

int main(int argc, char **argv)
{
    const char *const verb = argc > 1 ? argv[1] : "";
    signal(SIGPIPE, SIG_IGN);
    alarm(LONGEST_S);
    if (strcmp(verb, "publish") == 0 && (argc == 6 || argc == 7)) {
        plan.port = atoi(argv[2]);
        plan.early = argc == 7;
        return publish(atoi(argv[3]), atoi(argv[4]), strcmp(argv[5], "all") == 0);
    }
    if (strcmp(verb, "steady") == 0 && argc == 7) {
        plan.port = atoi(argv[2]);
        plan.name = argv[3];
        plan.kbps = atoi(argv[6]);
        return publish(atoi(argv[4]), atoi(argv[5]), false);
    }
    if (strcmp(verb, "port") == 0) {
        return print_free_port();
    }
    if (strcmp(verb, "serve") == 0 && argc == 3) {
        return serve(atoi(argv[2]));
    }
    fputs("fire: read the head of fire.c\n", stderr);
    return 2;
}
