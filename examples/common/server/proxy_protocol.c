/* Reads and writes the headers of HAProxy's PROXY protocol, text and binary. */
#include "proxy_protocol.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define V1_BYTES      107 /* the longest, with its CR LF */
#define V2_HEAD_BYTES 16
#define SRS_MAGIC     0xF3

static const unsigned char v2_signature[12] = {'\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'};

/* ----------------------------------------------------------------- addresses */

static void set_address(struct sockaddr_storage *address, int family, const void *bytes, unsigned port)
{
    memset(address, 0, sizeof(*address));
    address->ss_family = (sa_family_t)family;
    if (family == AF_INET) {
        struct sockaddr_in *const v4 = (struct sockaddr_in *)address;
        memcpy(&v4->sin_addr, bytes, sizeof(v4->sin_addr));
        v4->sin_port = htons((uint16_t)port);
    } else {
        struct sockaddr_in6 *const v6 = (struct sockaddr_in6 *)address;
        memcpy(&v6->sin6_addr, bytes, sizeof(v6->sin6_addr));
        v6->sin6_port = htons((uint16_t)port);
    }
}

/* ----------------------------------------------------------------- version 1 */

/* A port as version 1 writes it: no sign, no zero before it. */
static bool read_port(const char *text, unsigned *port)
{
    const size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 5 || text[digits] != '\0' || (digits > 1 && *text == '0')) {
        return false;
    }
    *port = (unsigned)atoi(text);
    return *port <= 65535;
}

/* "PROXY TCP4 192.0.2.7 198.51.100.1 56324 1935", each part after one blank. */
static enum proxy_state read_v1_line(char *line, struct sockaddr_storage *source)
{
    char *parts[6] = {NULL};
    size_t count = 0;
    unsigned char bytes[16];
    unsigned ports[2];
    char *at = line;
    for (; at != NULL && count < 6; count++) {
        parts[count] = at;
        at = strchr(at, ' ');
        if (at != NULL) {
            *at++ = '\0';
        }
    }
    if (count >= 2 && strcmp(parts[1], "UNKNOWN") == 0) {
        return PROXY_LOCAL;
    }
    const bool is_v6 = count == 6 && strcmp(parts[1], "TCP6") == 0;
    const int family = is_v6 ? AF_INET6 : AF_INET;
    if (at != NULL || count != 6 || (!is_v6 && strcmp(parts[1], "TCP4") != 0) ||
        inet_pton(family, parts[3], bytes) != 1 || inet_pton(family, parts[2], bytes) != 1 ||
        !read_port(parts[4], &ports[0]) || !read_port(parts[5], &ports[1])) {
        return PROXY_BROKEN;
    }
    set_address(source, family, bytes, ports[0]);
    return PROXY_WHOLE;
}

static enum proxy_state look_at_v1(struct proxy_reader *reader, struct sockaddr_storage *source)
{
    static const char begin[] = "PROXY ";
    const size_t known = reader->have < strlen(begin) ? reader->have : strlen(begin);
    if (memcmp(reader->bytes, begin, known) != 0 || memchr(reader->bytes, 0, reader->have) != NULL) {
        return PROXY_BROKEN;
    }
    if (reader->bytes[reader->have - 1] != '\n') {
        return reader->have < V1_BYTES ? PROXY_MORE : PROXY_BROKEN;
    }
    if (reader->have < 2 || reader->bytes[reader->have - 2] != '\r') {
        return PROXY_BROKEN;
    }
    reader->bytes[reader->have - 2] = '\0';
    return read_v1_line((char *)reader->bytes, source);
}

/* ----------------------------------------------------------------- version 2 */

/*
 *   0           11  12            13              14     16
 *  +------+ .. +--+--------------+---------------+--------+----------- . . .
 *  |  signature   | version| cmd | family | proto| length | addresses, additions
 *  +------+ .. +--+--------------+---------------+--------+----------- . . .
 */
static enum proxy_state read_v2_addresses(const unsigned char *bytes, size_t length, struct sockaddr_storage *source)
{
    const unsigned command = bytes[12] & 0xF;
    const unsigned family = bytes[13] >> 4;
    const unsigned char *const at = bytes + V2_HEAD_BYTES;
    if (bytes[12] >> 4 != 2 || command > 1) {
        return PROXY_BROKEN;
    }
    if (command == 0 || bytes[13] == 0) {
        return PROXY_LOCAL;
    }
    if (family == 1 && length >= 12) {
        set_address(source, AF_INET, at, (unsigned)at[8] << 8 | at[9]);
        return PROXY_WHOLE;
    }
    if (family == 2 && length >= 36) {
        set_address(source, AF_INET6, at, (unsigned)at[32] << 8 | at[33]);
        return PROXY_WHOLE;
    }
    return family == 3 ? PROXY_LOCAL : PROXY_BROKEN; /* of UNIX sockets: no address that counts here */
}

