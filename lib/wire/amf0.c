/* Reads AMF0, and AMF3 where a value switches to it, value by value. */
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

/*
 * AMF3, after marker 11; numbers (n) are those of mpe_amf3_number, texts and objects may be references:
 *
 *   00 undefined  01 null  02 false  03 true    09 array       n: 1 and count, keys with values, 01, values
 *   04 integer    n                             0A object      n: see mpe_amf3_object, values
 *   05 double                                   08 date        n: 1, double
 *   06 text       n: 1 and length, bytes        07, 0B, 0C     XML, bytes: n: 1 and length, bytes
 *   0D, 0E vector n: 1 and count, u8, u32 each  0F vector      n: 1 and count, u8, double each
 *   10 vector     n: 1 and count, u8, text, values  11 dictionary  n: 1 and count, u8, a key and a value each
 */
enum marker3 {
    MARKER3_UNDEFINED = 0x00,
    MARKER3_NULL = 0x01,
    MARKER3_FALSE = 0x02,
    MARKER3_TRUE = 0x03,
    MARKER3_INTEGER = 0x04,
    MARKER3_DOUBLE = 0x05,
    MARKER3_TEXT = 0x06,
    MARKER3_XML_DOCUMENT = 0x07,
    MARKER3_DATE = 0x08,
    MARKER3_ARRAY = 0x09,
    MARKER3_OBJECT = 0x0A,
    MARKER3_XML = 0x0B,
    MARKER3_BYTES = 0x0C,
    MARKER3_INTEGER_VECTOR = 0x0D,
    MARKER3_UNSIGNED_VECTOR = 0x0E,
    MARKER3_DOUBLE_VECTOR = 0x0F,
    MARKER3_OBJECT_VECTOR = 0x10,
    MARKER3_DICTIONARY = 0x11
};

enum level_kind {
    LEVEL_PROPERTIES, /* AMF0 */
    LEVEL_VALUES,
    LEVEL_OBJECT3, /* AMF3: named values, then keys with values where it is dynamic */
    LEVEL_ARRAY3   /* keys with values, then counted ones */
};

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

/* Bytes after a length of 2 or 4 bytes. */
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
    memcpy(number, &bits, sizeof(*number));
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

static bool open_level(struct mpe_amf0 *amf, enum level_kind kind, uint32_t left)
{
    if (amf->depth == MPE_AMF0_MAX_DEPTH)
        return stop(amf, MPE_AMF0_BROKEN);
    amf->levels[amf->depth++] = (struct mpe_amf0_level){.kind = (uint8_t)kind, .left = left};
    return true;
}

/* The count of an ECMA array is a hint that encoders get wrong: its end is that of an object. */
static bool open_ecma_array(struct mpe_amf0 *amf)
{
    return take(amf, 4) != NULL && open_level(amf, LEVEL_PROPERTIES, 0);
}

static bool open_strict_array(struct mpe_amf0 *amf)
{
    const uint8_t *const count = take(amf, 4);
    if (count == NULL)
        return false;
    return open_level(amf, LEVEL_VALUES, mpe_load_be32(count)); /* one that no byte follows for ends as BROKEN */
}

static bool open_typed_object(struct mpe_amf0 *amf)
{
    struct mpe_span class_name;
    return take_text(amf, 2, &class_name) && open_level(amf, LEVEL_PROPERTIES, 0);
}

/* -------------------------------------------------------------------- AMF3 */

static bool take_number3(struct mpe_amf0 *amf, uint32_t *number)
{
    return mpe_amf3_number(&amf->in, number) || stop(amf, MPE_AMF0_BROKEN);
}

static bool take_integer3(struct mpe_amf0 *amf, double *number)
{
    uint32_t bits;
    if (!take_number3(amf, &bits))
        return false;
    *number = bits < 1u << 28 ? (double)bits : (double)bits - (double)(1u << 29);
    return true;
}

static bool take_text3(struct mpe_amf0 *amf, struct mpe_span *text)
{
    return mpe_amf3_text(&amf->amf3, &amf->in, text) || stop(amf, MPE_AMF0_BROKEN);
}

