/* The other end of a connection, in text. */
#ifndef SERVER_PEER_H
#define SERVER_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <mpe/mpe.h>

#include "address.h"

#define PEER_BYTES 64

/* "192.0.2.7:1935", "[2001:db8::7]:1935", or "". */
void peer_text(const struct sockaddr *address, char *text, size_t size);

/* The host of "host:port" and "[v6]:port". */
void peer_host(const char *peer, char *text, size_t size);

/* "203.0.113.xxx", "2001:db8::xxx": of a peer_text, without the port, hidden as in a notification of the channel. */
void peer_masked(const mpe_channel *channel, const char *peer, char *text, size_t size);

/* "192.0.2.0/24", "2001:db8:1::/48": the network of a peer_text; "" where it is none. */
void peer_network(const char *peer, char *text, size_t size);

/* One line about a finding or an ending: code, when, numbers, message; who is the address as it may be seen. */
struct peer_history {
    const char *id;
    const char *channel; /* its public name, or NULL */
    const char *peer;
    struct address_prefix prefix;
    bool was_admitted;
    uint64_t received_bytes;
    int64_t now_us;
    int64_t lasted_us;
};
void peer_report(const struct peer_history *history, const char *who, const mpe_error *error, char *line, size_t size);

#endif
