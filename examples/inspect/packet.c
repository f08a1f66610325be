/* Decodes one packet of a capture: link layer, IP, TCP. */
#define _POSIX_C_SOURCE 200809L

#include "packet.h"

#include <arpa/inet.h>
#include <pcap/dlt.h>
#include <stdio.h>
#include <string.h>

/* LINKTYPE_ numbers of files; libpcap gives some of them as another DLT_ of its own. */
#define LINK_RAW_12  12
#define LINK_RAW_14  14
#define LINK_RAW_101 101
#define LINK_SLL2    276

#define ETHER_IPV4 0x0800
#define ETHER_IPV6 0x86DD
#define IP_TCP     6

/* More tags or IPv6 extension headers than any packet has. */
#define MAX_NESTED 8

/* What is left of a packet, and what was sent of it. */
struct view {
    const uint8_t *data;
    size_t captured;
    size_t len;
};

static uint16_t load16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static uint32_t load32(const uint8_t *bytes)
{
    return (uint32_t)load16(bytes) << 16 | load16(bytes + 2);
}

static bool skip(struct view *view, size_t count)
{
    if (count > view->captured || count > view->len)
        return false;
    view->data += count;
    view->captured -= count;
    view->len -= count;
    return true;
}

/* What the packet says of its length leaves out the padding of short Ethernet frames. */
static void shorten(struct view *view, size_t len)
{
    if (len < view->len)
        view->len = len;
    if (view->captured > view->len)
        view->captured = view->len;
}

/*
 *   IEEE 802.1Q:  ... | 0x8100 | tag 16 | type 16
 */
static bool skip_tags(struct view *view, uint16_t *type)
{
    for (int i = 0; i < MAX_NESTED && (*type == 0x8100 || *type == 0x88A8 || *type == 0x9100); i++) {
        if (view->captured < 4)
            return false;
        *type = load16(view->data + 2);
        skip(view, 4);
    }
    return true;
}

/* A link header of size bytes, whose EtherType stands at type_at. */
static bool skip_typed(struct view *view, size_t type_at, size_t size, uint16_t *type)
{
    if (view->captured < size)
        return false;
    *type = load16(view->data + type_at);
    return skip(view, size) && skip_tags(view, type);
}

static bool type_by_version(const struct view *view, uint16_t *type)
{
    const int version = view->captured > 0 ? view->data[0] >> 4 : 0;
    *type = version == 4 ? ETHER_IPV4 : ETHER_IPV6;
    return version == 4 || version == 6;
}

static bool skip_link(int link, struct view *view, uint16_t *type)
{
    switch (link) {
    case DLT_EN10MB:
        return skip_typed(view, 12, 14, type);
    case DLT_LINUX_SLL:
        return skip_typed(view, 14, 16, type);
    case LINK_SLL2:
        return skip_typed(view, 0, 20, type);
    case DLT_NULL: /* the number of an address family, which differs from system to system */
    case DLT_LOOP:
        return skip(view, 4) && type_by_version(view, type);
    default:
        return type_by_version(view, type);
    }
}

bool packet_link_is_known(int link)
{
    static const int known[] = {DLT_EN10MB,  DLT_LINUX_SLL, LINK_SLL2,    DLT_NULL, DLT_LOOP,
                                LINK_RAW_12, LINK_RAW_14,   LINK_RAW_101, DLT_IPV4, DLT_IPV6};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i] == link)
            return true;
    }
    return false;
}

/*
 *   RFC 791:  version 4, header length 4 | - | total length 16 | - 16 | flags 3, offset 13 | - | protocol | - 16
 *             | source 32 | destination 32 | options
 */
