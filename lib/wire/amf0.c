#include "wire/amf0.h"

#include <string.h>

/*
 * A value is a marker byte and what the marker says; a property of an object or ECMA array is a key and a value:
 *
 *   00 number  double                    0A strict array  count u32, values
 *   01 boolean u8                        0B date          double, time zone s16
 *   02 string  length u16, bytes         0C long string   length u32, bytes
 *   03 object  properties, 00 00 09      0D unsupported
 *   05 null    06 undefined              0F XML document  length u32, bytes
 *   07 reference u16                     10 typed object  class name (length u16, bytes), as object
 *   08 ECMA array count u32, as object   11 switch to AMF3
 */
enum marker {
    MARKER_NUMBER = 0x00,
    MARKER_BOOLEAN = 0x01,
    MARKER_STRING = 0x02,
    MARKER_OBJECT = 0x03,
    MARKER_NULL = 0x05,
    MARKER_UNDEFINED = 0x06,
    MARKER_REFERENCE = 0x07,
    MARKER_ECMA_ARRAY = 0x08,
    MARKER_OBJECT_END = 0x09,
    MARKER_STRICT_ARRAY = 0x0A,
    MARKER_DATE = 0x0B,
    MARKER_LONG_STRING = 0x0C,
    MARKER_UNSUPPORTED = 0x0D,
    MARKER_XML_DOCUMENT = 0x0F,
    MARKER_TYPED_OBJECT = 0x10,
    MARKER_AMF3 = 0x11
};

/* In values_left: the level holds properties, not a counted run of values. */
#define KEYED UINT32_MAX

static bool stop(struct mpe_amf0 *amf, enum mpe_amf0_status status)
{
    amf->status = status;
    return false;
}

/* The next len bytes, or NULL when they are not there. */
static const uint8_t *take(struct mpe_amf0 *amf, uint32_t len)
{
    if (mpe_cursor_left(&amf->in) < len) {
        amf->status = MPE_AMF0_BROKEN;
        return NULL;
    }
    const uint8_t *const bytes = amf->in.at;
    amf->in.at += len;
    return bytes;
}

/* Bytes behind a length of 2 or 4 bytes. */
static bool take_text(struct mpe_amf0 *amf, uint32_t length_size, struct mpe_span *text)
{
    const uint8_t *const length = take(amf, length_size);
    if (length == NULL)
        return false;
    text->len = length_size == 2 ? mpe_load_be16(length) : mpe_load_be32(length);
    text->bytes = take(amf, (uint32_t)text->len);
    return text->bytes != NULL;
}

static bool take_number(struct mpe_amf0 *amf, double *number)
{
    const uint8_t *const bytes = take(amf, 8);
    if (bytes == NULL)
        return false;
    const uint64_t bits = mpe_load_be64(bytes);
    memcpy(number, &bits, sizeof *number);
    return true;
}

static bool take_boolean(struct mpe_amf0 *amf, double *number)
{
    const uint8_t *const byte = take(amf, 1);
    if (byte == NULL)
        return false;
    *number = *byte != 0;
    return true;
}

static bool open_level(struct mpe_amf0 *amf, uint32_t values_left)
{
    if (amf->depth == MPE_AMF0_MAX_DEPTH)
        return stop(amf, MPE_AMF0_BROKEN);
    amf->values_left[amf->depth++] = values_left;
    return true;
}

/* The count of an ECMA array is a hint that encoders get wrong: its end is that of an object. */
static bool open_ecma_array(struct mpe_amf0 *amf)
{
    return take(amf, 4) != NULL && open_level(amf, KEYED);
}

static bool open_strict_array(struct mpe_amf0 *amf)
{
    const uint8_t *const count = take(amf, 4);
    if (count == NULL)
        return false;
    /* A count that no byte follows for ends as BROKEN; KEYED itself is no count. */
    const uint32_t values = mpe_load_be32(count);
    return open_level(amf, values == KEYED ? KEYED - 1 : values);
}

static bool open_typed_object(struct mpe_amf0 *amf)
{
    struct mpe_span class_name;
    return take_text(amf, 2, &class_name) && open_level(amf, KEYED);
}

