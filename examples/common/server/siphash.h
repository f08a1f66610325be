/* SipHash-2-4: a hash whose collisions nobody can make who does not know its key. */
#ifndef SERVER_SIPHASH_H
#define SERVER_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t siphash(const uint64_t key[2], const void *data, size_t length);

#endif
