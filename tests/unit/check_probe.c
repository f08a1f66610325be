/* The probe: what headers say, headers that lie, and silence about both. Literals; real encoders where there are any.
 */
#include <check.h>
#include <libavutil/log.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codes/codec.h"
#include "probe/probe.h"

/* ---- FFmpeg's log, listened to ---- */

static int complaints;
static char last_complaint[256];

static void listen(void *context, int level, const char *format, va_list arguments)
{
    (void)context;
    if (level > AV_LOG_INFO)
        return;
    complaints++;
    vsnprintf(last_complaint, sizeof(last_complaint), format, arguments);
}

static void start_listening(void)
{
    complaints = 0;
    av_log_set_callback(listen);
}

static void expect_silence(void)
{
    ck_assert_msg(complaints == 0, "FFmpeg said %d things, last: %s", complaints, last_complaint);
}

/* ---- headers ---- */

struct header {
    uint8_t bytes[4096];
    size_t len;
};

static struct header from_hex(const char *hex)
{
    struct header header = {.len = strlen(hex) / 2};
    for (size_t i = 0; i < header.len; i++) {
        unsigned byte = 0;
        sscanf(hex + 2 * i, "%2x", &byte);
        header.bytes[i] = (uint8_t)byte;
    }
    return header;
}

/* From a block of exactly its size, so that a read past its end shows. */
static enum mpe_probe_result probe(int32_t codec, const uint8_t *bytes, size_t len, struct mpe_stream *stream)
{
    uint8_t *copy = malloc(len ? len : 1);
    memcpy(copy, bytes, len);
    const struct mpe_sample_facts none = {0};
    enum mpe_probe_result result = mpe_probe_header(codec, (struct mpe_span){copy, len}, &none, stream);
    free(copy);
    return result;
}

static void expect_zeroed(const struct mpe_stream *stream)
{
    static const struct mpe_stream zero;
    ck_assert_int_eq(memcmp(stream, &zero, sizeof(zero)), 0);
}

/* Writes headers bit by bit. */
static void put(struct header *header, size_t *at, unsigned count, uint32_t value)
{
    while (count-- > 0) {
        if (value >> count & 1)
            header->bytes[*at / 8] |= (uint8_t)(0x80 >> *at % 8);
        ++*at;
    }
    header->len = (*at + 7) / 8;
}

static void put_ue(struct header *header, size_t *at, uint32_t value)
{
    unsigned zeros = 0;
    while ((value + 1) >> (zeros + 1))
        zeros++;
    put(header, at, zeros, 0);
    put(header, at, zeros + 1, value + 1);
}

/* ---- H.264, literals ---- */

struct avc_case {
    const char *hex;
    int32_t profile, level, bit_depth, width_px, height_px, frame_rate_mfps;
};

/* By libx264; profile 578 is Constrained Baseline (66 | 512). */
static const struct avc_case avc_cases[] = {
    {"0142c01fffe100176742c01fda014016ec0440000003004000000f03c60ca801000468ce0fc8", 578, 31, 8, 1280, 720, 30000},
    {"0142c028ffe100196742c028da01e0089f970110000003001000000303c0f1832a01000468ce0fc8", 578, 40, 8, 1920, 1080, 30000},
    {"0142c032ffe100196742c032da00a002d6c044000003000400000300f03c60ca8001000468ce0fc8", 578, 50, 8, 2560, 1440, 30000},
    {"0142c01effe100196742c01eda0280bfe5c044000003000400000300f03c58ba8001000468ce0fc8", 578, 30, 8, 640, 360, 30000},
    {"016e001fffe10019676e001fa6cb402802dd8088000003000800000301e078c19501000468ce0fc8fdfafa00", 110, 31, 10, 1280, 720,
     30000},
    {"017a001fffe10018677a001fbcb402802dd80880000003008000001e078c195001000468ce0fc8fef8f800", 122, 31, 8, 1280, 720,
     30000},
    {"017a001fffe10019677a001fb6cb402802dd8088000003000800000301e078c19501000468ce0fc8fefafa00", 122, 31, 10, 1280, 720,
     30000},
    {"01f4001fffe1001967f4001f9196805005bb0110000003001000000303c0f1832a01000568ce0f1920fff8f800", 244, 31, 8, 1280,
     720, 30000},
    {"0142c020ffe100176742c020da02d0286c0440000003004000001e03c60ca801000468ce0fc8", 578, 32, 8, 720, 1280, 60000},
    {"0142c01fffe100166742c01fda014016ec04400000fa40003a9803c60ca801000468ce0fc8", 578, 31, 8, 1280, 720, 29970},
    {"014d4028ffe10019674d4028f403c0227ef011000003000100000300321f162ea001000468de0fc8", 77, 40, 8, 1920, 1080, 25000},
};

