/* Addresses of encoders, and the entries of an allow list. */
#ifndef MPE_CHANNEL_ADDRESS_H
#define MPE_CHANNEL_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An IPv6 address; IPv4 stands in it as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2). */
struct mpe_address {
    uint8_t bytes[16];
};

struct mpe_peer {
    bool known;
    uint16_t port; /* 0: not known */
    struct mpe_address address;
};

struct mpe_network {
    struct mpe_address address; /* host bits cleared */
    struct mpe_address mask;
};

/* "203.0.113.7", "203.0.113.7:1935", "2001:db8::1", "[2001:db8::1]:1935", each with an optional %zone. */
struct mpe_peer mpe_peer_parse(const char *text);

/* Address, CIDR with or without host bits, or address(dotted mask). false: text is none of these. */
bool mpe_network_parse(struct mpe_network *network, const char *text);

/* IPv4 and IPv6 are two families: ::/0 holds no IPv4 address. */
bool mpe_network_holds(const struct mpe_network *network, const struct mpe_address *address);

/*
 * Writes the address without its last part: "203.0.113.xxx", "2001:db8::xxx"; whole where mask is false.
 * size >= MPE_ADDRESS_TEXT_BYTES.
 */
#define MPE_ADDRESS_TEXT_BYTES 48
void mpe_address_text(const struct mpe_address *address, bool mask, char *text, size_t size);

#endif
