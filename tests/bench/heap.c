/* Puts itself before glibc's allocator, as a program may, and passes every call on. One thread. */
#define _GNU_SOURCE
#include "heap.h"

#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* The tree is built with hidden symbols. */
#pragma GCC visibility push(default)

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

static bool is_watching;
static int64_t live_bytes;
static int64_t peak_bytes;

static void *note(void *block)
{
    if (!is_watching || block == NULL)
        return block;
    live_bytes += (int64_t)malloc_usable_size(block);
    if (live_bytes > peak_bytes)
        peak_bytes = live_bytes;
    return block;
}

static void forget(void *block)
{
    if (is_watching && block != NULL)
        live_bytes -= (int64_t)malloc_usable_size(block);
}

void heap_watch(void)
{
    live_bytes = peak_bytes = 0;
    is_watching = true;
}

size_t heap_peak_bytes(void)
{
    is_watching = false;
    return (size_t)peak_bytes;
}

void *malloc(size_t size)
{
    return note(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return note(__libc_calloc(count, size));
}

void *realloc(void *block, size_t size)
{
    forget(block);
    return note(__libc_realloc(block, size));
}

void *memalign(size_t alignment, size_t size)
{
    return note(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *const block = memalign(alignment, size);
    if (block != NULL)
        *out = block;
    return block != NULL ? 0 : ENOMEM;
}

void free(void *block)
{
    forget(block);
    __libc_free(block);
}
