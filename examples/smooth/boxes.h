/* The top-level boxes of one body (ISO/IEC 14496-12): what it begins with, and whether it holds the box of the end. */
#ifndef SMOOTH_BOXES_H
#define SMOOTH_BOXES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOXES_LARGE_HEAD 16

struct boxes {
    uint64_t left_bytes; /* of the box that is read; UINT64_MAX: up to the end of the body, or this is no MP4 */
    size_t head_length;
    unsigned char head[BOXES_LARGE_HEAD];
    bool has_mfra; /* the publishing point is to end */
};

/* Zeroed at the begin of each body. */
void boxes_take(struct boxes *boxes, const unsigned char *data, size_t length);

/* What a body is that begins with these 8 bytes. */
enum boxes_begin { BOXES_HEADER, BOXES_SEGMENT, BOXES_OTHER };
enum boxes_begin boxes_begin(const unsigned char head[8]);

#endif
