/* Writes avcC with its parameter sets, and AudioSpecificConfig. */
#include "headers.h"

#include <stdbool.h>

static bool is_high(int profile)
{
    return profile == 100 || profile == 110 || profile == 122 || profile == 244;
}

void write_escaped(struct buffer *nal, const struct buffer *rbsp)
{
    int zeros = 0;

    for (size_t i = 0; i < rbsp->len; i++) {
        if (zeros == 2 && rbsp->at[i] <= 3) {
            buffer_byte(nal, 3);
            zeros = 0;
        }
        zeros = rbsp->at[i] == 0 ? zeros + 1 : 0;
        buffer_byte(nal, rbsp->at[i]);
    }
}

static void put_timing(struct bits *bits, int declared_fps)
{
    bits_put(bits, declared_fps > 0, 1); /* vui_parameters_present_flag */
    if (declared_fps == 0)
        return;
    bits_put(bits, 0, 4); /* no aspect ratio, overscan, signal type, chroma location */
    bits_put(bits, 1, 1); /* timing_info_present_flag */
    bits_put(bits, 1, 32);
    bits_put(bits, 2 * (uint32_t)declared_fps, 32); /* a field rate */
    bits_put(bits, 1, 1);
    bits_put(bits, 0, 4); /* no HRD, no pic_struct, no bitstream restriction */
}

static void put_picture(struct bits *bits, const struct picture_shape *shape)
{
    int coded_width = shape->coded_width ? shape->coded_width : (shape->width + 15) / 16 * 16;
    int coded_height = shape->coded_height ? shape->coded_height : (shape->height + 15) / 16 * 16;
    bool cropped = coded_width != shape->width || coded_height != shape->height;

    bits_ue(bits, (uint32_t)coded_width / 16 - 1);
    bits_ue(bits, (uint32_t)coded_height / (shape->interlaced ? 32 : 16) - 1);
    bits_put(bits, !shape->interlaced, 1); /* frame_mbs_only_flag */
    if (shape->interlaced)
        bits_put(bits, 0, 1); /* mb_adaptive_frame_field_flag */
    bits_put(bits, 1, 1); /* direct_8x8_inference_flag */
    bits_put(bits, cropped, 1);
    if (!cropped)
        return;
    bits_ue(bits, 0);
    bits_ue(bits, (uint32_t)(coded_width - shape->width) / 2);
    bits_ue(bits, 0);
    bits_ue(bits, (uint32_t)(coded_height - shape->height) / 2);
}

/* H.264 section 7.3.2.1.1. */
static void put_sps(struct buffer *nal, const struct picture_shape *shape)
{
    struct buffer rbsp = {0};
    struct bits bits = {.out = &rbsp};

    bits_put(&bits, (uint32_t)shape->profile, 8);
    bits_put(&bits, 0, 8);
    bits_put(&bits, shape->level ? (uint32_t)shape->level : 40, 8);
    bits_ue(&bits, 0);
    if (is_high(shape->profile)) {
        bits_ue(&bits, shape->chroma ? (uint32_t)shape->chroma : 1);
        if (shape->chroma == 3)
            bits_put(&bits, 0, 1);
        bits_ue(&bits, (uint32_t)shape->bit_depth - 8);
        bits_ue(&bits, (uint32_t)shape->bit_depth - 8);
        bits_put(&bits, 0, 2);
    }
    bits_ue(&bits, 0);
    bits_ue(&bits, 2); /* pic_order_cnt_type */
    bits_ue(&bits, 1);
    bits_put(&bits, 0, 1);
    put_picture(&bits, shape);
    put_timing(&bits, shape->declared_fps);
    bits_put(&bits, 1, 1);
    bits_align(&bits);
    buffer_byte(nal, 0x67);
    write_escaped(nal, &rbsp);
    buffer_free(&rbsp);
}

void write_avc_header(struct buffer *out, const struct picture_shape *shape)
{
    /* CAVLC, one slice group, one reference, no weighting: H.264 section 7.3.2.2. */
    static const uint8_t pps[] = {0x68, 0xce, 0x38, 0x80};
    struct buffer sps = {0};

    put_sps(&sps, shape);
    buffer_byte(out, 1);
    buffer_bytes(out, sps.at + 1, 3);
    buffer_byte(out, 0xff); /* NAL lengths of 4 bytes */
    buffer_byte(out, 0xe1);
    buffer_be(out, sps.len, 2);
    buffer_bytes(out, sps.at, sps.len);
    buffer_byte(out, 1);
    buffer_be(out, sizeof(pps), 2);
    buffer_bytes(out, pps, sizeof(pps));
    if (is_high(shape->profile)) {
        buffer_byte(out, 0xfcu | (unsigned)(shape->chroma ? shape->chroma : 1));
        buffer_byte(out, 0xf8u | (unsigned)(shape->bit_depth - 8));
        buffer_byte(out, 0xf8u | (unsigned)(shape->bit_depth - 8));
        buffer_byte(out, 0);
    }
    buffer_free(&sps);
}

static void put_sample_rate(struct bits *bits, int sample_rate)
{
    static const int rates[] = {96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                22050, 16000, 12000, 11025, 8000,  7350};

    for (unsigned i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        if (rates[i] == sample_rate) {
            bits_put(bits, i, 4);
            return;
        }
    }
    bits_put(bits, 15, 4);
    bits_put(bits, (uint32_t)sample_rate, 24);
}

static void put_object_type(struct bits *bits, int object_type)
{
    if (object_type < 31) {
        bits_put(bits, (uint32_t)object_type, 5);
    } else {
        bits_put(bits, 31, 5);
        bits_put(bits, (uint32_t)object_type - 32, 6);
    }
}

void write_aac_header(struct buffer *out, const struct aac_shape *shape)
{
    struct bits bits = {.out = out};
    bool sbr = shape->object_type == 5 || shape->object_type == 29;

    put_object_type(&bits, shape->backward_sbr ? 2 : shape->object_type);
    put_sample_rate(&bits, shape->sample_rate);
    bits_put(&bits, (uint32_t)shape->channels, 4);
    if (sbr && !shape->backward_sbr) {
        put_sample_rate(&bits, 2 * shape->sample_rate);
        put_object_type(&bits, 2);
    }
    bits_put(&bits, 0, 3); /* GASpecificConfig: 1024 samples, no core coder, no extension */
    if (shape->backward_sbr) {
        bits_put(&bits, 0x2b7, 11);
        put_object_type(&bits, 5);
        bits_put(&bits, 1, 1);
        put_sample_rate(&bits, 2 * shape->sample_rate);
    }
    bits_align(&bits);
}
