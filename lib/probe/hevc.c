/* Decodes HEVCDecoderConfigurationRecord, ISO/IEC 14496-15 8.3.3.1, and its first SPS, ITU-T H.265 7.3.2.2. */
#include "probe/hevc.h"

#include <stddef.h>

#include "probe/bits.h"

/*
 * What of an SPS is looked at, without its emulation prevention: 2 bytes of NAL unit header, 1, 12 of profile, 2 and
 * 6 * 12 of sub-layers, and a dozen Exp-Golomb codes.
 */
enum { HEVC_SPS = 33, HEVC_FIXED_BYTES = 23, SPS_HEAD_BYTES = 160, MAX_EDGE_PX = 65536 };

/*
 *    0      1                      12      16         17            21                    22      23
 *   +------+---------------+- - - +-------+- - ------+---------+- - +----------------+-------+---------- -
 *   |1     |..., profile   |      |level  |chroma    |bit depth|    |..., NAL length |arrays |arrays
 *   |      |idc, 5 bits    |      |idc    |format,   |luma - 8,|    |size - 1, 2 bits|u8     |
 *   +------+---------------+- - - +-------+- 2 bits -+-3 bits--+- - +----------------+-------+---------- -
 *    array: 2 bits, NAL unit type (6 bits), count u16, then each as length u16 and bytes
 *
 * false: cut short before its first SPS. sps without bytes: it has none.
 */
static bool find_sps(struct mpe_span record, struct mpe_span *sps)
{
    *sps = (struct mpe_span){NULL, 0};
    struct mpe_cursor in = {record.bytes + HEVC_FIXED_BYTES, record.bytes + record.len};
    for (unsigned arrays = record.bytes[HEVC_FIXED_BYTES - 1]; arrays != 0; arrays--) {
        if (mpe_cursor_left(&in) < 3)
            return false;
        const unsigned type = in.at[0] & 0x3F;
        unsigned count = mpe_load_be16(in.at + 1);
        in.at += 3;
        for (; count != 0; count--) {
            const size_t left = mpe_cursor_left(&in);
            if (left < 2 || mpe_load_be16(in.at) > left - 2)
                return false;
            *sps = (struct mpe_span){in.at + 2, mpe_load_be16(in.at)};
            if (type == HEVC_SPS)
                return true;
            in.at += sps->len + 2;
        }
    }
    *sps = (struct mpe_span){NULL, 0};
    return true;
}

/* Copies the head of a NAL unit without the 3 of each 0 0 3. */
static struct mpe_span unescape(struct mpe_span unit, uint8_t out[SPS_HEAD_BYTES])
{
    size_t len = 0;
    for (size_t i = 0; i < unit.len && len < SPS_HEAD_BYTES; i++) {
        if (i < 2 || unit.bytes[i] != 3 || unit.bytes[i - 1] != 0 || unit.bytes[i - 2] != 0)
            out[len++] = unit.bytes[i];
    }
    return (struct mpe_span){out, len};
}

/* profile_tier_level( 1, sub_layers ), ITU-T H.265 7.3.3. */
static void skip_profile(struct mpe_bits *bits, unsigned sub_layers)
{
    bits->at += 88 + 8;
    uint32_t present = sub_layers != 0 ? mpe_bits_read(bits, 16) : 0; /* 2 bits each: profile, level */
    for (; present != 0; present = present << 2 & 0xFFFF)
        bits->at += (present & 0x8000 ? 88 : 0) + (present & 0x4000 ? 8 : 0);
}

/* seq_parameter_set_rbsp, ITU-T H.265 7.3.2.2.1, up to the conformance window. */
static bool sps_read(struct mpe_bits *bits, struct mpe_hevc *hevc)
{
    static const uint8_t step_x[] = {1, 2, 2, 1};
    static const uint8_t step_y[] = {1, 2, 1, 1};
    bits->at += 16 + 4;
    const unsigned sub_layers = mpe_bits_read(bits, 3);
    bits->at += 1;
    skip_profile(bits, sub_layers);
    mpe_bits_ue(bits, 4); /* its id */
    const uint32_t chroma = mpe_bits_ue(bits, 2);
    if (chroma == 3)
        bits->at += 1;
    int64_t width = mpe_bits_ue(bits, 16);
    int64_t height = mpe_bits_ue(bits, 16);
    if (chroma > 3)
        return false;
    if (mpe_bits_read(bits, 1)) {
        width -= (int64_t)step_x[chroma] * mpe_bits_ue(bits, 16);
        width -= (int64_t)step_x[chroma] * mpe_bits_ue(bits, 16);
        height -= (int64_t)step_y[chroma] * mpe_bits_ue(bits, 16);
        height -= (int64_t)step_y[chroma] * mpe_bits_ue(bits, 16);
    }
    hevc->width_px = (int32_t)width;
    hevc->height_px = (int32_t)height;
    return mpe_bits_ok(bits) && width > 0 && width <= MAX_EDGE_PX && height > 0 && height <= MAX_EDGE_PX;
}

bool mpe_hevc_read(struct mpe_span record, struct mpe_hevc *hevc)
{
    uint8_t head[SPS_HEAD_BYTES];
    *hevc = (struct mpe_hevc){0};
    if (record.len < HEVC_FIXED_BYTES)
        return false;
    hevc->profile = record.bytes[1] & 0x1F;
    hevc->is_interlaced = (record.bytes[6] & 0xc0) == 0x40;
    hevc->level = record.bytes[12];
    hevc->chroma_format_idc = record.bytes[16] & 3;
    hevc->bit_depth = (record.bytes[17] & 7) + 8;
    struct mpe_span sps;
    if (!find_sps(record, &sps))
        return false;
    if (sps.bytes == NULL)
        return true;
    struct mpe_bits bits = mpe_bits_of(unescape(sps, head));
    return sps_read(&bits, hevc);
}
