/* Boxes in memory, ISO/IEC 14496-12 4.2. */
#include "wire/fmp4/box.h"

/* Bytes from the first of the size; 0: not to be had. */
static uint64_t box_bytes(const uint8_t *box, size_t left)
{
    const uint32_t size = mpe_load_be32(box);
    if (size == 0)
        return left;
    if (size != 1)
        return size;
    return left < MPE_BOX_LARGE_HEAD_BYTES ? 0 : mpe_load_be64(box + MPE_BOX_HEAD_BYTES);
}

/* As mpe_box_next; a box that goes beyond the end is as long as what there is where may_be_cut. */
static enum mpe_box_result next(struct mpe_cursor *in, bool may_be_cut, struct mpe_box *box)
{
    const size_t left = mpe_cursor_left(in);
    if (left < MPE_BOX_HEAD_BYTES)
        return MPE_BOX_END;
    const uint32_t head = mpe_load_be32(in->at) == 1 ? MPE_BOX_LARGE_HEAD_BYTES : MPE_BOX_HEAD_BYTES;
    uint64_t bytes = box_bytes(in->at, left);
    if (may_be_cut && bytes > left)
        bytes = left;
    if (bytes < head || bytes > left)
        return MPE_BOX_BROKEN;
    box->type = mpe_load_be32(in->at + 4);
    box->body = (struct mpe_span){in->at + head, (size_t)bytes - head};
    in->at += (size_t)bytes;
    return MPE_BOX_NEXT;
}

enum mpe_box_result mpe_box_next(struct mpe_cursor *in, struct mpe_box *box)
{
    return next(in, false, box);
}

enum mpe_box_result mpe_box_find(struct mpe_span boxes, uint32_t type, struct mpe_span *body)
{
    struct mpe_cursor in = {boxes.bytes, boxes.bytes + boxes.len};
    enum mpe_box_result found = MPE_BOX_END;
    enum mpe_box_result result;
    struct mpe_box box;
    while ((result = mpe_box_next(&in, &box)) == MPE_BOX_NEXT) {
        if (box.type != type || found == MPE_BOX_NEXT)
            continue;
        *body = box.body;
        found = MPE_BOX_NEXT;
    }
    return result == MPE_BOX_BROKEN ? MPE_BOX_BROKEN : found;
}

bool mpe_box_find_cut(struct mpe_span boxes, uint32_t type, struct mpe_span *body)
{
    struct mpe_cursor in = {boxes.bytes, boxes.bytes + boxes.len};
    struct mpe_box box;
    while (next(&in, true, &box) == MPE_BOX_NEXT) {
        if (box.type != type)
            continue;
        *body = box.body;
        return true;
    }
    return false;
}

bool mpe_box_is_type(uint32_t type)
{
    for (unsigned shift = 0; shift < 32; shift += 8) {
        const uint8_t byte = (uint8_t)(type >> shift);
        if ((byte < 0x20 || byte > 0x7E) && byte != 0xA9)
            return false;
    }
    return true;
}

bool mpe_box_may_begin(uint32_t type)
{
    static const uint32_t types[] = {
        MPE_FOURCC('f', 't', 'y', 'p'), MPE_FOURCC('s', 't', 'y', 'p'), MPE_FOURCC('m', 'o', 'o', 'f'),
        MPE_FOURCC('m', 'o', 'o', 'v'), MPE_FOURCC('u', 'u', 'i', 'd'), MPE_FOURCC('s', 'i', 'd', 'x'),
        MPE_FOURCC('s', 's', 'i', 'x'), MPE_FOURCC('e', 'm', 's', 'g'), MPE_FOURCC('p', 'r', 'f', 't'),
        MPE_FOURCC('f', 'r', 'e', 'e'), MPE_FOURCC('s', 'k', 'i', 'p'), MPE_FOURCC('w', 'i', 'd', 'e'),
        MPE_FOURCC('m', 'd', 'a', 't'), MPE_FOURCC('p', 'd', 'i', 'n'), MPE_FOURCC('m', 'e', 't', 'a'),
        MPE_FOURCC('u', 'd', 't', 'a'), MPE_FOURCC('m', 'f', 'r', 'a'), MPE_FOURCC('p', 's', 's', 'h'),
    };
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (types[i] == type)
            return true;
    }
    return false;
}
