/* Decodes AVCDecoderConfigurationRecord, ISO/IEC 14496-15 5.3.3.1, and its first SPS, ITU-T H.264 7.3.2.1. */
#include "probe/avc.h"

#include <string.h>

#include "probe/bits.h"

enum { NAL_SPS = 7, NAL_PPS = 0x68, NAL_IDR_SLICE = 0x65 };
enum { SAR_EXTENDED = 255, SPS_ID_MAX = 31, POC_CYCLE_MAX = 255, LOG2_FRAME_NUM_MAX = 16 };

/* Room for our PPS, and for all of a slice header that FFmpeg's parser looks at. */
enum { SHORT_NAL_BYTES = 24 };

/* Zeros of the longest Exp-Golomb code of most fields: FFmpeg's reader for them holds values up to 2^13 - 2. */
enum { UE_SHORT = 12, UE_LONG = 31 };

struct sps {
    uint32_t profile_idc;
    uint32_t level_idc;
    uint32_t chroma_format_idc;
    uint32_t id;
    uint32_t bit_depth; /* of luma or chroma, the larger */
    bool has_two_depths;
    uint32_t log2_frame_num;
    bool frames_only;
    bool has_vui;
    size_t vui_at; /* position, in bits, of the flag that says whether a VUI follows */
};

static struct mpe_span span_of(const uint8_t *bytes, size_t len)
{
    return (struct mpe_span){bytes, len};
}

/*
 *  version (1) | profile | compatibility | level | 6 ones, 2 length size - 1 | 3 ones, 5 SPS count | 16 SPS length |
 * SPS
 *
 * Of a record that has one. false: it is cut short, or another NAL unit.
 */
static bool find_sps(struct mpe_span record, struct mpe_span *sps)
{
    if (record.len < 9)
        return false;
    size_t len = mpe_load_be16(record.bytes + 6);
    if (len < 4 || len > record.len - 8)
        return false;
    *sps = span_of(record.bytes + 8, len);
    return (sps->bytes[0] & 0x1f) == NAL_SPS;
}

/* Takes out the emulation prevention bytes (7.4.1). What does not fit is left out. */
static size_t unescape(struct mpe_span nal, uint8_t *out, size_t size)
{
    size_t len = 0;
    unsigned zeros = 0;
    for (size_t i = 0; i < nal.len && len < size; i++) {
        if (zeros >= 2 && nal.bytes[i] == 3) {
            zeros = 0;
            continue;
        }
        zeros = nal.bytes[i] == 0 ? zeros + 1 : 0;
        out[len++] = nal.bytes[i];
    }
    return len;
}

/* Puts them in again. out holds 3/2 of len. */
static size_t escape(const uint8_t *bytes, size_t len, uint8_t *out)
{
    size_t at = 0;
    unsigned zeros = 0;
    for (size_t i = 0; i < len; i++) {
        if (zeros >= 2 && bytes[i] <= 3) {
            out[at++] = 3;
            zeros = 0;
        }
        zeros = bytes[i] == 0 ? zeros + 1 : 0;
        out[at++] = bytes[i];
    }
    return at;
}

/* Profiles whose SPS says its chroma format (7.3.2.1.1), as far as they may be in this kind of NAL unit. */
static bool says_chroma(uint32_t profile_idc)
{
    static const uint8_t profiles[] = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 144};
    for (size_t i = 0; i < sizeof(profiles); i++) {
        if (profiles[i] == profile_idc)
            return true;
    }
    return false;
}

static int32_t read_se(struct mpe_bits *bits, unsigned max_zeros)
{
    int64_t code = mpe_bits_ue(bits, max_zeros);
    return (int32_t)(code & 1 ? (code + 1) / 2 : -(code / 2));
}

static void skip_scaling_list(struct mpe_bits *bits, int size)
{
    int32_t next = 8;
    for (int i = 0; i < size && next != 0; i++) {
        int32_t delta = read_se(bits, UE_SHORT);
        if (delta < -128 || delta > 127)
            bits->bad = true;
        next = (next + delta) & 0xff;
    }
}

static bool read_chroma(struct mpe_bits *bits, struct sps *sps)
{
    sps->chroma_format_idc = mpe_bits_ue(bits, UE_SHORT);
    if (sps->chroma_format_idc == 3)
        mpe_bits_read(bits, 1);
    const uint32_t luma_bits = 8 + mpe_bits_ue(bits, UE_SHORT);
    const uint32_t chroma_bits = 8 + mpe_bits_ue(bits, UE_SHORT);
    sps->bit_depth = luma_bits > chroma_bits ? luma_bits : chroma_bits;
    sps->has_two_depths = luma_bits != chroma_bits;
    mpe_bits_read(bits, 1);
    bool has_lists = mpe_bits_read(bits, 1);
    for (int i = 0; has_lists && i < (sps->chroma_format_idc == 3 ? 12 : 8); i++) {
        if (mpe_bits_read(bits, 1))
            skip_scaling_list(bits, i < 6 ? 16 : 64);
    }
    return sps->chroma_format_idc <= 3 && sps->bit_depth <= 14;
}