/* What nobody asks for: a reference, or bytes, as many as it says or as are given. */
static bool skip3(struct mpe_amf0 *amf, uint32_t given_bytes)
{
    uint32_t head;
    if (!take_number3(amf, &head))
        return false;
    return (head & 1) == 0 || take(amf, given_bytes != 0 ? given_bytes : head >> 1) != NULL;
}

/* Numbers of a fixed size after their count and a byte that says whether they may become more. */
static bool skip_vector3(struct mpe_amf0 *amf, uint32_t item_bytes)
{
    uint32_t head;
    if (!take_number3(amf, &head))
        return false;
    if ((head & 1) == 0)
        return true;
    const uint64_t bytes = 1 + (uint64_t)(head >> 1) * item_bytes;
    if (bytes > mpe_cursor_left(&amf->in))
        return stop(amf, MPE_AMF0_BROKEN);
    amf->in.at += bytes;
    return true;
}

/* A vector of values, its class name before them, or a dictionary, of which each key is a value, too. */
static bool open_values3(struct mpe_amf0 *amf, struct mpe_amf0_token *token, bool is_vector)
{
    uint32_t head;
    struct mpe_span class_name;
    if (!take_number3(amf, &head))
        return false;
    token->type = (head & 1) != 0 ? MPE_AMF0_BEGIN : MPE_AMF0_OTHER;
    if ((head & 1) == 0)
        return true;
    if (take(amf, 1) == NULL || (is_vector && !take_text3(amf, &class_name)))
        return false;
    return open_level(amf, LEVEL_ARRAY3, is_vector ? head >> 1 : head & ~1u);
}

static bool open_array3(struct mpe_amf0 *amf, struct mpe_amf0_token *token)
{
    uint32_t head;
    if (!take_number3(amf, &head))
        return false;
    token->type = (head & 1) != 0 ? MPE_AMF0_BEGIN : MPE_AMF0_OTHER;
    if ((head & 1) == 0)
        return true;
    if (!open_level(amf, LEVEL_ARRAY3, head >> 1))
        return false;
    amf->levels[amf->depth - 1].has_keys = true;
    return true;
}

static bool open_object3(struct mpe_amf0 *amf, struct mpe_amf0_token *token)
{
    struct mpe_amf3_traits traits;
    switch (mpe_amf3_object(&amf->amf3, &amf->in, &traits)) {
    case MPE_AMF3_OBJECT_CAME:
        token->type = MPE_AMF0_OTHER;
        return true;
    case MPE_AMF3_OBJECT_IS_FOREIGN:
        return stop(amf, MPE_AMF0_FOREIGN);
    case MPE_AMF3_OBJECT_IS_BROKEN:
        return stop(amf, MPE_AMF0_BROKEN);
    case MPE_AMF3_OBJECT_IS_HERE:
        break;
    }
    token->type = MPE_AMF0_BEGIN;
    if (!open_level(amf, LEVEL_OBJECT3, traits.count))
        return false;
    amf->levels[amf->depth - 1].names = traits.names;
    amf->levels[amf->depth - 1].has_keys = traits.is_dynamic;
    return true;
}

static bool read_value3(struct mpe_amf0 *amf, struct mpe_amf0_token *token)
{
    const uint8_t *const marker = take(amf, 1);
    if (marker == NULL)
        return false;
    token->depth = amf->depth;
    switch (*marker) {
    case MARKER3_UNDEFINED:
    case MARKER3_NULL:
        token->type = MPE_AMF0_NULL;
        return true;
    case MARKER3_FALSE:
    case MARKER3_TRUE:
        token->type = MPE_AMF0_BOOLEAN;
        token->number = *marker == MARKER3_TRUE;
        return true;
    case MARKER3_INTEGER:
        token->type = MPE_AMF0_NUMBER;
        return take_integer3(amf, &token->number);
    case MARKER3_DOUBLE:
        token->type = MPE_AMF0_NUMBER;
        return take_number(amf, &token->number);
    case MARKER3_TEXT:
        token->type = MPE_AMF0_STRING;
        return take_text3(amf, &token->text);
    case MARKER3_XML_DOCUMENT:
    case MARKER3_XML:
    case MARKER3_BYTES:
        token->type = MPE_AMF0_OTHER;
        return skip3(amf, 0);
    case MARKER3_DATE:
        token->type = MPE_AMF0_OTHER;
        return skip3(amf, sizeof(double));
    case MARKER3_ARRAY:
        return open_array3(amf, token);
    case MARKER3_OBJECT:
        return open_object3(amf, token);
    case MARKER3_INTEGER_VECTOR:
    case MARKER3_UNSIGNED_VECTOR:
        token->type = MPE_AMF0_OTHER;
        return skip_vector3(amf, sizeof(uint32_t));
    case MARKER3_DOUBLE_VECTOR:
        token->type = MPE_AMF0_OTHER;
        return skip_vector3(amf, sizeof(double));
    case MARKER3_OBJECT_VECTOR:
    case MARKER3_DICTIONARY:
        return open_values3(amf, token, *marker == MARKER3_OBJECT_VECTOR);
    default:
        return stop(amf, MPE_AMF0_FOREIGN);
    }
}

