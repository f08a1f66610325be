/* Drops what does not distinguish a stream: query, empty segments, _definst_, hyphens and case of a GUID. */
#include "stream_key.h"

#include <ctype.h>
#include <string.h>

#define GUID_DIGITS 32
#define INSTANCE    "_definst_"

static bool is_guid(const char *segment, size_t length)
{
    size_t digits = 0;
    for (size_t i = 0; i < length; i++) {
        const bool is_digit = isxdigit((unsigned char)segment[i]) != 0;
        if (!is_digit && segment[i] != '-') {
            return false;
        }
        digits += is_digit;
    }
    return digits == GUID_DIGITS;
}

static void add(struct stream_key *key, char byte)
{
    key->text[key->length++] = byte;
}

static void add_segment(struct stream_key *key, const char *segment, size_t length)
{
    const bool guid = is_guid(segment, length);
    if (length == 0 || (length == strlen(INSTANCE) && memcmp(segment, INSTANCE, length) == 0)) {
        return;
    }
    if (key->length > 0) {
        add(key, '/');
    }
    for (size_t i = 0; i < length; i++) {
        if (!guid) {
            add(key, segment[i]);
        } else if (segment[i] != '-') {
            add(key, (char)tolower((unsigned char)segment[i]));
        }
    }
}

bool stream_key_make(struct stream_key *key, const char *text)
{
    const size_t whole = strcspn(text, "?");
    key->length = 0;
    if (whole >= sizeof(key->text)) {
        return false;
    }
    for (size_t at = 0; at < whole;) {
        size_t length = strcspn(text + at, "/?");
        add_segment(key, text + at, length);
        at += length + 1;
    }
    key->text[key->length] = '\0';
    return true;
}
