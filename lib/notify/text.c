/* Builds a text in a buffer of fixed size. */
#include "notify/text.h"

#include <stdbool.h>
#include <string.h>

struct mpe_text_out mpe_text_begin(char *buffer, size_t size)
{
    buffer[0] = '\0';
    return (struct mpe_text_out){buffer, size, 0};
}

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

void mpe_text_bytes(struct mpe_text_out *out, const char *bytes, size_t len)
{
    size_t left = out->size - 1 - out->len;
    if (len > left) {
        for (len = left; len > 0 && is_continuation(bytes[len]); len--)
            ;
        out->size = out->len + len + 1; /* nothing more: a text is cut once, at its end */
    }
    memcpy(out->text + out->len, bytes, len);
    out->len += len;
    out->text[out->len] = '\0';
}

void mpe_text_string(struct mpe_text_out *out, const char *string)
{
    mpe_text_bytes(out, string, strlen(string));
}

void mpe_text_padded(struct mpe_text_out *out, uint64_t value, unsigned width)
{
    char digits[20];
    size_t at = sizeof(digits);
    while (value > 0 || width > 0) {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
        width -= width > 0;
    }
    mpe_text_bytes(out, digits + at, sizeof(digits) - at);
}

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

void mpe_text_int(struct mpe_text_out *out, int64_t value)
{
    if (value < 0)
        mpe_text_string(out, "-");
    mpe_text_padded(out, magnitude(value), 1);
}

void mpe_text_decimal(struct mpe_text_out *out, int64_t value, uint64_t unit, unsigned decimals)
{
    uint64_t scale = 1;
    for (unsigned i = 0; i < decimals; i++)
        scale *= 10;
    uint64_t step = unit / scale; /* what the last digit stands for */
    uint64_t steps = magnitude(value) / step + (magnitude(value) % step >= step - step / 2);
    uint64_t fraction = steps % scale;
    if (value < 0 && steps > 0)
        mpe_text_string(out, "-");
    mpe_text_padded(out, steps / scale, 1);
    if (fraction == 0)
        return;
    for (; fraction % 10 == 0; fraction /= 10)
        decimals--;
    mpe_text_string(out, ".");
    mpe_text_padded(out, fraction, decimals);
}

/* Bytes of the UTF-8 character at s (RFC 3629); 0: it is none. A NUL ends what is looked at. */
static size_t utf8_len(const unsigned char *s)
{
    size_t len = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
    for (size_t i = 1; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    }
    bool too_long = (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xf0 && s[1] < 0x90);
    bool surrogate = s[0] == 0xed && s[1] >= 0xa0;
    bool too_large = s[0] == 0xf4 && s[1] >= 0x90;
    return len > 1 && (too_long || surrogate || too_large) ? 0 : len;
}

void mpe_text_utf8(struct mpe_text_out *out, const char *string)
{
    static const char replacement[] = "\xef\xbf\xbd";
    while (*string) {
        size_t len = utf8_len((const unsigned char *)string);
        if (len > 0)
            mpe_text_bytes(out, string, len);
        else
            mpe_text_string(out, replacement);
        string += len > 0 ? len : 1;
    }
}