static enum packet_kind skip_ipv4(struct view *view, struct segment *segment)
{
    if (view->captured < 20)
        return PACKET_OTHER;
    const uint8_t *const ip = view->data;
    const size_t header = (size_t)(ip[0] & 15) * 4;
    const size_t total = load16(ip + 2);
    if (header < 20 || ip[9] != IP_TCP)
        return PACKET_OTHER;
    if ((load16(ip + 6) & 0x3FFF) != 0)
        return PACKET_FRAGMENT;
    static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF};
    memcpy(segment->from.address, mapped, 12);
    memcpy(segment->from.address + 12, ip + 12, 4);
    memcpy(segment->to.address, mapped, 12);
    memcpy(segment->to.address + 12, ip + 16, 4);
    if (total != 0) /* 0: the network card is to fill it in, as it cuts what it sends */
        shorten(view, total);
    return skip(view, header) ? PACKET_TCP : PACKET_OTHER;
}

/* Steps over the extension headers of IPv6 (RFC 8200, 4). */
static enum packet_kind skip_extensions(struct view *view, uint8_t next)
{
    for (int i = 0; i < MAX_NESTED && next != IP_TCP; i++) {
        const bool is_options = next == 0 || next == 43 || next == 60;
        if (next == 44)
            return PACKET_FRAGMENT;
        if (!is_options || view->captured < 8)
            return PACKET_OTHER;
        next = view->data[0];
        if (!skip(view, ((size_t)view->data[1] + 1) * 8))
            return PACKET_OTHER;
    }
    return next == IP_TCP ? PACKET_TCP : PACKET_OTHER;
}

/*
 *   RFC 8200:  version 4, - 28 | payload length 16 | next header | - | source 128 | destination 128
 */
static enum packet_kind skip_ipv6(struct view *view, struct segment *segment)
{
    if (view->captured < 40)
        return PACKET_OTHER;
    const uint8_t *const ip = view->data;
    const size_t payload = load16(ip + 4);
    memcpy(segment->from.address, ip + 8, 16);
    memcpy(segment->to.address, ip + 24, 16);
    if (payload != 0)
        shorten(view, payload + 40);
    skip(view, 40);
    return skip_extensions(view, ip[6]);
}

/*
 *   RFC 9293:  source port 16 | destination port 16 | sequence 32 | acknowledgment 32 | offset 4, - 4 | flags 8 | ...
 */
static bool read_tcp(struct view *view, struct segment *segment)
{
    if (view->captured < 20)
        return false;
    const uint8_t *const tcp = view->data;
    segment->from.port = load16(tcp);
    segment->to.port = load16(tcp + 2);
    segment->seq = load32(tcp + 4);
    segment->flags = tcp[13];
    const size_t header = (size_t)(tcp[12] >> 4) * 4;
    if (header < 20 || !skip(view, header))
        return false;
    segment->data = view->data;
    segment->captured = view->captured;
    segment->len = view->len;
    return true;
}

enum packet_kind packet_read(int link, const uint8_t *data, size_t captured, size_t len, struct segment *segment)
{
    struct view view = {data, captured, len < captured ? captured : len};
    uint16_t type = 0;
    enum packet_kind kind = PACKET_OTHER;
    if (!skip_link(link, &view, &type))
        return PACKET_OTHER;
    if (type == ETHER_IPV4)
        kind = skip_ipv4(&view, segment);
    else if (type == ETHER_IPV6)
        kind = skip_ipv6(&view, segment);
    return kind == PACKET_TCP && !read_tcp(&view, segment) ? PACKET_OTHER : kind;
}

void endpoint_text(const struct endpoint *endpoint, char text[ENDPOINT_TEXT_BYTES])
{
    static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF};
    char address[INET6_ADDRSTRLEN] = "";
    const bool is_ipv4 = memcmp(endpoint->address, mapped, 12) == 0;
    inet_ntop(is_ipv4 ? AF_INET : AF_INET6, endpoint->address + (is_ipv4 ? 12 : 0), address, sizeof(address));
    snprintf(text, ENDPOINT_TEXT_BYTES, is_ipv4 ? "%s:%u" : "[%s]:%u", address, (unsigned)endpoint->port);
}
