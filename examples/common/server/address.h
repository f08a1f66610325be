/* Whose address it is: a whole one of IPv4, the first 64 bits of IPv6, which are what one customer is given at least.
 */
#ifndef SERVER_ADDRESS_H
#define SERVER_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct address_prefix {
    uint8_t bytes[9]; /* 4 or 6, then the prefix; all 0: not known */
};

/* NULL, or another family than those of IP: not known. An IPv4 address inside IPv6 (::ffff:192.0.2.7) is IPv4. */
struct address_prefix address_prefix_of(const struct sockaddr *address);

/* A network, as "192.0.2.0/24" and "2001:db8::/32" say it; an address alone is a network of one. */
struct address_network {
    uint8_t bytes[16];
    uint8_t bits;
    bool is_v6;
};

/* false: the text is no network. Bits of the host are dropped. */
bool address_network_read(struct address_network *network, const char *text);

bool address_is_in(const struct sockaddr *address, const struct address_network *network);

#endif