static bool read_picture_order(struct mpe_bits *bits)
{
    uint32_t type = mpe_bits_ue(bits, UE_SHORT);
    if (type == 0)
        return mpe_bits_ue(bits, UE_SHORT) <= 12;
    if (type == 1) {
        mpe_bits_read(bits, 1);
        read_se(bits, UE_LONG);
        read_se(bits, UE_LONG);
        uint32_t cycle = mpe_bits_ue(bits, UE_SHORT);
        for (uint32_t i = 0; i < cycle && i <= POC_CYCLE_MAX; i++)
            read_se(bits, UE_LONG);
        return cycle <= POC_CYCLE_MAX;
    }
    return type == 2;
}

/* What av_image_check_size accepts; it would write to the log about the rest. */
static bool is_possible_size(uint64_t width_mbs, uint64_t height_mbs)
{
    return (width_mbs * 16 + 128) * (height_mbs * 16 + 128) < INT32_MAX / 8;
}

/* seq_parameter_set_data, 7.3.2.1.1, up to its VUI. */
static bool read_sps(struct mpe_bits *bits, struct sps *sps)
{
    mpe_bits_read(bits, 8);
    sps->profile_idc = mpe_bits_read(bits, 8);
    mpe_bits_read(bits, 8);
    sps->level_idc = mpe_bits_read(bits, 8);
    sps->chroma_format_idc = 1; /* 4:2:0, where the profile has no other */
    sps->id = mpe_bits_ue(bits, UE_SHORT);
    sps->bit_depth = 8;
    if (says_chroma(sps->profile_idc) && !read_chroma(bits, sps))
        return false;
    sps->log2_frame_num = 4 + mpe_bits_ue(bits, UE_SHORT);
    if (sps->id > SPS_ID_MAX || sps->log2_frame_num > LOG2_FRAME_NUM_MAX || !read_picture_order(bits))
        return false;
    mpe_bits_ue(bits, UE_SHORT); /* reference frames */
    mpe_bits_read(bits, 1);
    uint32_t width_mbs = 1 + mpe_bits_ue(bits, UE_SHORT);
    uint32_t height_mbs = 1 + mpe_bits_ue(bits, UE_SHORT);
    sps->frames_only = mpe_bits_read(bits, 1);
    if (!sps->frames_only)
        mpe_bits_read(bits, 1);
    mpe_bits_read(bits, 1);
    if (mpe_bits_read(bits, 1)) { /* cropping: left, right, top, bottom */
        for (int i = 0; i < 4; i++)
            mpe_bits_ue(bits, UE_SHORT);
    }
    sps->vui_at = bits->at;
    sps->has_vui = mpe_bits_read(bits, 1);
    return mpe_bits_ok(bits) && is_possible_size(width_mbs, sps->frames_only ? height_mbs : (uint64_t)height_mbs * 2);
}

/* vui_parameters, E.1.1, up to its timing. 0: no timing, or none that makes sense. */
static int32_t read_frame_rate(struct mpe_bits *bits)
{
    if (mpe_bits_read(bits, 1) && mpe_bits_read(bits, 8) == SAR_EXTENDED)
        mpe_bits_read(bits, 32);
    if (mpe_bits_read(bits, 1)) /* overscan */
        mpe_bits_read(bits, 1);
    if (mpe_bits_read(bits, 1)) { /* video signal type */
        mpe_bits_read(bits, 3 + 1);
        if (mpe_bits_read(bits, 1))
            mpe_bits_read(bits, 8 + 8 + 8);
    }
    if (mpe_bits_read(bits, 1)) { /* chroma location */
        mpe_bits_ue(bits, UE_SHORT);
        mpe_bits_ue(bits, UE_SHORT);
    }
    if (!mpe_bits_read(bits, 1))
        return 0;
    uint64_t tick = mpe_bits_read(bits, 32);
    uint64_t scale = mpe_bits_read(bits, 32);
    if (!mpe_bits_ok(bits) || tick == 0)
        return 0;
    uint64_t rate_mfps = (scale * 1000 + tick) / (tick * 2); /* two ticks, the fields, make a frame */
    return rate_mfps <= INT32_MAX ? (int32_t)rate_mfps : 0;
}

/* Ends the SPS before its VUI: flag 0, stop bit 1, zeros up to the byte. Gives its bytes. */
static size_t cut_vui(uint8_t *rbsp, size_t vui_at)
{
    size_t stop = vui_at + 1;
    rbsp[vui_at / 8] &= (uint8_t) ~(0x80 >> vui_at % 8);
    rbsp[stop / 8] = (uint8_t)((rbsp[stop / 8] & ~(0xff >> stop % 8)) | 0x80 >> stop % 8);
    return stop / 8 + 1;
}

static void put_be32(uint8_t *out, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(value >> (24 - 8 * i));
}

/*
 * The shortest PPS (7.3.2.2) on the SPS of this id: all flags and codes 0.
 *
 *  1 ue(0) PPS id | ue(id) SPS id | 00 entropy, order | 111 groups, references | 0 00 weights | 111 QPs | 000 flags | 1
 */