START_TEST(avc_literals)
{
    const struct avc_case *c = &avc_cases[_i];
    struct header header = from_hex(c->hex);
    struct mpe_stream stream;
    ck_assert_int_eq(probe(MPE_CODEC_AVC, header.bytes, header.len, &stream), MPE_PROBE_OK);
    ck_assert_int_eq(stream.profile, c->profile);
    ck_assert_int_eq(stream.level, c->level);
    ck_assert_int_eq(stream.bit_depth, c->bit_depth);
    ck_assert_int_eq(stream.width_px, c->width_px);
    ck_assert_int_eq(stream.height_px, c->height_px);
    ck_assert_int_eq(stream.frame_rate_mfps, c->frame_rate_mfps);
    ck_assert_int_eq(stream.sample_rate_hz + stream.channels + stream.aac_object_type, 0);
    expect_silence();
}
END_TEST

/* ---- H.264, made here ---- */

struct avc_spec {
    uint32_t id, bit_depth, chroma_bits, width_mbs, height_mbs, poc_type; /* 0: High, 8 bits, 1920x1088 */
    uint32_t crop_left, crop_right, crop_top, crop_bottom;
    bool interlaced, scaling_lists, wild_list, vui, vui_cut;
    uint32_t tick, scale;
    uint32_t poc_offset; /* of order type 1 */
};

static void put_spec(struct header *sps, size_t *at, const struct avc_spec *spec)
{
    put(sps, at, 8, 0x67);
    put(sps, at, 8, spec->bit_depth ? 244 : 100);
    put(sps, at, 16, 31);
    put_ue(sps, at, spec->id);
    put_ue(sps, at, 1);
    put_ue(sps, at, spec->bit_depth ? spec->bit_depth - 8 : 0);
    put_ue(sps, at, (spec->chroma_bits ? spec->chroma_bits : spec->bit_depth ? spec->bit_depth : 8) - 8);
    put(sps, at, 2, spec->scaling_lists);
    for (int i = 0; spec->scaling_lists && i < 8; i++) {
        put(sps, at, 1, 1);
        for (int k = 0; k < (i < 6 ? 16 : 64); k++)
            put_ue(sps, at, k % 2 ? 3 : spec->wild_list ? 400 : 4); /* +2, -2 (or -200), ... */
    }
    put_ue(sps, at, 12); /* 16 bits of frame number */
    put_ue(sps, at, spec->poc_type);
    if (spec->poc_type == 0)
        put_ue(sps, at, 4);
    if (spec->poc_type == 1) {
        put(sps, at, 1, 0);
        put_ue(sps, at, 0);
        put_ue(sps, at, spec->poc_offset);
        put_ue(sps, at, 2);
        put_ue(sps, at, 1);
        put_ue(sps, at, 2);
    }
    put_ue(sps, at, 3);
    put(sps, at, 1, 0);
    put_ue(sps, at, spec->width_mbs ? spec->width_mbs - 1 : 119);
    put_ue(sps, at, (spec->height_mbs ? spec->height_mbs : 68) / (spec->interlaced ? 2 : 1) - 1);
    put(sps, at, spec->interlaced ? 2 : 1, spec->interlaced ? 0 : 1);
    put(sps, at, 1, 1);
    put(sps, at, 1, 1);
    put_ue(sps, at, spec->crop_left);
    put_ue(sps, at, spec->crop_right);
    put_ue(sps, at, spec->crop_top);
    put_ue(sps, at, spec->crop_bottom);
    put(sps, at, 1, spec->vui);
    if (spec->vui) {
        put(sps, at, 1 + 8, 0x1ff); /* an extended aspect ratio */
        put(sps, at, 32, 0x00010001);
        put(sps, at, 3, 1); /* no overscan, no signal type, chroma location */
        put_ue(sps, at, 0);
        put_ue(sps, at, 0);
        put(sps, at, 1, 1);
        put(sps, at, spec->vui_cut ? 16 : 32, spec->tick);
        if (spec->vui_cut)
            return;
        put(sps, at, 32, spec->scale);
        put(sps, at, 5, 0);
    }
    put(sps, at, 1, 1);
}