static bool read_value(struct mpe_amf0 *amf, struct mpe_amf0_token *token)
{
    const uint8_t *const marker = take(amf, 1);
    if (marker == NULL)
        return false;
    token->depth = amf->depth;
    switch (*marker) {
    case MARKER_NUMBER:
        token->type = MPE_AMF0_NUMBER;
        return take_number(amf, &token->number);
    case MARKER_BOOLEAN:
        token->type = MPE_AMF0_BOOLEAN;
        return take_boolean(amf, &token->number);
    case MARKER_STRING:
        token->type = MPE_AMF0_STRING;
        return take_text(amf, 2, &token->text);
    case MARKER_LONG_STRING:
    case MARKER_XML_DOCUMENT:
        token->type = MPE_AMF0_STRING;
        return take_text(amf, 4, &token->text);
    case MARKER_NULL:
    case MARKER_UNDEFINED:
    case MARKER_UNSUPPORTED:
        token->type = MPE_AMF0_NULL;
        return true;
    case MARKER_REFERENCE:
        token->type = MPE_AMF0_OTHER;
        return take(amf, 2) != NULL;
    case MARKER_DATE:
        token->type = MPE_AMF0_OTHER;
        return take(amf, 8 + 2) != NULL;
    case MARKER_OBJECT:
        token->type = MPE_AMF0_BEGIN;
        return open_level(amf, KEYED);
    case MARKER_ECMA_ARRAY:
        token->type = MPE_AMF0_BEGIN;
        return open_ecma_array(amf);
    case MARKER_STRICT_ARRAY:
        token->type = MPE_AMF0_BEGIN;
        return open_strict_array(amf);
    case MARKER_TYPED_OBJECT:
        token->type = MPE_AMF0_BEGIN;
        return open_typed_object(amf);
    case MARKER_AMF3:
        return stop(amf, MPE_AMF0_FOREIGN);
    default:
        return stop(amf, MPE_AMF0_BROKEN);
    }
}

static bool close_level(struct mpe_amf0 *amf, struct mpe_amf0_token *token)
{
    amf->depth--;
    token->type = MPE_AMF0_END;
    token->depth = amf->depth;
    return true;
}

static bool read_property(struct mpe_amf0 *amf, struct mpe_amf0_token *token)
{
    /* Some encoders leave the end marker of the last ECMA array out. */
    if (mpe_cursor_left(&amf->in) == 0)
        return close_level(amf, token);
    if (!take_text(amf, 2, &token->key))
        return false;
    const bool at_end = token->key.len == 0 && mpe_cursor_left(&amf->in) != 0 && *amf->in.at == MARKER_OBJECT_END;
    if (!at_end)
        return read_value(amf, token);
    amf->in.at++;
    return close_level(amf, token);
}

static bool read_element(struct mpe_amf0 *amf, struct mpe_amf0_token *token, uint32_t *values_left)
{
    if (*values_left == 0)
        return close_level(amf, token);
    (*values_left)--;
    return read_value(amf, token);
}

void mpe_amf0_begin(struct mpe_amf0 *amf, struct mpe_span bytes)
{
    amf->in = (struct mpe_cursor){bytes.bytes, bytes.bytes + bytes.len};
    amf->status = MPE_AMF0_OK;
    amf->depth = 0;
}

bool mpe_amf0_next(struct mpe_amf0 *amf, struct mpe_amf0_token *token)
{
    *token = (struct mpe_amf0_token){.type = MPE_AMF0_NULL};
    if (amf->status != MPE_AMF0_OK)
        return false;
    if (amf->depth == 0)
        return mpe_cursor_left(&amf->in) == 0 ? stop(amf, MPE_AMF0_AT_END) : read_value(amf, token);
    uint32_t *const values_left = &amf->values_left[amf->depth - 1];
    if (*values_left == KEYED)
        return read_property(amf, token);
    return read_element(amf, token, values_left);
}

static uint8_t lower(uint8_t letter)
{
    return letter >= 'A' && letter <= 'Z' ? (uint8_t)(letter - 'A' + 'a') : letter;
}

bool mpe_amf0_text_is(struct mpe_span text, const char *word)
{
    return text.len == strlen(word) && (text.len == 0 || memcmp(text.bytes, word, text.len) == 0);
}

bool mpe_amf0_text_is_nocase(struct mpe_span text, const char *word)
{
    if (text.len != strlen(word))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (lower(text.bytes[i]) != lower((uint8_t)word[i]))
            return false;
    }
    return true;
}
