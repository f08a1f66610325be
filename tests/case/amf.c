/* Writes AMF0 values, and whole lists of them from the words of a case. */
#include "amf.h"

#include <string.h>

enum {
    AMF0_NUMBER = 0,
    AMF0_BOOLEAN = 1,
    AMF0_STRING = 2,
    AMF0_OBJECT = 3,
    AMF0_NULL = 5,
    AMF0_UNDEFINED = 6,
    AMF0_ECMA_ARRAY = 8,
    AMF0_STRICT_ARRAY = 10
};

void amf_number(struct buffer *out, double number)
{
    uint64_t as_bits;

    memcpy(&as_bits, &number, sizeof(as_bits));
    buffer_byte(out, AMF0_NUMBER);
    buffer_be(out, as_bits, 8);
}

void amf_key(struct buffer *out, const char *key)
{
    buffer_be(out, strlen(key), 2);
    buffer_bytes(out, key, strlen(key));
}

void amf_string(struct buffer *out, const char *text)
{
    buffer_byte(out, AMF0_STRING);
    amf_key(out, text);
}

void amf_null(struct buffer *out)
{
    buffer_byte(out, AMF0_NULL);
}

void amf_object_begin(struct buffer *out)
{
    buffer_byte(out, AMF0_OBJECT);
}

void amf_array_begin(struct buffer *out, uint32_t count)
{
    buffer_byte(out, AMF0_ECMA_ARRAY);
    buffer_be(out, count, 4);
}

void amf_end(struct buffer *out)
{
    buffer_be(out, 9, 3);
}

static void put_list(struct buffer *out, const char *text)
{
    struct buffer items = {0};
    uint32_t count = 0;

    while (*text) {
        size_t len = strcspn(text, ",");

        buffer_byte(&items, AMF0_STRING);
        buffer_be(&items, len, 2);
        buffer_bytes(&items, text, len);
        text += len + (text[len] == ',');
        count++;
    }
    buffer_byte(out, AMF0_STRICT_ARRAY);
    buffer_be(out, count, 4);
    buffer_bytes(out, items.at, items.len);
    buffer_free(&items);
}

void amf_word(struct buffer *out, const struct word *word)
{
    const char *text = word->value;
    double number;

    if (word->quoted) {
        amf_string(out, text);
    } else if (strcmp(text, "null") == 0) {
        amf_null(out);
    } else if (strcmp(text, "undefined") == 0) {
        buffer_byte(out, AMF0_UNDEFINED);
    } else if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
        buffer_byte(out, AMF0_BOOLEAN);
        buffer_byte(out, text[0] == 't');
    } else if (strncmp(text, "list:", 5) == 0) {
        put_list(out, text + 5);
    } else if (text_to_decimal(text, &number)) {
        amf_number(out, number);
    } else {
        amf_string(out, text);
    }
}

void amf_words(struct buffer *out, struct line *line)
{
    for (int i = 0; i < line->count; i++) {
        struct word *word = &line->words[i];

        if (word->used)
            continue;
        word->used = true;
        if (word->key)
            amf_key(out, word->key);
        if (word->quoted || (strcmp(word->value, "{") && strcmp(word->value, "[") && strcmp(word->value, "}") &&
                             strcmp(word->value, "]")))
            amf_word(out, word);
        else if (word->value[0] == '{')
            amf_object_begin(out);
        else if (word->value[0] == '[')
            amf_array_begin(out, 0);
        else
            amf_end(out);
    }
}