/* A record with the SPS of spec and no PPS. */
static struct header record_of(const struct avc_spec *spec)
{
    struct header sps = {{0}, 0};
    struct header record = {{1, 100, 0, 31, 0xff, 0xe1}, 8};
    size_t at = 0;
    unsigned zeros = 0;
    put_spec(&sps, &at, spec);
    for (size_t i = 0; i < sps.len; i++) {
        if (zeros >= 2 && sps.bytes[i] <= 3) {
            record.bytes[record.len++] = 3;
            zeros = 0;
        }
        zeros = sps.bytes[i] == 0 ? zeros + 1 : 0;
        record.bytes[record.len++] = sps.bytes[i];
    }
    record.bytes[6] = (uint8_t)((record.len - 8) >> 8);
    record.bytes[7] = (uint8_t)(record.len - 8);
    record.bytes[record.len++] = 0;
    return record;
}

struct spec_case {
    struct avc_spec spec;
    enum mpe_probe_result result;
    int32_t width_px, height_px, frame_rate_mfps;
};

static const struct spec_case spec_cases[] = {
    {{.id = 0}, MPE_PROBE_OK, 1920, 1088, 0},
    {{.id = 31}, MPE_PROBE_OK, 1920, 1088, 0},
    {{.id = 32}, MPE_PROBE_MALFORMED, 0, 0, 0},
    {{.crop_bottom = 4}, MPE_PROBE_OK, 1920, 1080, 0},
    {{.crop_left = 1, .crop_right = 2, .crop_top = 3}, MPE_PROBE_OK, 1914, 1082, 0},
    {{.interlaced = true, .crop_bottom = 2}, MPE_PROBE_OK, 1920, 1080, 0},
    {{.interlaced = true, .poc_type = 1, .id = 7}, MPE_PROBE_OK, 1920, 1088, 0},
    {{.poc_type = 1}, MPE_PROBE_OK, 1920, 1088, 0},
    {{.poc_type = 2}, MPE_PROBE_OK, 1920, 1088, 0},
    {{.poc_type = 3}, MPE_PROBE_MALFORMED, 0, 0, 0},
    {{.scaling_lists = true}, MPE_PROBE_OK, 1920, 1088, 0},
    {{.scaling_lists = true, .vui = true, .tick = 1001, .scale = 120000}, MPE_PROBE_OK, 1920, 1088, 59940},
    {{.scaling_lists = true, .wild_list = true}, MPE_PROBE_MALFORMED, 0, 0, 0},
    {{.crop_right = 9000}, MPE_PROBE_MALFORMED, 0, 0, 0},
    {{.vui = true, .tick = 1, .scale = 60}, MPE_PROBE_OK, 1920, 1088, 30000},
    {{.vui = true, .tick = 0, .scale = 60}, MPE_PROBE_OK, 1920, 1088, 0},
    {{.vui = true, .tick = 1, .scale = 0}, MPE_PROBE_OK, 1920, 1088, 0},
    {{.vui = true, .tick = 1, .scale = UINT32_MAX}, MPE_PROBE_OK, 1920, 1088, 0},
    {{.vui = true, .vui_cut = true}, MPE_PROBE_OK, 1920, 1088, 0},
    {{.width_mbs = 1, .height_mbs = 1}, MPE_PROBE_OK, 16, 16, 0},
    {{.width_mbs = 512, .height_mbs = 270}, MPE_PROBE_OK, 8192, 4320, 0},
    {{.width_mbs = 8000, .height_mbs = 8000}, MPE_PROBE_MALFORMED, 0, 0, 0},
    {{.width_mbs = 60000}, MPE_PROBE_MALFORMED, 0, 0, 0},
};

