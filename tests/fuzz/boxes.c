/* Builds boxes whose sizes are right, from a small language. */
#include "boxes.h"

#include <string.h>

enum { MAX_DEPTH = 16 };

/* In the order of the language: seeds depend on it, append only. */
static const char types[][5] = {"ftyp", "moov", "mvhd", "trak", "tkhd", "mdia", "mdhd", "hdlr", "minf", "stbl",
                                "stsd", "avc1", "avcC", "mp4a", "esds", "mvex", "trex", "moof", "mfhd", "traf",
                                "tfhd", "tfdt", "trun", "mdat", "uuid", "styp", "sidx", "emsg", "hvc1", "hvcC",
                                "encv", "sinf", "frma", "vmhd", "smhd", "dinf", "dref", "stts", "stsc", "stsz",
                                "stco", "mfra", "free", "prft", "enca", "nmhd", "text", "mehd"};

static const uint8_t user_types[][16] = {
    {0x6d, 0x1d, 0x9b, 0x05, 0x42, 0xd5, 0x44, 0xe6, 0x80, 0xe2, 0x14, 0x1d, 0xaf, 0xf7, 0x57, 0xb2},
    {0xd4, 0x80, 0x7e, 0xf2, 0xca, 0x39, 0x46, 0x95, 0x8e, 0x54, 0x26, 0xcb, 0x9e, 0x46, 0xa7, 0x9f},
    {0xa5, 0xd4, 0x0b, 0x30, 0xe8, 0x14, 0x11, 0xdd, 0xba, 0x2f, 0x08, 0x00, 0x20, 0x0c, 0x9a, 0x66}};

static const uint32_t awkward[16] = {0,          1,          2,          7,          8,       15,    16,         32,
                                     0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff8, 0x10000, 65537, 0x01010000, 90000};

struct stack {
    size_t start[MAX_DEPTH];
    size_t depth;
};

static void close_box(struct stack *stack, struct buffer *out)
{
    size_t start, size;

    if (stack->depth == 0)
        return;
    start = stack->start[--stack->depth];
    size = out->len - start;
    for (int i = 0; i < 4; i++)
        out->at[start + (size_t)i] = (uint8_t)(size >> (24 - 8 * i));
}

static void open_box(struct stack *stack, unsigned number, struct input *input, struct buffer *out)
{
    if (stack->depth == MAX_DEPTH)
        return;
    stack->start[stack->depth++] = out->len;
    buffer_be(out, 0, 4);
    if (number < sizeof(types) / sizeof(types[0]))
        buffer_bytes(out, types[number], 4);
    else
        buffer_be(out, input_be(input, 4), 4);
}

static void put_bytes(struct input *input, struct buffer *out, size_t len)
{
    const uint8_t *bytes = input_bytes(input, &len);

    buffer_bytes(out, bytes, len);
}

static void put_user_type(struct input *input, struct buffer *out, unsigned number)
{
    if (number < sizeof(user_types) / sizeof(user_types[0]))
        buffer_bytes(out, user_types[number], 16);
    else
        put_bytes(input, out, 16);
}

void boxes_build(struct input *input, struct buffer *out, size_t most_bytes)
{
    struct stack stack = {.depth = 0};

    while (input_left(input) > 0 && out->len < most_bytes) {
        unsigned word = input_byte(input);

        if (word < 0x80)
            put_bytes(input, out, word + 1);
        else if (word < 0xc0)
            open_box(&stack, word & 63, input, out);
        else if (word < 0xd0)
            close_box(&stack, out);
        else if (word < 0xe0)
            put_user_type(input, out, word & 15);
        else if (word < 0xf0)
            buffer_fill(out, 0, (word & 15) + 1);
        else
            buffer_be(out, awkward[word & 15], 4);
    }
    while (stack.depth > 0)
        close_box(&stack, out);
}
