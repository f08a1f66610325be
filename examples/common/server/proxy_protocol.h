/*
 * The PROXY protocol, versions 1 and 2: whose connection a proxy passes on, before its first byte. Reading knows no
 * socket; who may say such a thing is the caller's business. Writing knows SRS's own prefix, too.
 */
#ifndef SERVER_PROXY_PROTOCOL_H
#define SERVER_PROXY_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define PROXY_HEADER_BYTES 536 /* the longest that is read: what version 2 asks for at least, additions included */

enum proxy_version { PROXY_NONE, PROXY_V1, PROXY_V2, PROXY_SRS };

struct proxy_reader {
    size_t have;
    unsigned char bytes[PROXY_HEADER_BYTES];
};

enum proxy_state {
    PROXY_MORE,  /* the header is not over */
    PROXY_WHOLE, /* source is the encoder's address */
    PROXY_LOCAL, /* the proxy's own connection: a check of its health, or one whose address it does not know */
    PROXY_BROKEN /* no header */
};

/*
 * Takes bytes until the header is over. *used: how many of these belong to it. source is filled with PROXY_WHOLE, where
 * it may be an address of IP only. After anything but PROXY_MORE the reader is to be used no more.
 */
enum proxy_state proxy_read(struct proxy_reader *reader, const void *data, size_t length, size_t *used,
                            struct sockaddr_storage *source);

/* "v1", "v2", "srs" or "none". false: it is none of them. */
bool proxy_version_read(const char *text, enum proxy_version *version);

/* The header for a connection from source to destination. Returns its bytes, at most 107; 0 for PROXY_NONE. */
#define PROXY_WRITTEN_BYTES 108
size_t proxy_write(enum proxy_version version, const struct sockaddr *source, const struct sockaddr *destination,
                   unsigned char header[PROXY_WRITTEN_BYTES]);

#endif
