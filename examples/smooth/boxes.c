/* Walks over the top-level boxes of a body without keeping any of it. */
#include "boxes.h"

#include <string.h>

#define SMALL_HEAD 8
#define TYPE_AT    4

static uint64_t read_number(const unsigned char *bytes, size_t count)
{
    uint64_t number = 0;
    for (size_t i = 0; i < count; i++) {
        number = number << 8 | bytes[i];
    }
    return number;
}

/* A size of 1 stands for 64 bits after the type, one of 0 for the rest of the body. */
static void finish_head(struct boxes *boxes)
{
    const bool is_large = boxes->head_length == BOXES_LARGE_HEAD;
    const uint64_t size_bytes = is_large ? read_number(boxes->head + SMALL_HEAD, 8) : read_number(boxes->head, 4);
    boxes->has_mfra = boxes->has_mfra || memcmp(boxes->head + TYPE_AT, "mfra", 4) == 0;
    boxes->left_bytes = size_bytes >= boxes->head_length ? size_bytes - boxes->head_length : UINT64_MAX;
    boxes->head_length = 0;
}

static size_t take_head(struct boxes *boxes, const unsigned char *data, size_t length)
{
    const bool is_large = boxes->head_length >= SMALL_HEAD;
    const size_t wanted = (is_large ? BOXES_LARGE_HEAD : SMALL_HEAD) - boxes->head_length;
    const size_t taken = length < wanted ? length : wanted;
    memcpy(boxes->head + boxes->head_length, data, taken);
    boxes->head_length += taken;
    if (taken == wanted && (is_large || read_number(boxes->head, 4) != 1)) {
        finish_head(boxes);
    }
    return taken;
}

void boxes_take(struct boxes *boxes, const unsigned char *data, size_t length)
{
    while (length > 0) {
        size_t taken = length;
        if (boxes->left_bytes == 0) {
            taken = take_head(boxes, data, length);
        } else if (boxes->left_bytes != UINT64_MAX) {
            taken = length < boxes->left_bytes ? length : (size_t)boxes->left_bytes;
            boxes->left_bytes -= taken;
        }
        data += taken;
        length -= taken;
    }
}

enum boxes_begin boxes_begin(const unsigned char head[8])
{
    static const char segments[][5] = {"styp", "moof", "sidx", "ssix", "prft", "emsg",
                                       "mdat", "uuid", "free", "skip", "mfra"};
    if (memcmp(head + TYPE_AT, "ftyp", 4) == 0 || memcmp(head + TYPE_AT, "moov", 4) == 0) {
        return BOXES_HEADER;
    }
    for (size_t i = 0; i < sizeof(segments) / sizeof(segments[0]); i++) {
        if (memcmp(head + TYPE_AT, segments[i], 4) == 0) {
            return BOXES_SEGMENT;
        }
    }
    return BOXES_OTHER;
}