START_TEST(avc_made_here)
{
    const struct spec_case *c = &spec_cases[_i];
    struct header record = record_of(&c->spec);
    struct mpe_stream stream;
    ck_assert_int_eq(probe(MPE_CODEC_AVC, record.bytes, record.len, &stream), c->result);
    ck_assert_int_eq(stream.width_px, c->width_px);
    ck_assert_int_eq(stream.height_px, c->height_px);
    ck_assert_int_eq(stream.frame_rate_mfps, c->frame_rate_mfps);
    expect_silence();
}
END_TEST

/* Of luma and chroma. FFmpeg reads no 11 and 13, 15 does not exist, and two that differ are no SPS for FFmpeg. */
START_TEST(avc_bit_depths)
{
    static const uint32_t depths[][2] = {{8, 8}, {9, 9}, {10, 10}, {12, 12}, {14, 14}, {15, 15}, {8, 10}, {10, 8}};
    for (size_t i = 0; i < sizeof(depths) / sizeof(depths[0]); i++) {
        const struct avc_spec spec = {.bit_depth = depths[i][0], .chroma_bits = depths[i][1]};
        const uint32_t larger = depths[i][0] > depths[i][1] ? depths[i][0] : depths[i][1];
        struct header record = record_of(&spec);
        struct mpe_stream stream;
        enum mpe_probe_result result = probe(MPE_CODEC_AVC, record.bytes, record.len, &stream);
        ck_assert_int_eq(result, larger <= 14 ? MPE_PROBE_OK : MPE_PROBE_MALFORMED);
        ck_assert_int_eq(stream.bit_depth, larger <= 14 ? larger : 0);
    }
    expect_silence();
}
END_TEST

/* Codes with so many zeros that they need emulation prevention, in all positions to the byte. */
START_TEST(avc_emulation_prevention)
{
    for (uint32_t bits = 0; bits <= 30; bits++) {
        const struct avc_spec spec = {.poc_type = 1, .poc_offset = ((uint32_t)1 << bits) - 1, .crop_bottom = 4};
        struct header record = record_of(&spec);
        struct mpe_stream stream;
        ck_assert_int_eq(probe(MPE_CODEC_AVC, record.bytes, record.len, &stream), MPE_PROBE_OK);
        ck_assert_int_eq(stream.width_px, 1920);
        ck_assert_int_eq(stream.height_px, 1080);
    }
    expect_silence();
}
END_TEST

/* ---- AAC ---- */

struct aac_case {
    const char *hex;
    int32_t object_type, sample_rate_hz, channels;
};

static const struct aac_case aac_cases[] = {
    {"1210", 2, 44100, 2},            /* LC, 44.1 kHz, stereo */
    {"1208", 2, 44100, 1},            /* LC, 44.1 kHz, mono */
    {"1190", 2, 48000, 2},            /* LC, 48 kHz, stereo */
    {"1188", 2, 48000, 1},            /* LC, 48 kHz, mono */
    {"11b0", 2, 48000, 6},            /* LC, 48 kHz, 5.1 */
    {"119056e500", 2, 48000, 2},      /* the same, and "no SBR" said after it, as ffmpeg's encoder does */
    {"1780bb8010", 2, 96000, 2},      /* a rate of its own, 24 bits */
    {"2b920800", 5, 44100, 2},        /* HE-AAC v1, said in front: 22.05 kHz core */
    {"eb098800", 29, 48000, 2},       /* HE-AAC v2, said in front: 24 kHz mono core */
    {"131056e598", 5, 48000, 2},      /* HE-AAC v1, said after */
    {"130856e59d4880", 29, 48000, 2}, /* HE-AAC v2, said after */
    {"0a10", 1, 44100, 2},            /* Main */
    {"2210", 4, 44100, 2},            /* LTP */
    {"f9464000", 42, 48000, 2},       /* USAC, by the escape */
    {"f8ee4000", 39, 22050, 2},       /* ELD, by the escape */
};

START_TEST(aac_literals)
{
    const struct aac_case *c = &aac_cases[_i];
    struct header header = from_hex(c->hex);
    struct mpe_stream stream;
    ck_assert_int_eq(probe(MPE_CODEC_AAC, header.bytes, header.len, &stream), MPE_PROBE_OK);
    ck_assert_int_eq(stream.aac_object_type, c->object_type);
    ck_assert_int_eq(stream.profile, c->object_type - 1);
    ck_assert_int_eq(stream.sample_rate_hz, c->sample_rate_hz);
    ck_assert_int_eq(stream.channels, c->channels);
    ck_assert_int_eq(stream.width_px + stream.height_px + stream.bit_depth, 0);
}
END_TEST

