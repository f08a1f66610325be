/*
 * usage: replay PORT FAULT <camera.flv
 *
 * Sends a recording, with a fault in it, to an RTMP server on 127.0.0.1, as the encoder would have sent it. Then reads
 * until the server closes, and says on standard error what the server reported, in ffmpeg's words.
 */
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "bench/rtmp_mux.h"

#define FLV_HEADER_BYTES   13
#define LARGEST_FLV        (1u << 20)
#define ADMITTED_MS        1000 /* of media: the stream is accepted by then */
#define HANDSHAKE_BYTES    (1 + 2 * 1536)
#define CHUNK_HEADER_BYTES 12
#define SET_CHUNK_SIZE     1

enum { AVC_HEADER = 0 }; /* packet type, the second byte of a video tag */

static bool is_video(const struct flv_tag *tag)
{
    return tag->type == 9;
}

static bool is_video_header(const struct flv_tag *tag)
{
    return is_video(tag) && tag->body[1] == AVC_HEADER;
}

/* --------------------------------------------------------------- the faults: each changes a tag, or takes it away */

static bool send_all(struct flv_tag *tag, unsigned char *body)
{
    (void)tag, (void)body;
    return true;
}

static bool until_admitted(struct flv_tag *tag, unsigned char *body)
{
    (void)body;
    return tag->timestamp_ms < ADMITTED_MS;
}

static bool no_header(struct flv_tag *tag, unsigned char *body)
{
    (void)body;
    return !is_video_header(tag);
}

static bool step_back(struct flv_tag *tag, unsigned char *body)
{
    (void)body;
    if (tag->timestamp_ms >= 2 * ADMITTED_MS)
        tag->timestamp_ms -= 2 * ADMITTED_MS;
    return true;
}

/* The older way: the codec id 12 in the place of 7. */
static bool hevc_12(struct flv_tag *tag, unsigned char *body)
{
    if (is_video(tag))
        body[0] = (unsigned char)((body[0] & 0xf0) | 12);
    return true;
}

/*
 * Enhanced RTMP; CodedFramesX (3) has no composition time, so both forms are 5 bytes long.
 *
 *   | frame type 4 | codec 4 |   packet type    | composition time 24 |
 *   |1| frame t. 3 | packet 4|                FourCC                  |
 */
static bool hevc_hvc1(struct flv_tag *tag, unsigned char *body)
{
    if (is_video(tag)) {
        body[0] = (unsigned char)(0x80 | (body[0] & 0x70) | (body[1] == AVC_HEADER ? 0 : 3));
        memcpy(body + 1, "hvc1", 4);
    }
    return true;
}

struct fault {
    const char *name;
    bool (*change)(struct flv_tag *tag, unsigned char *body);
    int tail; /* a byte sent after the tags; -1: none */
};

static const struct fault faults[] = {
    {"hevc-12", hevc_12, -1},
    {"hevc-hvc1", hevc_hvc1, -1},
    {"no-header", no_header, -1},
    {"step-back", step_back, -1},
    {"silence", until_admitted, -1},
    {"broken-chunk", send_all, 0xc0 | 20}, /* goes on with a message of chunk stream 20; there is none */
};

static const struct fault *find_fault(const char *name)
{
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        if (strcmp(faults[i].name, name) == 0)
            return &faults[i];
    }
    return NULL;
}

static void record(struct rtmp_mux *mux, const struct fault *fault, unsigned char *flv, size_t len)
{
    struct flv_tag tag;
    size_t offset = FLV_HEADER_BYTES;
    rtmp_open_publish(mux, 4096, "key");
    while (flv_next_tag(flv, len, &offset, &tag)) {
        if (fault->change(&tag, flv + (tag.body - flv)))
            rtmp_tag(mux, &tag);
    }
    if (fault->tail >= 0)
        rtmp_put_u8(mux, (unsigned)fault->tail);
}

/* --------------------------------------------------------------------------------------------------- the connection */

static int connect_to(int port)
{
    const struct timeval patience = {.tv_sec = 10};
    const struct sockaddr_in server = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&server, sizeof(server)) != 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    return fd;
}

/* The server may close in the middle: what it said is what counts. */
static void send_bytes(int fd, const unsigned char *bytes, size_t len)
{
    ssize_t sent;
    while (len > 0 && (sent = send(fd, bytes, len, MSG_NOSIGNAL)) > 0) {
        bytes += sent;
        len -= (size_t)sent;
    }
}

static size_t receive_all(int fd, unsigned char *bytes, size_t size)
{
    size_t len = 0;
    ssize_t got;
    while (len < size && (got = recv(fd, bytes + len, size - len, 0)) > 0)
        len += (size_t)got;
    return len;
}

/*
 * Takes handshake and chunk headers out of what came, in place, and leaves the payloads. Enough for mpe-guard, which
 * writes one message after the other, each with a full header. Returns how many bytes are left.
 *
 *   | 0 | csid | timestamp 24 | length 24 | type 8 | stream id 32 | chunk | 3 | csid | chunk ...
 */
static size_t take_payloads(unsigned char *bytes, size_t len)
{
    size_t kept = 0;
    size_t chunk_size = 128;
    for (size_t at = HANDSHAKE_BYTES; at + CHUNK_HEADER_BYTES <= len;) {
        const unsigned char type = bytes[at + 7];
        const size_t message = kept;
        size_t left = (size_t)bytes[at + 4] << 16 | (size_t)bytes[at + 5] << 8 | bytes[at + 6];
        at += CHUNK_HEADER_BYTES;
        while (left > 0 && at < len) {
            size_t part = left < chunk_size ? left : chunk_size;
            part = part < len - at ? part : len - at;
            memmove(bytes + kept, bytes + at, part);
            kept += part;
            left -= part;
            at += part + (left > 0 ? 1 : 0);
        }
        if (type == SET_CHUNK_SIZE && kept - message == 4)
            chunk_size = (size_t)bytes[message + 2] << 8 | bytes[message + 3];
    }
    return kept;
}

/* The last AMF string named "description": the answers to connect and publish carry one, too. */
static void print_sentence(const unsigned char *bytes, size_t len)
{
    static const char mark[] = "\0\013description\2";
    const size_t mark_len = sizeof(mark) - 1;
    const unsigned char *sentence = NULL;
    for (size_t i = 0; i + mark_len + 2 < len; i++) {
        if (memcmp(bytes + i, mark, mark_len) == 0)
            sentence = bytes + i + mark_len;
    }
    if (sentence == NULL)
        return;
    const size_t room = len - (size_t)(sentence + 2 - bytes);
    const size_t len_said = (size_t)sentence[0] << 8 | sentence[1];
    fprintf(stderr, "Server error: %.*s\n", (int)(len_said < room ? len_said : room), (const char *)sentence + 2);
}

int main(int argc, char **argv)
{
    static unsigned char bytes[LARGEST_FLV];
    struct rtmp_mux mux = {0};
    const struct fault *fault = argc == 3 ? find_fault(argv[2]) : NULL;
    const size_t len = fread(bytes, 1, sizeof(bytes), stdin);
    const int fd = fault == NULL ? -1 : connect_to(atoi(argv[1]));
    if (fd < 0) {
        fputs("replay: there is no such fault, or no server\n", stderr);
        return 2;
    }
    record(&mux, fault, bytes, len);
    send_bytes(fd, mux.bytes, mux.len);
    print_sentence(bytes, take_payloads(bytes, receive_all(fd, bytes, sizeof(bytes))));
    close(fd);
    free(mux.bytes);
    return 0;
}
