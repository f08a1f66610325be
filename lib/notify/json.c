/* Objects, texts and numbers of RFC 8259. */
#include "notify/json.h"

#include <string.h>

#include "notify/text.h"

/* The longest text of an origin: a channel's texts have at most 1023 bytes, and each may become three of U+FFFD. */
enum { TEXT_MAX_BYTES = 3 * 1024 };

struct mpe_json mpe_json_begin(char *buffer, size_t size)
{
    return (struct mpe_json){.text = buffer, .size = size};
}

bool mpe_json_end(struct mpe_json *json)
{
    const bool fits = json->len < json->size;
    if (json->size > 0)
        json->text[fits ? json->len : 0] = '\0';
    return fits;
}

static void put(struct mpe_json *json, const char *bytes, size_t len)
{
    const size_t left = json->len < json->size ? json->size - json->len : 0;
    const size_t fitting = len < left ? len : left;
    if (fitting > 0)
        memcpy(json->text + json->len, bytes, fitting);
    json->len += len;
}

static void put_string(struct mpe_json *json, const char *string)
{
    put(json, string, strlen(string));
}

/* The escape of a character that cannot stand in a string as it is, at most 6 bytes; "": it can. */
static void escape(char c, char out[7])
{
    static const char plain[] = "\"\\\b\f\n\r\t";
    static const char short_form[] = "\"\\bfnrt";
    static const char hex[] = "0123456789ABCDEF";
    const char *const at = c != '\0' ? strchr(plain, c) : NULL;
    out[0] = '\0';
    if (at != NULL)
        memcpy(out, (const char[]){'\\', short_form[at - plain], '\0'}, 3);
    else if ((unsigned char)c < 0x20)
        memcpy(out, (const char[]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15], '\0'}, 7);
}

static void put_quoted(struct mpe_json *json, const char *text)
{
    char escaped[7];
    put(json, "\"", 1);
    for (; *text != '\0'; text++) {
        escape(*text, escaped);
        if (escaped[0] != '\0')
            put_string(json, escaped);
        else
            put(json, text, 1);
    }
    put(json, "\"", 1);
}

static void put_key(struct mpe_json *json, const char *key)
{
    if (json->needs_comma)
        put(json, ",", 1);
    json->needs_comma = true;
    put_quoted(json, key);
    put(json, ":", 1);
}

void mpe_json_open(struct mpe_json *json, const char *key)
{
    if (key != NULL)
        put_key(json, key);
    put(json, "{", 1);
    json->needs_comma = false;
}

void mpe_json_close(struct mpe_json *json)
{
    put(json, "}", 1);
    json->needs_comma = true;
}

void mpe_json_text(struct mpe_json *json, const char *key, const char *text)
{
    char clean[TEXT_MAX_BYTES];
    struct mpe_text_out out = mpe_text_begin(clean, sizeof(clean));
    mpe_text_utf8(&out, text != NULL ? text : "");
    put_key(json, key);
    put_quoted(json, clean);
}

void mpe_json_int(struct mpe_json *json, const char *key, int64_t value)
{
    char digits[24];
    struct mpe_text_out out = mpe_text_begin(digits, sizeof(digits));
    mpe_text_int(&out, value);
    put_key(json, key);
    put_string(json, digits);
}

void mpe_json_milliseconds(struct mpe_json *json, const char *key, int64_t value_us)
{
    char digits[32];
    struct mpe_text_out out = mpe_text_begin(digits, sizeof(digits));
    mpe_text_decimal(&out, value_us, 1000, 3);
    put_key(json, key);
    put_string(json, digits);
}

void mpe_json_bool(struct mpe_json *json, const char *key, bool value)
{
    put_key(json, key);
    put_string(json, value ? "true" : "false");
}

void mpe_json_null(struct mpe_json *json, const char *key)
{
    put_key(json, key);
    put_string(json, "null");
}