/* Channel configuration 0: a program_config_element names the channels. */
START_TEST(aac_program_config)
{
    struct header header = {{0}, 0};
    struct mpe_stream stream;
    size_t at = 0;
    put(&header, &at, 16, 0x1180); /* LC, 48 kHz, configuration 0 */
    put(&header, &at, 10, 3);      /* tag, object type, rate */
    put(&header, &at, 12, 0x201);  /* front 2, side 0, back 1 */
    put(&header, &at, 9, 0x80);    /* lfe 1, no data, no coupling */
    put(&header, &at, 3, 0);       /* no mixdowns */
    put(&header, &at, 5, 0);       /* front: center */
    put(&header, &at, 5, 16);      /* front: a pair */
    put(&header, &at, 5, 16);      /* back: a pair */
    put(&header, &at, 4, 0);       /* lfe */
    at = (at + 7) / 8 * 8;
    put(&header, &at, 8, 2); /* a comment of 2 bytes */
    put(&header, &at, 16, 0x4142);
    ck_assert_int_eq(probe(MPE_CODEC_AAC, header.bytes, header.len, &stream), MPE_PROBE_OK);
    ck_assert_int_eq(stream.channels, 6);
    put(&header, &at, 11, 0x2b7); /* and SBR after it all */
    put(&header, &at, 5, 5);
    put(&header, &at, 1, 1);
    put(&header, &at, 4, 3);
    ck_assert_int_eq(probe(MPE_CODEC_AAC, header.bytes, header.len, &stream), MPE_PROBE_OK);
    ck_assert_int_eq(stream.aac_object_type, 5);
    ck_assert_int_eq(stream.channels, 6);
}
END_TEST

START_TEST(aac_malformed)
{
    static const char *const hexes[] = {"12",       "0000", "0210", "1690",   "1710", "1780",      "2b92",
                                        "2bf80000", "ebf0", "f9",   "f94640", "2e90", "1780000010"};
    for (size_t i = 0; i < sizeof(hexes) / sizeof(hexes[0]); i++) {
        struct header header = from_hex(hexes[i]);
        struct mpe_stream stream;
        enum mpe_probe_result result = probe(MPE_CODEC_AAC, header.bytes, header.len, &stream);
        if (strcmp(hexes[i], "f94640") == 0) {
            ck_assert_int_eq(result, MPE_PROBE_OK); /* all it needs are 19 bits */
            continue;
        }
        ck_assert_msg(result == MPE_PROBE_MALFORMED, "%s", hexes[i]);
        expect_zeroed(&stream);
    }
}
END_TEST

/* ---- bytes that are no header ---- */

static void probe_any(const uint8_t *bytes, size_t len)
{
    static const int32_t codecs[] = {MPE_CODEC_AVC, MPE_CODEC_AAC};
    for (size_t i = 0; i < 2; i++) {
        struct mpe_stream stream;
        enum mpe_probe_result result = probe(codecs[i], bytes, len, &stream);
        ck_assert(result == MPE_PROBE_OK || result == MPE_PROBE_MALFORMED);
        if (result != MPE_PROBE_OK)
            expect_zeroed(&stream);
    }
}

START_TEST(every_prefix)
{
    struct header header = from_hex(avc_cases[_i].hex);
    size_t sps_end = 8 + header.bytes[7];
    for (size_t len = 1; len <= header.len; len++) {
        struct mpe_stream stream;
        enum mpe_probe_result result = probe(MPE_CODEC_AVC, header.bytes, len, &stream);
        ck_assert_int_eq(result, len < sps_end ? MPE_PROBE_MALFORMED : MPE_PROBE_OK);
        probe_any(header.bytes, len);
    }
    /* the SPS cut short where its length says so, too */
    for (size_t len = 0; len < header.bytes[7]; len++) {
        struct header cut = header;
        cut.bytes[7] = (uint8_t)len;
        probe_any(cut.bytes, 8 + len);
    }
    expect_silence();
}
END_TEST

static uint32_t random_state = 1;

static uint32_t random_number(void)
{
    random_state = random_state * 1664525 + 1013904223;
    return random_state >> 8;
}

