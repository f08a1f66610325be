/* For LD_PRELOAD: calloc finds no memory for a block of 1 KiB or more while the file of NO_MEMORY_WHILE is there. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *calloc(size_t count, size_t size)
{
    const char *const file = getenv("NO_MEMORY_WHILE");
    if (count != 0 && size > SIZE_MAX / count) {
        return NULL;
    }
    const size_t bytes = count * size;
    if (bytes >= 1024 && file != NULL && access(file, F_OK) == 0) {
        return NULL;
    }
    void *const block = malloc(bytes);
    return block != NULL ? memset(block, 0, bytes) : NULL;
}
