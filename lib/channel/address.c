/* Parses IPv4 and IPv6 addresses and networks, matches them, masks them. */
#include "channel/address.h"

#include <arpa/inet.h>
#include <string.h>

#define IPV4_PREFIX_BITS 96
#define MAX_TEXT_BYTES   64

static const uint8_t ipv4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool is_ipv4(const struct mpe_address *address)
{
    return memcmp(address->bytes, ipv4_prefix, sizeof(ipv4_prefix)) == 0;
}

static bool parse_ipv4(struct mpe_address *address, const char *text)
{
    memcpy(address->bytes, ipv4_prefix, sizeof(ipv4_prefix));
    return inet_pton(AF_INET, text, address->bytes + sizeof(ipv4_prefix)) == 1;
}

static bool parse_address(struct mpe_address *address, const char *text)
{
    return parse_ipv4(address, text) || inet_pton(AF_INET6, text, address->bytes) == 1;
}

/* The decimal number text consists of, or -1. */
static int32_t parse_number(const char *text, int32_t max)
{
    int32_t number = 0;

    if (*text == '\0')
        return -1;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return -1;
        number = number * 10 + (*text - '0');
        if (number > max)
            return -1;
    }
    return number;
}

/* Copies text into a buffer that may be cut up; false when it is too long to be an address. */
static bool copy_text(char copy[MAX_TEXT_BYTES], const char *text)
{
    size_t len = text != NULL ? strlen(text) : MAX_TEXT_BYTES;

    if (len >= MAX_TEXT_BYTES)
        return false;
    memcpy(copy, text, len + 1);
    return true;
}

/* Cuts host:port at the port and takes the brackets off. Returns the host, and the port or NULL. */
static char *split_port(char *text, char **port)
{
    char *colon = strchr(text, ':');

    *port = NULL;
    if (text[0] == '[') {
        char *end = strchr(text, ']');
        if (end == NULL)
            return text;
        *end = '\0';
        if (end[1] == ':')
            *port = end + 2;
        return text + 1;
    }
    if (colon != NULL && strchr(colon + 1, ':') == NULL) {
        *colon = '\0';
        *port = colon + 1;
    }
    return text;
}

struct mpe_peer mpe_peer_parse(const char *text)
{
    struct mpe_peer peer = {false, 0, {{0}}};
    char copy[MAX_TEXT_BYTES];
    char *host, *port, *zone;
    int32_t number;

    if (!copy_text(copy, text))
        return peer;
    host = split_port(copy, &port);
    zone = strchr(host, '%');
    if (zone != NULL)
        *zone = '\0';
    peer.known = parse_address(&peer.address, host);
    number = port != NULL ? parse_number(port, 65535) : 0;
    if (number < 0)
        peer.known = false;
    else
        peer.port = (uint16_t)number;
    return peer;
}

static void set_prefix(struct mpe_address *mask, int32_t bits)
{
    for (int32_t i = 0; i < 16; i++) {
        int32_t left = bits - i * 8;
        mask->bytes[i] = left >= 8 ? 0xff : left <= 0 ? 0 : (uint8_t)(0xff << (8 - left));
    }
}

/* "22" after a slash; offset_bits: what stands before an IPv4 address in its IPv6 form. */
static bool parse_prefix(struct mpe_address *mask, const char *text, bool ipv4_text)
{
    int32_t offset_bits = ipv4_text ? IPV4_PREFIX_BITS : 0;
    int32_t bits = parse_number(text, 128 - offset_bits);

    if (bits < 0)
        return false;
    set_prefix(mask, offset_bits + bits);
    return true;
}

/* "255.255.252.0)" after an opening bracket. */
static bool parse_dotted_mask(struct mpe_address *mask, char *text)
{
    size_t len = strlen(text);

    if (len == 0 || text[len - 1] != ')')
        return false;
    text[len - 1] = '\0';
    if (!parse_ipv4(mask, text))
        return false;
    memset(mask->bytes, 0xff, sizeof(ipv4_prefix));
    return true;
}

static bool parse_mask(struct mpe_address *mask, char separator, char *text, bool ipv4_text)
{
    if (separator == '/')
        return parse_prefix(mask, text, ipv4_text);
    if (separator == '(')
        return ipv4_text && parse_dotted_mask(mask, text);
    set_prefix(mask, 128);
    return true;
}

bool mpe_network_parse(struct mpe_network *network, const char *text)
{
    char copy[MAX_TEXT_BYTES];
    char *end;
    char separator;

    if (!copy_text(copy, text))
        return false;
    end = copy + strcspn(copy, "/(");
    separator = *end;
    *end = '\0';
    if (!parse_address(&network->address, copy) ||
        !parse_mask(&network->mask, separator, end + 1, strchr(copy, ':') == NULL))
        return false;
    for (size_t i = 0; i < sizeof(network->address.bytes); i++)
        network->address.bytes[i] &= network->mask.bytes[i];
    return true;
}

bool mpe_network_holds(const struct mpe_network *network, const struct mpe_address *address)
{
    if (is_ipv4(address) != is_ipv4(&network->address))
        return false;
    for (size_t i = 0; i < sizeof(address->bytes); i++)
        if ((address->bytes[i] & network->mask.bytes[i]) != network->address.bytes[i])
            return false;
    return true;
}

static void hide_after(char *text, char separator, size_t size)
{
    char *last = strrchr(text, separator);

    if (last != NULL && (size_t)(last - text) + sizeof(".xxx") <= size)
        memcpy(last + 1, "xxx", sizeof("xxx"));
}

void mpe_address_text(const struct mpe_address *address, bool mask, char *text, size_t size)
{
    text[0] = '\0';
    if (is_ipv4(address)) {
        inet_ntop(AF_INET, address->bytes + sizeof(ipv4_prefix), text, (socklen_t)size);
        if (mask)
            hide_after(text, '.', size);
        return;
    }
    inet_ntop(AF_INET6, address->bytes, text, (socklen_t)size);
    if (mask)
        hide_after(text, ':', size);
}
