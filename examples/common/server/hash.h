/* uthash, which shall not end the program where memory runs out: HASH_ADD then leaves added false. */
#ifndef SERVER_HASH_H
#define SERVER_HASH_H

#define HASH_NONFATAL_OOM            1
#define uthash_nonfatal_oom(element) (added = false)
#include <uthash.h>

#endif
