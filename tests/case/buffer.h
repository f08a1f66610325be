/* Bytes that grow, and bits written into them. Memory that runs out ends the test program. */
#ifndef CASE_BUFFER_H
#define CASE_BUFFER_H

#include <stddef.h>
#include <stdint.h>

struct buffer {
    uint8_t *at;
    size_t len;
    size_t size;
};

/* realloc that does not fail. */
void *grow(void *block, size_t size_bytes);
char *copy_text(const char *text);

void buffer_byte(struct buffer *buffer, unsigned byte);
void buffer_bytes(struct buffer *buffer, const void *bytes, size_t len);
void buffer_fill(struct buffer *buffer, unsigned byte, size_t count);
/* The low count bytes of value, most significant first. */
void buffer_be(struct buffer *buffer, uint64_t value, int count);
void buffer_le32(struct buffer *buffer, uint32_t value);
void buffer_free(struct buffer *buffer);

struct bits {
    struct buffer *out;
    unsigned held;
    int held_count;
};

/* The low count bits of value, most significant first. */
void bits_put(struct bits *bits, uint32_t value, int count);
void bits_ue(struct bits *bits, uint32_t value); /* Exp-Golomb, H.264 section 9.1 */
void bits_align(struct bits *bits);              /* zero bits up to the next byte */

#endif
