/*
 * malloc and its family, seen by every library of the program: counts the calls and the blocks of a stretch of code,
 * and lets one call fail. Include it in one file of a program.
 *
 * Sanitizers and valgrind have a malloc of their own, and other C libraries no __libc_malloc: trap_works() is 0 then.
 */
#ifndef TESTS_TRUST_MALLOC_TRAP_H
#define TESTS_TRUST_MALLOC_TRAP_H

#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* A power of two, many times what a session holds at once. */
#define TRAP_SLOTS (1u << 16)

static struct {
    volatile int is_armed; /* a compiler takes malloc for a function that looks at nothing */
    int64_t calls;
    int64_t fail_at; /* 0: never */
    int64_t blocks;  /* that were taken while armed, and not given back since */
    int64_t bytes;
    int64_t peak_bytes;
    const void *slots[TRAP_SLOTS]; /* those blocks; NULL: free */
} trap;

/* From here on calls are counted; those of before still are known as blocks. */
static inline void trap_arm(int64_t fail_at)
{
    trap.calls = 0;
    trap.fail_at = fail_at;
    trap.peak_bytes = trap.bytes;
    trap.is_armed = 1;
}

static inline void trap_disarm(void)
{
    trap.is_armed = 0;
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define TRAP_HAS_OTHER_MALLOC
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
#define TRAP_HAS_OTHER_MALLOC
#endif

#ifdef TRAP_HAS_OTHER_MALLOC

static inline int trap_works(void)
{
    return 0;
}

#else

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

static inline size_t trap_slot_of(const void *block)
{
    return (size_t)(((uintptr_t)block >> 4) * 0x9E3779B97F4A7C15u >> 32) & (TRAP_SLOTS - 1);
}

static inline int trap_fails(void)
{
    return trap.is_armed && ++trap.calls == trap.fail_at;
}

static inline void *trap_note(void *block)
{
    if (!trap.is_armed || block == NULL)
        return block;
    size_t slot = trap_slot_of(block);
    while (trap.slots[slot] != NULL)
        slot = (slot + 1) & (TRAP_SLOTS - 1);
    trap.slots[slot] = block;
    trap.blocks++;
    trap.bytes += (int64_t)malloc_usable_size(block);
    if (trap.bytes > trap.peak_bytes)
        trap.peak_bytes = trap.bytes;
    return block;
}

/* Closes the gap that a block leaves: those after it must still be found from where they belong. */
static inline void trap_close_gap(size_t gap)
{
    for (size_t at = (gap + 1) & (TRAP_SLOTS - 1); trap.slots[at] != NULL; at = (at + 1) & (TRAP_SLOTS - 1)) {
        const size_t home = trap_slot_of(trap.slots[at]);
        if (((at - home) & (TRAP_SLOTS - 1)) >= ((at - gap) & (TRAP_SLOTS - 1))) {
            trap.slots[gap] = trap.slots[at];
            trap.slots[at] = NULL;
            gap = at;
        }
    }
}

static inline void trap_forget(void *block)
{
    if (block == NULL || trap.blocks == 0)
        return;
    size_t slot = trap_slot_of(block);
    while (trap.slots[slot] != block) {
        if (trap.slots[slot] == NULL)
            return;
        slot = (slot + 1) & (TRAP_SLOTS - 1);
    }
    trap.slots[slot] = NULL;
    trap.blocks--;
    trap.bytes -= (int64_t)malloc_usable_size(block);
    trap_close_gap(slot);
}

static inline void *trap_no_memory(void)
{
    errno = ENOMEM;
    return NULL;
}

/* Seen by the libraries, however the program is compiled. */
#pragma GCC visibility push(default)

void *malloc(size_t size)
{
    return trap_fails() ? trap_no_memory() : trap_note(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return trap_fails() ? trap_no_memory() : trap_note(__libc_calloc(count, size));
}

/* The block moves from the books before it may move in memory; it is back in them where that failed. */
void *realloc(void *block, size_t size)
{
    if (trap_fails())
        return trap_no_memory();
    const int64_t blocks = trap.blocks;
    trap_forget(block);
    const int was_known = trap.blocks != blocks;
    void *const grown = __libc_realloc(block, size);
    const int was_armed = trap.is_armed;
    trap.is_armed = was_armed || was_known;
    trap_note(grown == NULL && size != 0 ? block : grown);
    trap.is_armed = was_armed;
    return grown;
}

void *memalign(size_t alignment, size_t size)
{
    return trap_fails() ? trap_no_memory() : trap_note(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *const block = trap_fails() ? NULL : trap_note(__libc_memalign(alignment, size));
    if (block == NULL)
        return ENOMEM;
    *out = block;
    return 0;
}

void free(void *block)
{
    trap_forget(block);
    __libc_free(block);
}

#pragma GCC visibility pop

/* Whether malloc is ours: valgrind puts its own in place of it. */
static inline int trap_works(void)
{
    void *(*volatile allocate)(size_t) = malloc;
    trap_arm(0);
    void *const block = allocate(1);
    trap_disarm();
    free(block);
    return trap.calls == 1;
}

#endif
#endif
