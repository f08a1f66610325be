#define _POSIX_C_SOURCE 200809L

#include "plain_mp4.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>

/* More top-level boxes than any file that is not fragmented has. */
#define MAX_BOXES 10000

/*
 *   size u32 | type | when size is 1: size u64
 */
static bool read_box(int fd, off_t at, char type[4], uint64_t *size)
{
    uint8_t head[16] = {0};
    const ssize_t count = pread(fd, head, sizeof(head), at);
    if (count < 8)
        return false;
    *size = 0;
    const int first = head[3] == 1 && head[0] + head[1] + head[2] == 0 ? 8 : 0;
    for (int i = first; i < first + (first > 0 ? 8 : 4); i++)
        *size = *size << 8 | head[i];
    memcpy(type, head + 4, 4);
    return true;
}

bool is_plain_mp4(int fd)
{
    off_t at = lseek(fd, 0, SEEK_CUR);
    char type[4];
    uint64_t size;
    bool has_moov = false, has_media = false;
    for (int i = 0; at >= 0 && i < MAX_BOXES && read_box(fd, at, type, &size); i++) {
        if (memcmp(type, "moof", 4) == 0)
            return false;
        has_moov |= memcmp(type, "moov", 4) == 0;
        has_media |= memcmp(type, "mdat", 4) == 0;
        if (size < 8 || size > INT64_MAX - (uint64_t)at) /* 0: to the end */
            break;
        at += (off_t)size;
    }
    return has_moov && has_media;
}
