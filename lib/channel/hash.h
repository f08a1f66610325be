/* uthash with the memory of a registry, which is the argument "registry" where it is used; "added" is false without. */
#ifndef MPE_CHANNEL_HASH_H
#define MPE_CHANNEL_HASH_H

#define uthash_malloc(size)          mpe_mem_new(&registry->mem, size)
#define uthash_free(block, size)     mpe_mem_free(&registry->mem, block)
#define HASH_NONFATAL_OOM            1
#define uthash_nonfatal_oom(element) (added = false)
#include <uthash.h>

#endif