/* -------------------------------------------------------------------- AMF0 */

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
        return open_level(amf, LEVEL_PROPERTIES, 0);
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
        amf->amf3.text_count = amf->amf3.traits_count = 0;
        return read_value3(amf, token);
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

static bool read_element(struct mpe_amf0 *amf, struct mpe_amf0_token *token, struct mpe_amf0_level *level)
{
    if (level->left == 0)
        return close_level(amf, token);
    level->left--;
    return read_value(amf, token);
}

/* A key with its value. An empty key: there are no more of them, and nothing was given. */
static bool read_keyed3(struct mpe_amf0 *amf, struct mpe_amf0_token *token, struct mpe_amf0_level *level)
{
    if (!take_text3(amf, &token->key))
        return false;
    if (token->key.len != 0)
        return read_value3(amf, token);
    level->has_keys = false;
    return true;
}

static bool read_member3(struct mpe_amf0 *amf, struct mpe_amf0_token *token, struct mpe_amf0_level *level)
{
    if (level->left != 0) {
        level->left--;
        if (!mpe_amf3_name(&amf->amf3, &level->names, &token->key))
            return stop(amf, MPE_AMF0_BROKEN);
        return read_value3(amf, token);
    }
    if (level->has_keys && (!read_keyed3(amf, token, level) || level->has_keys))
        return amf->status == MPE_AMF0_OK;
    return close_level(amf, token);
}

static bool read_element3(struct mpe_amf0 *amf, struct mpe_amf0_token *token, struct mpe_amf0_level *level)
{
    if (level->has_keys && (!read_keyed3(amf, token, level) || level->has_keys))
        return amf->status == MPE_AMF0_OK;
    if (level->left == 0)
        return close_level(amf, token);
    level->left--;
    return read_value3(amf, token);
}

void mpe_amf0_begin(struct mpe_amf0 *amf, struct mpe_span bytes)
{
    amf->in = (struct mpe_cursor){bytes.bytes, bytes.bytes + bytes.len};
    amf->status = MPE_AMF0_OK;
    amf->depth = 0;
}

void mpe_amf0_resume(struct mpe_amf0 *amf, const uint8_t *at, bool in_object)
{
    amf->in.at = at;
    amf->status = MPE_AMF0_OK;
    amf->depth = 0;
    if (in_object)
        (void)open_level(amf, LEVEL_PROPERTIES, 0);
}

bool mpe_amf0_next(struct mpe_amf0 *amf, struct mpe_amf0_token *token)
{
    *token = (struct mpe_amf0_token){.type = MPE_AMF0_NULL};
    if (amf->status != MPE_AMF0_OK)
        return false;
    if (amf->depth == 0)
        return mpe_cursor_left(&amf->in) == 0 ? stop(amf, MPE_AMF0_AT_END) : read_value(amf, token);
    struct mpe_amf0_level *const level = &amf->levels[amf->depth - 1];
    switch ((enum level_kind)level->kind) {
    case LEVEL_PROPERTIES:
        return read_property(amf, token);
    case LEVEL_VALUES:
        return read_element(amf, token, level);
    case LEVEL_OBJECT3:
        return read_member3(amf, token, level);
    case LEVEL_ARRAY3:
        break;
    }
    return read_element3(amf, token, level);
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