START_TEST(damaged_headers)
{
    for (int round = 0; round < 300; round++) {
        struct header header = from_hex(avc_cases[_i].hex);
        for (uint32_t flips = random_number() % 6 + 1; flips > 0; flips--)
            header.bytes[8 + random_number() % (header.len - 8)] ^= (uint8_t)(1 << random_number() % 8);
        probe_any(header.bytes, header.len);
    }
    expect_silence();
}
END_TEST

START_TEST(random_bytes)
{
    for (int round = 0; round < 3000; round++) {
        uint8_t bytes[80];
        size_t len = random_number() % sizeof(bytes);
        for (size_t i = 0; i < len; i++)
            bytes[i] = (uint8_t)(random_number() & random_number() >> (round % 3));
        if (len > 9 && round % 2 == 0) {
            uint8_t start[9] = {1, 100, 0, 31, 0xff, 0xe1, 0, (uint8_t)(len - 8), 0x67};
            memcpy(bytes, start, sizeof(start));
        }
        probe_any(bytes, len);
    }
    expect_silence();
}
END_TEST

START_TEST(a_long_sps)
{
    struct header header = from_hex(avc_cases[0].hex);
    struct mpe_stream stream;
    memset(header.bytes + 8 + 0x17, 0, sizeof(header.bytes) - 8 - 0x17);
    header.bytes[6] = (4096 - 8) >> 8;
    header.bytes[7] = (4096 - 8) & 0xff;
    ck_assert_int_eq(probe(MPE_CODEC_AVC, header.bytes, 4096, &stream), MPE_PROBE_OK);
    ck_assert_int_eq(stream.width_px, 1280);
    memset(header.bytes + 12, 0, sizeof(header.bytes) - 12);
    ck_assert_int_eq(probe(MPE_CODEC_AVC, header.bytes, 4096, &stream), MPE_PROBE_MALFORMED);
    expect_silence();
}
END_TEST

START_TEST(versions)
{
    ck_assert_int_eq(strncmp(mpe_probe_versions(), "libavformat ", 12), 0);
    ck_assert_ptr_nonnull(strstr(mpe_probe_versions(), " libavcodec "));
}
END_TEST

/* ---- real encoders ---- */

struct encoder_case {
    const char *arguments;
    int32_t codec;
    struct mpe_stream stream;
};

#define X264 "-c:v libx264 -preset ultrafast "

static const struct encoder_case encoder_cases[] = {
    {"testsrc=s=1280x720:r=30 " X264, MPE_CODEC_AVC, {.bit_depth = 8, .width_px = 1280, .height_px = 720}},
    {"testsrc=s=1920x1080:r=30 " X264, MPE_CODEC_AVC, {.bit_depth = 8, .width_px = 1920, .height_px = 1080}},
    {"testsrc=s=2560x1440:r=30 " X264, MPE_CODEC_AVC, {.bit_depth = 8, .width_px = 2560, .height_px = 1440}},
    {"testsrc=s=360x640:r=30 " X264, MPE_CODEC_AVC, {.bit_depth = 8, .width_px = 360, .height_px = 640}},
    {"testsrc=s=322x242:r=30 -c:v libx264 -profile:v high",
     MPE_CODEC_AVC,
     {.profile = 100, .bit_depth = 8, .width_px = 322, .height_px = 242}},
    {"testsrc=s=640x360:r=30 -c:v libx264 -profile:v high10 -pix_fmt yuv420p10le",
     MPE_CODEC_AVC,
     {.profile = 110, .bit_depth = 10, .width_px = 640, .height_px = 360}},
    {"testsrc=s=640x360:r=30 -c:v libx264 -profile:v high422 -pix_fmt yuv422p",
     MPE_CODEC_AVC,
     {.profile = 122, .bit_depth = 8, .width_px = 640, .height_px = 360}},
    {"sine=sample_rate=44100 -ac 2 -c:a aac", MPE_CODEC_AAC, {.profile = 1, .sample_rate_hz = 44100, .channels = 2}},
    {"sine=sample_rate=48000 -ac 1 -c:a aac", MPE_CODEC_AAC, {.profile = 1, .sample_rate_hz = 48000, .channels = 1}},
    {"sine=sample_rate=48000 -ac 6 -c:a aac", MPE_CODEC_AAC, {.profile = 1, .sample_rate_hz = 48000, .channels = 6}},
};

