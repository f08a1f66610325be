/* Grows buffers, and writes integers, bits and Exp-Golomb codes into them. */
#include "buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *grow(void *block, size_t size_bytes)
{
    void *grown = realloc(block, size_bytes);

    if (!grown) {
        fputs("case_runner: out of memory\n", stderr);
        exit(2);
    }
    return grown;
}

char *copy_text(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(grow(NULL, size), text, size);
}

static uint8_t *reserve(struct buffer *buffer, size_t len)
{
    if (buffer->size - buffer->len < len) {
        buffer->size = 2 * buffer->size + len + 64;
        buffer->at = grow(buffer->at, buffer->size);
    }
    buffer->len += len;
    return buffer->at + buffer->len - len;
}

void buffer_byte(struct buffer *buffer, unsigned byte)
{
    *reserve(buffer, 1) = (uint8_t)byte;
}

void buffer_bytes(struct buffer *buffer, const void *bytes, size_t len)
{
    if (len > 0)
        memcpy(reserve(buffer, len), bytes, len);
}

void buffer_fill(struct buffer *buffer, unsigned byte, size_t count)
{
    if (count > 0)
        memset(reserve(buffer, count), (int)byte, count);
}

void buffer_be(struct buffer *buffer, uint64_t value, int count)
{
    for (int shift = 8 * (count - 1); shift >= 0; shift -= 8)
        buffer_byte(buffer, (unsigned)(value >> shift) & 0xff);
}

void buffer_le32(struct buffer *buffer, uint32_t value)
{
    for (int shift = 0; shift < 32; shift += 8)
        buffer_byte(buffer, value >> shift & 0xff);
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->at);
    *buffer = (struct buffer){0};
}

void bits_put(struct bits *bits, uint32_t value, int count)
{
    for (int bit = count - 1; bit >= 0; bit--) {
        bits->held = bits->held << 1 | (value >> bit & 1);
        if (++bits->held_count == 8) {
            buffer_byte(bits->out, bits->held & 0xff);
            bits->held_count = 0;
        }
    }
}

void bits_ue(struct bits *bits, uint32_t value)
{
    int len = 0;

    while ((value + 1) >> (len + 1))
        len++;
    bits_put(bits, 0, len);
    bits_put(bits, value + 1, len + 1);
}

void bits_align(struct bits *bits)
{
    while (bits->held_count != 0)
        bits_put(bits, 0, 1);
}
