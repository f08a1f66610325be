/* Normalises and compares the app and the stream name of an ingest URL. */
#include "channel/name.h"

#include <string.h>

#define GUID_DIGITS 32

static bool is_hex_digit(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

static bool is_guid(struct mpe_span segment)
{
    size_t digits = 0;

    for (size_t i = 0; i < segment.len; i++) {
        if (is_hex_digit(segment.bytes[i]))
            digits++;
        else if (segment.bytes[i] != '-')
            return false;
    }
    return digits == GUID_DIGITS;
}

static size_t append_guid(char *out, struct mpe_span segment)
{
    size_t len = 0;

    for (size_t i = 0; i < segment.len; i++) {
        uint8_t byte = segment.bytes[i];
        if (byte != '-')
            out[len++] = (char)(byte >= 'A' && byte <= 'F' ? byte - 'A' + 'a' : byte);
    }
    return len;
}

static size_t append_segment(char *out, struct mpe_span segment)
{
    if (is_guid(segment))
        return append_guid(out, segment);
    memcpy(out, segment.bytes, segment.len);
    return segment.len;
}

static bool is_skipped(struct mpe_span segment)
{
    static const char instance[] = "_definst_";

    return segment.len == 0 ||
           (segment.len == sizeof(instance) - 1 && memcmp(segment.bytes, instance, segment.len) == 0);
}

struct mpe_span mpe_name_without_query(struct mpe_span text)
{
    return (struct mpe_span){text.bytes, mpe_span_find(text, '?')};
}

bool mpe_name_normalise(struct mpe_name *name, struct mpe_span whole)
{
    const struct mpe_span text = mpe_name_without_query(whole);
    size_t len = 0;

    memset(name->text, 0, sizeof(name->text));
    if (text.len >= sizeof(name->text))
        return false;
    for (size_t at = 0; at < text.len;) {
        struct mpe_span segment = {text.bytes + at, 0};
        while (at + segment.len < text.len && segment.bytes[segment.len] != '/')
            segment.len++;
        at += segment.len;
        if (at < text.len && text.bytes[at] == '/')
            at++;
        if (is_skipped(segment))
            continue;
        if (len > 0)
            name->text[len++] = '/';
        len += append_segment(name->text + len, segment);
    }
    return true;
}

bool mpe_name_equal(const struct mpe_name *a, const struct mpe_name *b)
{
    unsigned difference = 0;

    for (size_t i = 0; i < sizeof(a->text); i++)
        difference |= (unsigned char)a->text[i] ^ (unsigned char)b->text[i];
    return difference == 0;
}
