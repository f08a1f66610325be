/* Parses networks, and cuts addresses to the part that stands for one customer. */
#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* The bytes of an address, 4 or 16; 0: it is of no family of IP. */
static size_t bytes_of(const struct sockaddr *address, uint8_t bytes[16])
{
    if (address != NULL && address->sa_family == AF_INET) {
        memcpy(bytes, &((const struct sockaddr_in *)address)->sin_addr, 4);
        return 4;
    }
    if (address == NULL || address->sa_family != AF_INET6) {
        return 0;
    }
    const struct in6_addr *const v6 = &((const struct sockaddr_in6 *)address)->sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(v6)) {
        memcpy(bytes, &v6->s6_addr[12], 4);
        return 4;
    }
    memcpy(bytes, v6, 16);
    return 16;
}

struct address_prefix address_prefix_of(const struct sockaddr *address)
{
    struct address_prefix prefix = {{0}};
    uint8_t bytes[16];
    const size_t length = bytes_of(address, bytes);
    if (length > 0) {
        prefix.bytes[0] = length == 4 ? 4 : 6;
        memcpy(prefix.bytes + 1, bytes, length == 4 ? 4 : 8);
    }
    return prefix;
}

/* The first bits stay, the others are 0. */
static void keep_bits(uint8_t *bytes, size_t length, unsigned bits)
{
    for (size_t i = 0; i < length; i++) {
        const unsigned of_byte = bits > i * 8 ? bits - (unsigned)i * 8 : 0;
        bytes[i] &= of_byte >= 8 ? 0xFF : (uint8_t)(0xFF00u >> of_byte);
    }
}

static bool read_bits(const char *slash, unsigned most, uint8_t *bits)
{
    char *end = NULL;
    if (slash == NULL) {
        *bits = (uint8_t)most;
        return true;
    }
    const unsigned long number = strspn(slash + 1, "0123456789") > 0 ? strtoul(slash + 1, &end, 10) : most + 1;
    *bits = (uint8_t)number;
    return number <= most && *end == '\0';
}

bool address_network_read(struct address_network *network, const char *text)
{
    char host[INET6_ADDRSTRLEN];
    const char *const slash = strchr(text, '/');
    const size_t length = slash != NULL ? (size_t)(slash - text) : strlen(text);
    memset(network, 0, sizeof(*network));
    if (length >= sizeof(host)) {
        return false;
    }
    memcpy(host, text, length);
    host[length] = '\0';
    network->is_v6 = strchr(host, ':') != NULL;
    if (inet_pton(network->is_v6 ? AF_INET6 : AF_INET, host, network->bytes) != 1 ||
        !read_bits(slash, network->is_v6 ? 128 : 32, &network->bits)) {
        return false;
    }
    keep_bits(network->bytes, 16, network->bits);
    return true;
}

bool address_is_in(const struct sockaddr *address, const struct address_network *network)
{
    uint8_t bytes[16] = {0};
    const size_t length = bytes_of(address, bytes);
    if (length != (network->is_v6 ? 16u : 4u)) {
        return false;
    }
    keep_bits(bytes, 16, network->bits);
    return memcmp(bytes, network->bytes, sizeof(bytes)) == 0;
}
