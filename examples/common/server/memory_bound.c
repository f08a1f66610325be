/* Counts the blocks of libmpe by their size, and refuses those beyond the bound. */
#include "memory_bound.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Before each block, as large as its alignment asks. */
union block_head {
    size_t bytes;
    max_align_t alignment;
};

#define MALLOC_BYTES 16u /* that malloc spends on a block */

static void count(struct memory_bound *bound, int64_t bytes)
{
    bound->used_bytes += (uint64_t)bytes;
    if (bound->holder != NULL) {
        *bound->holder += bytes;
    }
}

static int64_t cost_of(size_t bytes)
{
    return (int64_t)(bytes + sizeof(union block_head) + MALLOC_BYTES);
}

static void *allocate(void *user, size_t size_bytes)
{
    union block_head *const head = size_bytes <= SIZE_MAX / 2 ? malloc(sizeof(union block_head) + size_bytes) : NULL;
    if (head == NULL) {
        return NULL;
    }
    head->bytes = size_bytes;
    count(user, cost_of(size_bytes));
    return head + 1;
}

static void release(void *user, void *block)
{
    if (block != NULL) {
        union block_head *const head = (union block_head *)block - 1;
        count(user, -cost_of(head->bytes));
        free(head);
    }
}

static void *reallocate(void *user, void *block, size_t new_size_bytes)
{
    union block_head *const head = block != NULL ? (union block_head *)block - 1 : NULL;
    if (head == NULL) {
        return allocate(user, new_size_bytes);
    }
    const size_t size_bytes = head->bytes;
    union block_head *const moved =
        new_size_bytes <= SIZE_MAX / 2 ? realloc(head, sizeof(union block_head) + new_size_bytes) : NULL;
    if (moved == NULL) {
        return NULL;
    }
    moved->bytes = new_size_bytes;
    count(user, cost_of(new_size_bytes) - cost_of(size_bytes));
    return moved + 1;
}

mpe_allocator memory_bound_allocator(struct memory_bound *bound)
{
    return (mpe_allocator){.struct_size = sizeof(mpe_allocator),
                           .allocate = allocate,
                           .release = release,
                           .user = bound,
                           .reallocate = reallocate};
}

uint64_t memory_bound_default_bytes(void)
{
    const long pages = sysconf(_SC_PHYS_PAGES);
    const long page_bytes = sysconf(_SC_PAGESIZE);
    return pages > 0 && page_bytes > 0 ? (uint64_t)pages * (uint64_t)page_bytes / 4 : UINT64_C(1) << 30;
}

bool memory_bound_read(const char *text, uint64_t *bytes)
{
    static const char units[] = "KMG";
    const size_t digits = strspn(text, "0123456789");
    const char *const unit = digits > 0 && text[digits] != '\0' ? strchr(units, text[digits]) : NULL;
    const unsigned shift = unit != NULL ? 10 * (unsigned)(unit - units + 1) : 0;
    if (digits == 0 || digits > 15 || (text[digits] != '\0' && (unit == NULL || text[digits + 1] != '\0'))) {
        return false;
    }
    const uint64_t number = strtoull(text, NULL, 10);
    *bytes = number << shift;
    return number > 0 && number <= (UINT64_C(1) << 50) >> shift;
}