static size_t write_pps(uint8_t *out, uint32_t sps_id)
{
    unsigned zeros = 0;
    while ((sps_id + 1) >> (zeros + 1))
        zeros++;
    unsigned count = 1 + (2 * zeros + 1) + 15;
    uint32_t bits = ((uint32_t)1 << (2 * zeros + 1) | (sps_id + 1)) << 15 | 0x1c71;
    out[0] = NAL_PPS;
    put_be32(out + 1, bits << (32 - count));
    return 1 + (count + 7) / 8;
}

/*
 * The header of an IDR slice (7.3.3), then ones, which read as codes of 0.
 *
 *  1 first macroblock 0 | 0001000 I slice | 1 PPS 0 | frame number 0
 */
static size_t write_slice(uint8_t *out, uint32_t log2_frame_num)
{
    memset(out, 0xff, SHORT_NAL_BYTES);
    out[0] = NAL_IDR_SLICE;
    put_be32(out + 1, (uint32_t)0x111 << 23 | 0xffffffff >> (9 + log2_frame_num));
    return SHORT_NAL_BYTES;
}

static void put_nal(struct mpe_avc *avc, const uint8_t *rbsp, size_t rbsp_len)
{
    static const uint8_t start_code[MPE_AVC_START_CODE_BYTES] = {0, 0, 0, 1};
    memcpy(avc->picture + avc->picture_len, start_code, sizeof(start_code));
    avc->picture_len += sizeof(start_code);
    avc->picture_len += escape(rbsp, rbsp_len, avc->picture + avc->picture_len);
}

bool mpe_avc_read(struct mpe_span record, struct mpe_avc *avc)
{
    uint8_t sps_rbsp[MPE_AVC_SPS_MAX_BYTES] = {0};
    uint8_t rbsp[SHORT_NAL_BYTES] = {0};
    struct mpe_span nal;
    if (!find_sps(record, &nal))
        return false;
    struct mpe_bits bits = mpe_bits_of(span_of(sps_rbsp, unescape(nal, sps_rbsp, sizeof(sps_rbsp) - 1)));
    struct sps sps = {0};
    if (!read_sps(&bits, &sps))
        return false;
    avc->profile = (int16_t)sps.profile_idc;
    avc->level = (int16_t)sps.level_idc;
    avc->chroma_format_idc = (uint8_t)sps.chroma_format_idc;
    avc->bit_depth = (int32_t)sps.bit_depth;
    avc->is_interlaced = !sps.frames_only;
    avc->has_two_depths = sps.has_two_depths;
    avc->frame_rate_mfps = sps.has_vui ? read_frame_rate(&bits) : 0;
    avc->picture_len = 0;
    put_nal(avc, sps_rbsp, cut_vui(sps_rbsp, sps.vui_at));
    avc->sps_bytes = avc->picture_len - MPE_AVC_START_CODE_BYTES;
    put_nal(avc, rbsp, write_pps(rbsp, sps.id));
    put_nal(avc, rbsp, write_slice(rbsp, sps.log2_frame_num));
    return true;
}

/* With no parameter sets it ends with the count of PPS: see mpe_avc_record_bit_depth(). */
#define LEAST_RECORD_BYTES 7

bool mpe_avc_is_record(struct mpe_span record)
{
    return record.len >= LEAST_RECORD_BYTES && record.bytes[0] == 1;
}

bool mpe_avc_has_sps(struct mpe_span record)
{
    return (record.bytes[5] & 0x1f) != 0;
}

/* Skips count parameter sets, each after its length u16. false: the record ends before. */
static bool skip_sets(struct mpe_cursor *in, unsigned count)
{
    for (; count > 0; count--) {
        const size_t left = mpe_cursor_left(in);
        if (left < 2 || mpe_load_be16(in->at) > left - 2)
            return false;
        in->at += 2 + (size_t)mpe_load_be16(in->at);
    }
    return true;
}

/*
 *    0            1           5        6                    +1                    +0       +1         +2
 *   +------------+- -+-------+--------+----------+---------+----------+--------+---------+----------+- -
 *   |version 1   |   |length |count of|SPS ...   |count of |PPS ...   |chroma  |luma bits|chroma    |
 *   |            |   |size   |SPS, 5 b|          |PPS u8   |          |format  |- 8, 3 b |bits - 8  |
 *   +------------+- -+-------+--------+----------+---------+----------+--------+---------+----------+- -
 *    byte 1: profile; what is after the PPS is there from High (100) on
 */
int32_t mpe_avc_record_bit_depth(struct mpe_span record)
{
    if (record.bytes[1] < 100)
        return 0;
    struct mpe_cursor in = {record.bytes + 6, record.bytes + record.len};
    if (!skip_sets(&in, record.bytes[5] & 0x1f) || mpe_cursor_left(&in) < 1)
        return 0;
    const unsigned pps_count = *in.at++;
    if (!skip_sets(&in, pps_count) || mpe_cursor_left(&in) < 3)
        return 0;
    return 8 + ((in.at[1] & 7) > (in.at[2] & 7) ? in.at[1] & 7 : in.at[2] & 7);
}
