#include "probe/probe_init.h"

#include <string.h>

#include "probe/bits.h"
#include "wire/fmp4/box.h"

/* ---- the init segment ---- */

#define MAX_KEPT 3

/* The way down, one container at a time; what lies beside it and is kept, too. 0: none. */
static const struct {
    uint32_t container;
    uint32_t kept[MAX_KEPT];
} way[] = {
    {MPE_FOURCC('m', 'o', 'o', 'v'), {MPE_FOURCC('f', 't', 'y', 'p')}},
    {MPE_FOURCC('t', 'r', 'a', 'k'), {MPE_FOURCC('m', 'v', 'h', 'd')}},
    {MPE_FOURCC('m', 'd', 'i', 'a'), {MPE_FOURCC('t', 'k', 'h', 'd')}},
    {MPE_FOURCC('m', 'i', 'n', 'f'), {MPE_FOURCC('m', 'd', 'h', 'd'), MPE_FOURCC('h', 'd', 'l', 'r')}},
    {MPE_FOURCC('s', 't', 'b', 'l'), {0}},
    {MPE_FOURCC('s', 't', 's', 'd'), {0}},
};

static bool is_kept(const uint32_t kept[MAX_KEPT], uint32_t type)
{
    for (int i = 0; i < MAX_KEPT; i++) {
        if (kept[i] == type)
            return true;
    }
    return false;
}

/* Whether a trak is that of the track; tkhd as in wire/fmp4/init.c. */
static bool is_track(struct mpe_span trak, uint32_t track_id)
{
    struct mpe_span tkhd;
    if (mpe_box_find(trak, MPE_FOURCC('t', 'k', 'h', 'd'), &tkhd) != MPE_BOX_NEXT || tkhd.len < 24)
        return false;
    return mpe_load_be32(tkhd.bytes + (tkhd.bytes[0] == 1 ? 20 : 12)) == track_id;
}

bool mpe_init_reduce(uint8_t *init, size_t len, uint32_t track_id)
{
    struct mpe_span level = {init, len};
    for (size_t step = 0; step < sizeof way / sizeof way[0]; step++) {
        struct mpe_cursor in = {level.bytes, level.bytes + level.len};
        struct mpe_span inner = {NULL, 0};
        enum mpe_box_result result;
        struct mpe_box box;
        const uint8_t *start = in.at;
        for (; (result = mpe_box_next(&in, &box)) == MPE_BOX_NEXT; start = in.at) {
            const bool on_way = box.type == way[step].container && inner.bytes == NULL &&
                                (box.type != MPE_FOURCC('t', 'r', 'a', 'k') || is_track(box.body, track_id));
            if (on_way)
                inner = box.body;
            else if (!is_kept(way[step].kept, box.type))
                memcpy(init + (start - init) + 4, "free", 4);
        }
        if (result == MPE_BOX_BROKEN || inner.bytes == NULL)
            return false;
        level = inner;
    }
    return true;
}

/* ---- hvcC ---- */

enum { HEVC_PPS = 34, HEVC_FIXED_BYTES = 23, HEVC_MAX_PPS_ID_ZEROS = 6 };

/*
 * Arrays of NAL units: 2 bits, type (6 bits), count u16, then each as length u16 and bytes. The first PPS, or nothing.
 */
static struct mpe_span find_pps(struct mpe_span record)
{
    struct mpe_cursor in = {record.bytes + HEVC_FIXED_BYTES, record.bytes + record.len};
    for (unsigned arrays = record.bytes[HEVC_FIXED_BYTES - 1]; arrays != 0 && mpe_cursor_left(&in) >= 3; arrays--) {
        const unsigned type = in.at[0] & 0x3F;
        unsigned count = mpe_load_be16(in.at + 1);
        in.at += 3;
        for (; count != 0 && mpe_cursor_left(&in) >= 2; count--) {
            const struct mpe_span unit = {in.at + 2, mpe_load_be16(in.at)};
            if (mpe_cursor_left(&in) < unit.len + 2)
                return (struct mpe_span){NULL, 0};
            if (type == HEVC_PPS)
                return unit;
            in.at += unit.len + 2;
        }
    }
    return (struct mpe_span){NULL, 0};
}

static void put_bit(struct mpe_hevc *hevc, size_t *at, unsigned bit)
{
    if (bit)
        hevc->picture[*at / 8] |= (uint8_t)(0x80 >> *at % 8);
    ++*at;
}

/*
 * length | 0 IDR_W_RADL 0 1 | first slice 1 | keep output 0 | pps id ue(v) | and nothing that the size depends on.
 * The header of a NAL unit is 2 bytes; that of a PPS is followed by its id.
 */
static void make_picture(struct mpe_hevc *hevc, struct mpe_span pps, unsigned length_bytes)
{
    struct mpe_bits bits = mpe_bits_of((struct mpe_span){pps.bytes + 2, pps.len - 2});
    const uint32_t id = mpe_bits_ue(&bits, HEVC_MAX_PPS_ID_ZEROS);
    size_t at = (length_bytes + 2) * 8;
    unsigned zeros = 0;
    if (!mpe_bits_ok(&bits))
        return;
    hevc->picture_len = sizeof hevc->picture;
    hevc->picture[length_bytes - 1] = (uint8_t)(sizeof hevc->picture - length_bytes);
    hevc->picture[length_bytes] = 19 << 1;
    hevc->picture[length_bytes + 1] = 1;
    put_bit(hevc, &at, 1);
    put_bit(hevc, &at, 0);
    while ((id + 1) >> (zeros + 1))
        zeros++;
    at += zeros;
    for (unsigned bit = zeros + 1; bit-- > 0;)
        put_bit(hevc, &at, (id + 1) >> bit & 1);
    memset(hevc->picture + (at + 7) / 8, 0x80, sizeof hevc->picture - (at + 7) / 8);
}

bool mpe_hevc_read(struct mpe_span record, struct mpe_hevc *hevc)
{
    *hevc = (struct mpe_hevc){0};
    if (record.len < HEVC_FIXED_BYTES)
        return false;
    hevc->profile = record.bytes[1] & 0x1F;
    hevc->level = record.bytes[12];
    hevc->bit_depth = (record.bytes[17] & 7) + 8;
    const struct mpe_span pps = find_pps(record);
    if (pps.len > 2)
        make_picture(hevc, pps, (record.bytes[21] & 3) + 1u);
    return true;
}
