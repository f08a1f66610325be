/* Distinguishes an MP4 file for download from fragmented MP4. */
#define _POSIX_C_SOURCE   200809L
#define _FILE_OFFSET_BITS 64

#include "plain_mp4.h"

#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* More boxes than any file that is not fragmented has side by side. */
#define MAX_BOXES 10000

struct box {
    off_t body; /* begins there */
    off_t end;
};

static uint64_t load(const uint8_t *bytes, int count)
{
    uint64_t value = 0;
    for (int i = 0; i < count; i++)
        value = value << 8 | bytes[i];
    return value;
}

/*
 *   size u32 | type | when size is 1: size u64; size 0: up to the end
 *
 * The first box of a type within an outer one; no box is taken to reach further than that. false: there is none.
 */
static bool find_box(int fd, struct box outer, const char *type, struct box *box)
{
    off_t at = outer.body;
    for (int i = 0; i < MAX_BOXES; i++) {
        uint8_t head[16] = {0};
        if (outer.end - at < 8 || pread(fd, head, sizeof(head), at) < 8)
            return false;
        const bool is_large = load(head, 4) == 1;
        const uint64_t size = is_large ? load(head + 8, 8) : load(head, 4);
        box->body = at + (is_large ? 16 : 8);
        box->end = size == 0 || size > (uint64_t)(outer.end - at) ? outer.end : at + (off_t)size;
        if (memcmp(head + 4, type, 4) == 0)
            return true;
        if (box->end < box->body)
            return false;
        at = box->end;
    }
    return false;
}

bool is_plain_mp4(int fd)
{
    struct stat status;
    struct box file, box;
    file.body = lseek(fd, 0, SEEK_CUR);
    if (file.body < 0 || fstat(fd, &status) != 0)
        return false;
    file.end = status.st_size;
    return find_box(fd, file, "mdat", &box) && !find_box(fd, file, "moof", &box) && find_box(fd, file, "moov", &box) &&
           !find_box(fd, box, "mvex", &box);
}