/* The first sequence header of the FLV file that ffmpeg writes; len 0: no ffmpeg, or without this encoder. */
static struct header encode(const struct encoder_case *c)
{
    struct header header = {{0}, 0};
    char command[512];
    snprintf(command, sizeof(command), "ffmpeg -nostdin -v quiet -f lavfi -i %s %s -t 0.05 -f flv - 2>/dev/null",
             c->arguments, c->codec == MPE_CODEC_AVC && !strstr(c->arguments, "pix_fmt") ? "-pix_fmt yuv420p" : "");
    FILE *pipe = popen(command, "r");
    uint8_t tag[11];
    bool found = false;
    size_t start = c->codec == MPE_CODEC_AVC ? 5 : 2;
    if (pipe && fread(header.bytes, 1, 13, pipe) == 13) {
        while (!found && fread(tag, 1, sizeof(tag), pipe) == sizeof(tag)) {
            header.len = (size_t)tag[1] << 16 | (size_t)tag[2] << 8 | tag[3];
            if (header.len + 4 > sizeof(header.bytes) || fread(header.bytes, 1, header.len + 4, pipe) != header.len + 4)
                break;
            found = tag[0] == (c->codec == MPE_CODEC_AVC ? 9 : 8) && header.len > start && header.bytes[1] == 0;
        }
    }
    while (pipe && fread(tag, 1, sizeof(tag), pipe) > 0)
        ;
    if (pipe)
        pclose(pipe);
    header.len = found ? header.len - start : 0;
    memmove(header.bytes, header.bytes + start, header.len);
    return header;
}

START_TEST(headers_of_ffmpeg)
{
    const struct encoder_case *c = &encoder_cases[_i];
    const struct header header = encode(c);
    struct mpe_stream stream;
    if (header.len == 0)
        return;
    ck_assert_int_eq(probe(c->codec, header.bytes, header.len, &stream), MPE_PROBE_OK);
    if (c->stream.profile != 0)
        ck_assert_int_eq(stream.profile, c->stream.profile);
    ck_assert_int_eq(stream.bit_depth, c->stream.bit_depth);
    ck_assert_int_eq(stream.width_px, c->stream.width_px);
    ck_assert_int_eq(stream.height_px, c->stream.height_px);
    ck_assert_int_eq(stream.frame_rate_mfps, c->codec == MPE_CODEC_AVC ? 30000 : 0);
    ck_assert_int_eq(stream.sample_rate_hz, c->stream.sample_rate_hz);
    ck_assert_int_eq(stream.channels, c->stream.channels);
    expect_silence();
}
END_TEST

#define COUNT_OF(table) (int)(sizeof(table) / sizeof((table)[0]))

Suite *mpe_suite(void);

Suite *mpe_suite(void)
{
    Suite *suite = suite_create("probe");
    TCase *headers = tcase_create("headers");
    tcase_add_checked_fixture(headers, start_listening, NULL);
    tcase_set_timeout(headers, 60);
    tcase_add_loop_test(headers, avc_literals, 0, COUNT_OF(avc_cases));
    tcase_add_loop_test(headers, avc_made_here, 0, COUNT_OF(spec_cases));
    tcase_add_test(headers, avc_bit_depths);
    tcase_add_test(headers, avc_emulation_prevention);
    tcase_add_loop_test(headers, aac_literals, 0, COUNT_OF(aac_cases));
    tcase_add_test(headers, aac_program_config);
    tcase_add_test(headers, aac_malformed);
    tcase_add_test(headers, versions);
    tcase_add_loop_test(headers, headers_of_ffmpeg, 0, COUNT_OF(encoder_cases));
    suite_add_tcase(suite, headers);

    TCase *damage = tcase_create("damage");
    tcase_add_checked_fixture(damage, start_listening, NULL);
    tcase_set_timeout(damage, 120);
    tcase_add_loop_test(damage, every_prefix, 0, COUNT_OF(avc_cases));
    tcase_add_loop_test(damage, damaged_headers, 0, COUNT_OF(avc_cases));
    tcase_add_test(damage, random_bytes);
    tcase_add_test(damage, a_long_sps);
    suite_add_tcase(suite, damage);
    return suite;
}
