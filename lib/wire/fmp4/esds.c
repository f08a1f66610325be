/* Decodes the descriptors of esds, ISO/IEC 14496-1 7.2.6. */
#include "wire/fmp4/esds.h"

#include <stddef.h>

#include "wire/fmp4/box.h"

enum { ES_DESCRIPTOR = 3, DECODER_CONFIG = 4, DECODER_SPECIFIC = 5 };

/*
 * Tag, then a length of up to 4 bytes of 7 bits, the highest bit of each saying that one more follows.
 * false: another tag, or cut short. Descriptors are often announced longer than they are: len is what is there.
 */
static bool enter_descriptor(struct mpe_cursor *in, uint8_t tag, size_t *len)
{
    if (mpe_cursor_left(in) < 2 || *in->at != tag)
        return false;
    in->at++;
    *len = 0;
    for (int i = 0; i < 4 && in->at < in->end; i++) {
        const uint8_t byte = *in->at++;
        *len = *len << 7 | (byte & 0x7F);
        if ((byte & 0x80) != 0)
            continue;
        if (*len > mpe_cursor_left(in))
            *len = mpe_cursor_left(in);
        return true;
    }
    return false;
}

static bool skip(struct mpe_cursor *in, size_t count)
{
    if (mpe_cursor_left(in) < count)
        return false;
    in->at += count;
    return true;
}

/*
 *   ES_Descriptor, tag 3                       DecoderConfigDescriptor, tag 4
 *   +-----+-------+----------+-------------+---+-------------------------+--------+--------------------+- - - - - - - -
 *   |ES_ID|flags  |dependsOn |URL length   |OCR|tag, length|objectType   |12 bytes|DecoderSpecificInfo,|configuration
 *   |u16  |u8     |u16, 0x80 |u8 + n, 0x40 |u16|           |Indication u8|        |tag 5, length       |
 *   +-----+-------+----------+-------------+---+-------------------------+--------+--------------------+- - - - - - - -
 *                  each only with its flag; OCR: 0x20
 */
bool mpe_esds_read(struct mpe_span box, struct mpe_esds *esds)
{
    struct mpe_cursor in = {box.bytes, box.bytes + box.len};
    size_t len;
    if (!skip(&in, MPE_FULL_BOX_BYTES) || !enter_descriptor(&in, ES_DESCRIPTOR, &len) || !skip(&in, 3))
        return false;
    const uint8_t flags = in.at[-1];
    if ((flags & 0x80) != 0 && !skip(&in, 2))
        return false;
    if ((flags & 0x40) != 0 && (in.at == in.end || !skip(&in, (size_t)*in.at + 1)))
        return false;
    if ((flags & 0x20) != 0 && !skip(&in, 2))
        return false;
    if (!enter_descriptor(&in, DECODER_CONFIG, &len) || in.at == in.end)
        return false;
    *esds = (struct mpe_esds){.object_type = *in.at, .config = {in.end, 0}};
    if (skip(&in, 13) && enter_descriptor(&in, DECODER_SPECIFIC, &len))
        esds->config = (struct mpe_span){in.at, len};
    return true;
}
