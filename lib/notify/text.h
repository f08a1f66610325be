/* Building a text in a buffer of fixed size. What does not fit is left out; the text is always NUL-terminated. */
#ifndef MPE_NOTIFY_TEXT_H
#define MPE_NOTIFY_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct mpe_text_out {
    char *text;
    size_t size; /* of the buffer, with its NUL; > 0 */
    size_t len;
};

/* Starts an empty text in buffer. */
struct mpe_text_out mpe_text_begin(char *buffer, size_t size);

/* Appends len bytes; cut, where they do not fit, between two UTF-8 characters. */
void mpe_text_bytes(struct mpe_text_out *out, const char *bytes, size_t len);
void mpe_text_string(struct mpe_text_out *out, const char *string);

/* Appends a number as decimal digits. */
void mpe_text_int(struct mpe_text_out *out, int64_t value);

/* Appends value with zeros before it, at least width digits. */
void mpe_text_padded(struct mpe_text_out *out, uint64_t value, unsigned width);

/*
 * Appends value / unit, unit a power of ten, rounded to at most decimals (0..6, unit >= 10^decimals) digits after the
 * point; zeros at the end are left out. No locale has a say in it.
 */
void mpe_text_decimal(struct mpe_text_out *out, int64_t value, uint64_t unit, unsigned decimals);

/* Appends string with U+FFFD for each byte that is not part of a UTF-8 character. */
void mpe_text_utf8(struct mpe_text_out *out, const char *string);

#endif