static enum proxy_state look_at_v2(struct proxy_reader *reader, struct sockaddr_storage *source)
{
    const size_t known = reader->have < sizeof(v2_signature) ? reader->have : sizeof(v2_signature);
    if (memcmp(reader->bytes, v2_signature, known) != 0) {
        return PROXY_BROKEN;
    }
    if (reader->have < V2_HEAD_BYTES) {
        return PROXY_MORE;
    }
    const size_t length = (size_t)reader->bytes[14] << 8 | reader->bytes[15];
    if (V2_HEAD_BYTES + length > sizeof(reader->bytes)) {
        return PROXY_BROKEN;
    }
    return reader->have < V2_HEAD_BYTES + length ? PROXY_MORE : read_v2_addresses(reader->bytes, length, source);
}

enum proxy_state proxy_read(struct proxy_reader *reader, const void *data, size_t length, size_t *used,
                            struct sockaddr_storage *source)
{
    const unsigned char *const bytes = data;
    enum proxy_state state = PROXY_MORE;
    *used = 0;
    while (state == PROXY_MORE && *used < length) {
        reader->bytes[reader->have++] = bytes[(*used)++];
        state = reader->bytes[0] == 'P' ? look_at_v1(reader, source) : look_at_v2(reader, source);
    }
    return state;
}

/* --------------------------------------------------------------------- write */

bool proxy_version_read(const char *text, enum proxy_version *version)
{
    static const char *const names[] = {
        [PROXY_NONE] = "none", [PROXY_V1] = "v1", [PROXY_V2] = "v2", [PROXY_SRS] = "srs"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(text, names[i]) == 0) {
            *version = (enum proxy_version)i;
            return true;
        }
    }
    return false;
}

static const void *bytes_of(const struct sockaddr *address, size_t *length, uint16_t *port)
{
    if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *const v6 = (const struct sockaddr_in6 *)address;
        *length = sizeof(v6->sin6_addr);
        *port = v6->sin6_port;
        return &v6->sin6_addr;
    }
    const struct sockaddr_in *const v4 = (const struct sockaddr_in *)address;
    *length = sizeof(v4->sin_addr);
    *port = v4->sin_port;
    return &v4->sin_addr;
}

static bool are_of_one_family(const struct sockaddr *source, const struct sockaddr *destination)
{
    return source->sa_family == destination->sa_family &&
           (source->sa_family == AF_INET || source->sa_family == AF_INET6);
}

static size_t write_v1(const struct sockaddr *source, const struct sockaddr *destination, char *header)
{
    char from[INET6_ADDRSTRLEN];
    char to[INET6_ADDRSTRLEN];
    size_t length;
    uint16_t ports[2];
    if (!are_of_one_family(source, destination)) {
        return (size_t)snprintf(header, PROXY_WRITTEN_BYTES, "PROXY UNKNOWN\r\n");
    }
    inet_ntop(source->sa_family, bytes_of(source, &length, &ports[0]), from, sizeof(from));
    inet_ntop(source->sa_family, bytes_of(destination, &length, &ports[1]), to, sizeof(to));
    return (size_t)snprintf(header, PROXY_WRITTEN_BYTES, "PROXY TCP%c %s %s %u %u\r\n",
                            source->sa_family == AF_INET ? '4' : '6', from, to, (unsigned)ntohs(ports[0]),
                            (unsigned)ntohs(ports[1]));
}

static size_t write_v2(const struct sockaddr *source, const struct sockaddr *destination, unsigned char *header)
{
    size_t length = 0;
    uint16_t ports[2] = {0, 0};
    memcpy(header, v2_signature, sizeof(v2_signature));
    memset(header + 12, 0, 4);
    header[12] = 0x20; /* version 2, its own connection */
    if (!are_of_one_family(source, destination)) {
        return V2_HEAD_BYTES;
    }
    unsigned char *at = header + V2_HEAD_BYTES;
    const void *const from = bytes_of(source, &length, &ports[0]);
    const void *const to = bytes_of(destination, &length, &ports[1]);
    memcpy(at, from, length);
    memcpy(at + length, to, length);
    memcpy(at + 2 * length, ports, sizeof(ports));
    header[12] = 0x21;
    header[13] = source->sa_family == AF_INET ? 0x11 : 0x21; /* over TCP */
    header[15] = (unsigned char)(2 * length + sizeof(ports));
    return V2_HEAD_BYTES + 2 * length + sizeof(ports);
}

/*
 *   0      1        3         7
 *  +------+--------+---------+
 *  | 0xF3 | 0x0004 | address |  of IPv4; SRS takes no other
 *  +------+--------+---------+
 */
static size_t write_srs(const struct sockaddr *source, unsigned char *header)
{
    size_t length = 0;
    uint16_t port;
    if (source->sa_family != AF_INET) {
        return 0;
    }
    const void *const from = bytes_of(source, &length, &port);
    header[0] = SRS_MAGIC;
    header[1] = 0;
    header[2] = (unsigned char)length;
    memcpy(header + 3, from, length);
    return 3 + length;
}

size_t proxy_write(enum proxy_version version, const struct sockaddr *source, const struct sockaddr *destination,
                   unsigned char header[PROXY_WRITTEN_BYTES])
{
    switch (version) {
    case PROXY_V1:
        return write_v1(source, destination, (char *)header);
    case PROXY_V2:
        return write_v2(source, destination, header);
    case PROXY_SRS:
        return write_srs(source, header);
    case PROXY_NONE:
        break;
    }
    return 0;
}
