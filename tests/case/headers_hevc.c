/* HEVC's three parameter sets, as a Main or Main 10 encoder without any tool would send them. */
#include "headers.h"

#include <stdbool.h>

enum { NAL_VPS = 32, NAL_SPS = 33, NAL_PPS = 34, SMALLEST_BLOCK = 8 };

/* H.265 section 7.3.3, one sub-layer. */
static void put_profile(struct bits *bits, const struct picture_shape *shape)
{
    int profile = shape->bit_depth > 8 ? 2 : 1;

    bits_put(bits, (uint32_t)profile, 8); /* no profile space, main tier */
    bits_put(bits, 1u << (31 - profile), 32);
    bits_put(bits, 0x9, 4); /* progressive, frames only */
    bits_put(bits, 0, 32);
    bits_put(bits, 0, 12);
    bits_put(bits, 150, 8); /* level 5.0 */
}

/* One picture is kept, none is reordered. */
static void put_order(struct bits *bits)
{
    bits_put(bits, 1, 1);
    bits_ue(bits, 1);
    bits_ue(bits, 0);
    bits_ue(bits, 0);
}

/* Section 7.3.2.1. */
static void put_vps(struct bits *bits, const struct picture_shape *shape)
{
    bits_put(bits, 0, 4);
    bits_put(bits, 3, 2);
    bits_put(bits, 0, 6 + 3);
    bits_put(bits, 1, 1);
    bits_put(bits, 0xffff, 16);
    put_profile(bits, shape);
    put_order(bits);
    bits_put(bits, 0, 6);
    bits_ue(bits, 0);
    bits_put(bits, 0, 2); /* no timing, no extension */
}

static void put_picture(struct bits *bits, const struct picture_shape *shape)
{
    int coded_width = (shape->width + SMALLEST_BLOCK - 1) / SMALLEST_BLOCK * SMALLEST_BLOCK;
    int coded_height = (shape->height + SMALLEST_BLOCK - 1) / SMALLEST_BLOCK * SMALLEST_BLOCK;
    bool cropped = coded_width != shape->width || coded_height != shape->height;

    bits_ue(bits, (uint32_t)coded_width);
    bits_ue(bits, (uint32_t)coded_height);
    bits_put(bits, cropped, 1);
    if (!cropped)
        return;
    bits_ue(bits, 0);
    bits_ue(bits, (uint32_t)(coded_width - shape->width) / 2);
    bits_ue(bits, 0);
    bits_ue(bits, (uint32_t)(coded_height - shape->height) / 2);
}

/* Section 7.3.2.2. */
static void put_sps(struct bits *bits, const struct picture_shape *shape)
{
    bits_put(bits, 0, 4 + 3);
    bits_put(bits, 1, 1);
    put_profile(bits, shape);
    bits_ue(bits, 0);
    bits_ue(bits, 1); /* 4:2:0 */
    put_picture(bits, shape);
    bits_ue(bits, (uint32_t)shape->bit_depth - 8);
    bits_ue(bits, (uint32_t)shape->bit_depth - 8);
    bits_ue(bits, 4);
    put_order(bits);
    bits_ue(bits, 0); /* coding blocks of 8 to 64, transforms of 4 to 32 */
    bits_ue(bits, 3);
    bits_ue(bits, 0);
    bits_ue(bits, 3);
    bits_ue(bits, 0);
    bits_ue(bits, 0);
    bits_put(bits, 0, 4); /* no scaling lists, AMP, SAO, PCM */
    bits_ue(bits, 0);
    bits_put(bits, 0, 3 + 2); /* no long-term references and the like, no VUI, no extension */
}

/* Section 7.3.2.3. */
static void put_pps(struct bits *bits)
{
    bits_ue(bits, 0);
    bits_ue(bits, 0);
    bits_put(bits, 0, 7);
    for (int i = 0; i < 3; i++)
        bits_ue(bits, 0);
    bits_put(bits, 0, 3);
    bits_ue(bits, 0);
    bits_ue(bits, 0);
    bits_put(bits, 0, 10); /* no tool up to lists_modification_present_flag */
    bits_ue(bits, 0);
    bits_put(bits, 0, 2);
}

static void put_nal(struct buffer *out, int type, const struct picture_shape *shape)
{
    struct buffer rbsp = {0}, nal = {0};
    struct bits bits = {.out = &rbsp};

    buffer_be(&nal, (uint64_t)type << 9 | 1, 2);
    if (type == NAL_VPS)
        put_vps(&bits, shape);
    else if (type == NAL_SPS)
        put_sps(&bits, shape);
    else
        put_pps(&bits);
    bits_put(&bits, 1, 1);
    bits_align(&bits);
    write_escaped(&nal, &rbsp);
    buffer_byte(out, 0x80 | (unsigned)type);
    buffer_be(out, 1, 2);
    buffer_be(out, nal.len, 2);
    buffer_bytes(out, nal.at, nal.len);
    buffer_free(&rbsp);
    buffer_free(&nal);
}

void write_hevc_header(struct buffer *out, const struct picture_shape *shape)
{
    struct bits bits = {.out = out};

    buffer_byte(out, 1);
    put_profile(&bits, shape);
    buffer_be(out, 0xf000, 2);
    buffer_byte(out, 0xfc);
    buffer_byte(out, 0xfc | 1);
    buffer_byte(out, 0xf8u | (unsigned)(shape->bit_depth - 8));
    buffer_byte(out, 0xf8u | (unsigned)(shape->bit_depth - 8));
    buffer_be(out, 0, 2);
    buffer_byte(out, 0x0f); /* one temporal layer, nested; NAL lengths of 4 bytes */
    buffer_byte(out, 3);
    put_nal(out, NAL_VPS, shape);
    put_nal(out, NAL_SPS, shape);
    put_nal(out, NAL_PPS, shape);
}
