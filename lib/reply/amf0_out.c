/* AMF0 specification, sections 2.2 to 2.7: number, string, object, null, object end. */
#include "reply/amf0_out.h"

#include <string.h>

enum { MARKER_NUMBER = 0, MARKER_STRING = 2, MARKER_OBJECT = 3, MARKER_NULL = 5, MARKER_OBJECT_END = 9 };

static void put(struct mpe_amf0_out *out, const void *bytes, size_t len)
{
    if (len <= sizeof(out->bytes) - out->len) {
        memcpy(out->bytes + out->len, bytes, len);
        out->len += len;
    }
}

static void put_be(struct mpe_amf0_out *out, uint64_t value, unsigned count)
{
    uint8_t bytes[8];
    for (unsigned i = 0; i < count; i++)
        bytes[i] = (uint8_t)(value >> (8 * (count - 1 - i)));
    put(out, bytes, count);
}

static void put_name(struct mpe_amf0_out *out, const char *name)
{
    const size_t len = strlen(name);
    put_be(out, len, 2);
    put(out, name, len);
}

void mpe_amf0_out_number(struct mpe_amf0_out *out, double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof(bits));
    put_be(out, MARKER_NUMBER, 1);
    put_be(out, bits, 8);
}

void mpe_amf0_out_string(struct mpe_amf0_out *out, const char *text)
{
    put_be(out, MARKER_STRING, 1);
    put_name(out, text);
}

void mpe_amf0_out_null(struct mpe_amf0_out *out)
{
    put_be(out, MARKER_NULL, 1);
}

void mpe_amf0_out_begin_object(struct mpe_amf0_out *out)
{
    put_be(out, MARKER_OBJECT, 1);
}

void mpe_amf0_out_field(struct mpe_amf0_out *out, const char *name, const char *text)
{
    put_name(out, name);
    mpe_amf0_out_string(out, text);
}

void mpe_amf0_out_end_object(struct mpe_amf0_out *out)
{
    put_be(out, MARKER_OBJECT_END, 3);
}
