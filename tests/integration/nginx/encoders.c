/*
 * Encoders for the tests of nginx, all on 127.0.0.1, without a picture worth looking at.
 *
 *   encoders PORT COUNT SECONDS KBPS APP NAME TC_URL [FIRST [ALSO]]
 *       COUNT encoders, that begin within half a second, send 25 frames a second for SECONDS. Each declares a rate of
 *       its own, from the number FIRST on (0), which makes it a quality of its own. "%XX" in texts is a byte.
 *       Where there are several encoders, the stream name of each has its number after NAME. ALSO is published after
 *       NAME on the same connection. The first second comes at once, with the headers. Prints how many ended how:
 *       "passed" or the code.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "unit/stream_out.h"

enum {
    MOST = 1000,
    FRAME_MS = 40,
    KEY_EVERY = 25,
    ANSWER_BYTES = 8192,
    BEGIN_WITHIN_MS = 500,
    AHEAD_MS = 1000,
    LINGER_MS = 300
};

struct bytes {
    char text[2048];
    size_t length;
};

struct encoder {
    int fd;
    int index;
    int64_t begins_ms;
    int frames;
    bool is_cut; /* by the server */
    struct out out;
    struct rtmp_out rtmp;
    size_t answer_length;
    char answer[ANSWER_BYTES]; /* its end */
};

static struct {
    int port, count, seconds, kbps, first;
    struct bytes app, name, url, also;
} plan;

static struct encoder encoders[MOST];

static int64_t now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static struct bytes decode(const char *text)
{
    struct bytes bytes = {.length = 0};
    while (*text != '\0' && bytes.length < sizeof(bytes.text) - 16) {
        unsigned value = (unsigned char)*text;
        if (*text == '%' && isxdigit((unsigned char)text[1]) && sscanf(text + 1, "%2x", &value) == 1) {
            text += 2;
        }
        bytes.text[bytes.length++] = (char)value;
        text++;
    }
    return bytes;
}

/* ---------------------------------------------------------------------- bytes */

static void put_string(struct out *out, const struct bytes *text)
{
    out_be(out, 2, 1);
    out_be(out, text->length, 2);
    out_put(out, text->text, text->length);
}

static void put_pair(struct out *out, const char *key, const struct bytes *text)
{
    amf_key(out, key);
    put_string(out, text);
}

static void send_command(struct encoder *encoder, struct out *body, uint32_t stream_id)
{
    rtmp_message(&encoder->rtmp, 0, 3, 0, 20, stream_id, body->bytes, body->len);
    out_free(body);
}

static void put_connect(struct encoder *encoder)
{
    struct out body = {0};
    amf_string(&body, "connect");
    amf_number(&body, 1);
    amf_object(&body);
    put_pair(&body, "app", &plan.app);
    put_pair(&body, "tcUrl", &plan.url);
    amf_end(&body);
    send_command(encoder, &body, 0);
}

static void publish(struct encoder *encoder, const struct bytes *name)
{
    struct out body = {0};
    amf_string(&body, "publish");
    amf_number(&body, 3);
    amf_null(&body);
    put_string(&body, name);
    amf_string(&body, "live");
    send_command(encoder, &body, 1);
}

static void put_publish(struct encoder *encoder)
{
    struct out body = {0};
    struct bytes name = plan.name;
    if (plan.count > 1) {
        name.length += (size_t)snprintf(name.text + name.length, sizeof(name.text) - name.length, "%d", encoder->index);
    }
    amf_string(&body, "createStream");
    amf_number(&body, 2);
    amf_null(&body);
    send_command(encoder, &body, 0);
    publish(encoder, &name);
    if (plan.also.length > 0) {
        publish(encoder, &plan.also);
    }
}

static void put_headers(struct encoder *encoder)
{
    struct out body = {0};
    encoder->rtmp = rtmp_begin(&encoder->out);
    put_connect(encoder);
    rtmp_set_chunk_size(&encoder->rtmp, 4096);
    put_publish(encoder);
    amf_string(&body, "onMetaData");
    amf_object(&body);
    amf_key(&body, "videodatarate");
    amf_number(&body, 1000 + 10 * (plan.first + encoder->index));
    amf_end(&body);
    rtmp_message(&encoder->rtmp, 0, 5, 0, TAG_DATA, 1, body.bytes, body.len);
    rtmp_message(&encoder->rtmp, 0, 6, 0, TAG_VIDEO, 1, avc_720p.bytes, avc_720p.len);
    out_free(&body);
}

static void put_frame(struct encoder *encoder)
{
    struct out body = {0};
    const size_t length = (size_t)plan.kbps * 1000 / 8 * FRAME_MS / 1000;
    avc_frame(&body, encoder->frames % KEY_EVERY == 0, length < 16 ? 16 : length);
    rtmp_message(&encoder->rtmp, 0, 6, (uint32_t)(encoder->frames * FRAME_MS), TAG_VIDEO, 1, body.bytes, body.len);
    encoder->frames++;
    out_free(&body);
}

/* ------------------------------------------------------------------ connections */

