/* One packet of a capture, down to its TCP segment. Knows headers; keeps and allocates nothing. */
#ifndef INSPECT_PACKET_H
#define INSPECT_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_ACK = 16 };

/* Flat and without padding: it is compared and hashed as bytes. */
struct endpoint {
    uint8_t address[16]; /* IPv4 as ::ffff:a.b.c.d */
    uint16_t port;
};

#define ENDPOINT_TEXT_BYTES 64

struct segment {
    struct endpoint from;
    struct endpoint to;
    int64_t time_us;
    uint32_t seq; /* of the first byte of data, or of the SYN */
    uint8_t flags;
    const uint8_t *data; /* inside the packet */
    size_t captured;     /* bytes that are there */
    size_t len;          /* bytes that were sent: more than captured where the capture cut the packet */
};

enum packet_kind {
    PACKET_TCP,
    PACKET_OTHER,   /* not TCP over IP */
    PACKET_FRAGMENT /* a part of an IP packet */
};

/* Whether packets of this link type (as libpcap numbers them) can be read. */
bool packet_link_is_known(int link);

/*
 * Reads a packet of which captured bytes are there and len were sent. PACKET_TCP: segment was filled, but for time_us,
 * and points into data. Cut and damaged headers make a packet PACKET_OTHER.
 */
enum packet_kind packet_read(int link, const uint8_t *data, size_t captured, size_t len, struct segment *segment);

/* "192.0.2.7:1935" or "[2001:db8::7]:1935". */
void endpoint_text(const struct endpoint *endpoint, char text[ENDPOINT_TEXT_BYTES]);

#endif
