/* A datagram socket of this machine, that nobody waits for. */
#ifndef SERVER_DATAGRAM_H
#define SERVER_DATAGRAM_H

#include <stdbool.h>
#include <stddef.h>

/* The name is a path, or "@" and a name without a file; NULL: none. The descriptor, or -1: nobody is there. */
int datagram_connect(const char *name);

/* false: it was not taken. descriptor -1 is allowed. */
bool datagram_send(int descriptor, const void *bytes, size_t length);

#endif