static void begin(struct encoder *encoder)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)plan.port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    encoder->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (encoder->fd < 0 || connect(encoder->fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        perror("encoders: connect");
        exit(2);
    }
    fcntl(encoder->fd, F_SETFL, O_NONBLOCK);
    put_headers(encoder);
}

static void keep_answer(struct encoder *encoder, const char *bytes, size_t length)
{
    const size_t kept = length < ANSWER_BYTES ? length : ANSWER_BYTES;
    const size_t over = encoder->answer_length + kept > ANSWER_BYTES ? encoder->answer_length + kept - ANSWER_BYTES : 0;
    memmove(encoder->answer, encoder->answer + over, encoder->answer_length - over);
    encoder->answer_length -= over;
    memcpy(encoder->answer + encoder->answer_length, bytes + (length - kept), kept);
    encoder->answer_length += kept;
}

/* Up to the end that the server sends. */
static void read_answers(struct encoder *encoder)
{
    char bytes[4096];
    ssize_t got;
    while ((got = recv(encoder->fd, bytes, sizeof(bytes), 0)) > 0) {
        keep_answer(encoder, bytes, (size_t)got);
    }
    if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        encoder->is_cut = true;
    }
}

/* What a socket does not take stays for the next time; one that was cut takes nothing. */
static void flush(struct encoder *encoder)
{
    struct out *const out = &encoder->out;
    while (out->len > 0) {
        const ssize_t sent = send(encoder->fd, out->bytes, out->len, MSG_NOSIGNAL);
        if (sent <= 0) {
            return;
        }
        out->len -= (size_t)sent;
        memmove(out->bytes, out->bytes + sent, out->len);
    }
}

static void tick(struct encoder *encoder, int64_t now)
{
    if (now < encoder->begins_ms || encoder->is_cut) {
        return;
    }
    if (encoder->fd < 0) {
        begin(encoder);
    }
    while (encoder->frames < plan.seconds * 1000 / FRAME_MS &&
           encoder->begins_ms + encoder->frames * FRAME_MS <= now + AHEAD_MS) {
        put_frame(encoder);
    }
    flush(encoder);
    read_answers(encoder);
}

static bool run(int64_t until_ms)
{
    bool any = false;
    const int64_t now = now_ms();
    for (int i = 0; i < plan.count; i++) {
        tick(&encoders[i], now);
        any = any || !encoders[i].is_cut;
    }
    nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    return any && now < until_ms;
}

/* -------------------------------------------------------------------- the result */

static bool is_of_code(char byte)
{
    return isupper((unsigned char)byte) || isdigit((unsigned char)byte) || byte == '_';
}

/* The header of a chunk may stand inside: a byte beyond ASCII. */
static void copy_code(char code[64], const char *from, const char *end)
{
    size_t length = 0;
    for (; from < end && length < 63 && (is_of_code(*from) || (*from & 0x80) != 0); from++) {
        if ((*from & 0x80) == 0) {
            code[length++] = *from;
        }
    }
    code[length] = '\0';
}

/* The first code that it was told; "cut": none. */
static void read_code(const struct encoder *encoder, char code[64])
{
    const char *const end = encoder->answer + encoder->answer_length;
    snprintf(code, 64, "cut");
    for (const char *at = encoder->answer; at + 4 < end; at++) {
        if (memcmp(at, "MPE_", 4) == 0 || memcmp(at, "MPI_", 4) == 0) {
            copy_code(code, at, end);
            return;
        }
    }
}

static void print_results(void)
{
    char lines[MOST][64];
    for (int i = 0; i < plan.count; i++) {
        snprintf(lines[i], sizeof(lines[i]), "passed");
        if (encoders[i].is_cut) {
            read_code(&encoders[i], lines[i]);
        }
    }
    for (int i = 0; i < plan.count; i++) {
        int same = 0;
        for (int k = i; lines[i][0] != '\0' && k < plan.count; k++) {
            if (k == i || strcmp(lines[k], lines[i]) == 0) {
                same++;
                lines[k][0] = k == i ? lines[k][0] : '\0';
            }
        }
        if (same > 0) {
            printf("%d %s\n", same, lines[i]);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc < 8 || argc > 10 || atoi(argv[2]) < 1 || atoi(argv[2]) > MOST) {
        return 2;
    }
    plan.port = atoi(argv[1]);
    plan.count = atoi(argv[2]);
    plan.seconds = atoi(argv[3]);
    plan.kbps = atoi(argv[4]);
    plan.app = decode(argv[5]);
    plan.name = decode(argv[6]);
    plan.url = decode(argv[7]);
    plan.first = argc > 8 ? atoi(argv[8]) : 0;
    plan.also = decode(argc > 9 ? argv[9] : "");
    const int64_t start_ms = now_ms();
    for (int i = 0; i < plan.count; i++) {
        encoders[i] =
            (struct encoder){.fd = -1, .index = i, .begins_ms = start_ms + (int64_t)i * BEGIN_WITHIN_MS / plan.count};
    }
    while (run(start_ms + BEGIN_WITHIN_MS + plan.seconds * 1000 + LINGER_MS)) {
    }
    print_results();
    return 0;
}
