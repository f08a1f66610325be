/* Builds avcC, hvcC, AudioSpecificConfig and moov that are as expensive to read as they can be. */
#include "trust/costly.h"

#include <stdlib.h>
#include <string.h>

#include "codes/codec.h"

enum { MOST_HEADER_BYTES = 1 << 16 };

/* ---- bytes and bits ---- */

struct out {
    uint8_t bytes[MOST_HEADER_BYTES];
    size_t len;
    size_t bit; /* put_bits: where the next goes */
};

static struct out out;

static void put(const void *bytes, size_t len)
{
    memcpy(out.bytes + out.len, bytes, len);
    out.len += len;
}

static void fill(uint8_t byte, size_t count)
{
    memset(out.bytes + out.len, byte, count);
    out.len += count;
}

static void put_be(uint32_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--)
        out.bytes[out.len++] = (uint8_t)(value >> (8 * i));
}

static void put_bits(unsigned count, uint32_t value)
{
    while (count-- > 0) {
        if ((value >> count & 1) != 0)
            out.bytes[out.bit / 8] |= (uint8_t)(0x80 >> out.bit % 8);
        out.bit++;
    }
    out.len = (out.bit + 7) / 8;
}

static void put_ue(uint32_t value)
{
    unsigned zeros = 0;
    while ((value + 1) >> (zeros + 1) != 0)
        zeros++;
    put_bits(zeros, 0);
    put_bits(zeros + 1, value + 1);
}

static void take(struct costly *costly)
{
    costly->len = out.len;
    costly->bytes = memcpy(malloc(out.len + 1), out.bytes, out.len);
}

static void start(void)
{
    memset(&out, 0, sizeof(out));
}

/* ---- decoder configurations ---- */

static void begin_avc(uint16_t sps_bytes)
{
    put("\1\x64\0\x1f\xff\xe1", 6);
    put_be(sps_bytes, 2);
    out.bit = out.len * 8;
    put_bits(8, 0x67);
    put_bits(24, 0x64001f);
    put_ue(0); /* id */
}

/* An SPS of High 4:4:4 with the twelve longest scaling lists and the longest cycle of picture order. */
static void avc_longest_sps(void)
{
    begin_avc(2000);
    out.bytes[9] = 244;
    put_ue(3);
    put_bits(1, 0);
    put_ue(0);
    put_ue(0);
    put_bits(2, 1); /* lists */
    for (int list = 0; list < 12; list++) {
        put_bits(1, 1);
        for (int i = 0; i < (list < 6 ? 16 : 64); i++)
            put_ue(1);
    }
    put_ue(0);
    put_ue(1);
    put_bits(1, 0);
    put_ue(0);
    put_ue(0);
    put_ue(255);
    for (int i = 0; i < 255; i++)
        put_ue(30);
    put_ue(4);
    put_bits(1, 0);
    put_ue(79);
    put_ue(44);
    put_bits(4, 0xA);
    put_bits(2, 1);
    out.len = 8 + 2000;
}

static void avc_large_record(void)
{
    begin_avc(23);
    put("\xac\xd9\x40\x50\x05\xbb\x01\x10\0\0\3\0\x10\0\0\3\3\xc0", 18);
    out.len = 8 + 23;
    fill(1, MOST_HEADER_BYTES - out.len);
}

static void avc_largest_picture(void)
{
    begin_avc(40);
    put_ue(1);
    put_ue(0);
    put_ue(0);
    put_bits(2, 0);
    put_ue(0);
    put_ue(0);
    put_ue(0);
    put_ue(16);
    put_bits(1, 0);
    put_ue(1000);
    put_ue(1000);
    put_bits(4, 0xC);
    put_bits(2, 1);
    out.len = 8 + 40;
}

static void avc_zeros(void)
{
    begin_avc(65000);
    out.len = 65008;
}

static void avc_many_empty_sets(void)
{
    put("\1\x64\0\x1f\xff\xe0\xff", 7);
    out.len = 7 + 2 * 255;
    put("\xfd\xf8\xf8", 3);
}

/* Arrays of empty NAL units: two bytes each. */
static void hevc_empty_units(void)
{
    put("\1\1\x60\0\0\0\x90\0\0\0\0\0\x5d\xf0\0\xfc\xfd\xf8\xf8\0\0\x0f\xff", 23);
    while (out.len < MOST_HEADER_BYTES - 3 - 1024) {
        put_be(0x20, 1);
        put_be(512, 2);
        out.len += 1024;
    }
}

static void hevc_long_sps(void)
{
    put("\1\1\x60\0\0\0\x90\0\0\0\0\0\x5d\xf0\0\xfc\xfd\xf8\xf8\0\0\x0f\1", 23);
    put_be(0x21, 1);
    put_be(1, 2);
    put_be(MOST_HEADER_BYTES - 28, 2);
    put("\x42\1", 2);
    fill(0, MOST_HEADER_BYTES - out.len);
}

/* program_config_element with all that it may have, and a comment after it. */
static void aac_most_channels(void)
{
    put_bits(5, 2);
    put_bits(4, 3);
    put_bits(4, 0);
    put_bits(3, 0);
    put_bits(4 + 2 + 4, 0);
    put_bits(12, 0xfff);
    put_bits(2, 3);
    put_bits(3, 7);
    put_bits(4, 15);
    put_bits(3, 0);
    for (int i = 0; i < 45; i++)
        put_bits(5, 0x10);
    out.len += 20;
    fill(0xff, 400);
}

static void aac_as_long_as_may_be(void)
{
    put("\x12\x10", 2);
    fill(0x56, MOST_HEADER_BYTES - 2);
}

static void ones(void)
{
    fill(0xff, MOST_HEADER_BYTES);
}

static void zeros(void)
{
    fill(0, MOST_HEADER_BYTES);
}

bool costly_header(int number, struct costly *costly)
{
    static const struct {
        const char *name;
        int32_t codec;
        void (*make)(void);
    } rows[] = {
        {"longest SPS", MPE_CODEC_AVC, avc_longest_sps},
        {"64 KiB after an SPS", MPE_CODEC_AVC, avc_large_record},
        {"largest picture", MPE_CODEC_AVC, avc_largest_picture},
        {"SPS of zeros", MPE_CODEC_AVC, avc_zeros},
        {"empty parameter sets", MPE_CODEC_AVC, avc_many_empty_sets},
        {"AVC: ones", MPE_CODEC_AVC, ones},
        {"empty NAL units", MPE_CODEC_HEVC, hevc_empty_units},
        {"SPS of 64 KiB", MPE_CODEC_HEVC, hevc_long_sps},
        {"HEVC: zeros", MPE_CODEC_HEVC, zeros},
        {"most channels", MPE_CODEC_AAC, aac_most_channels},
        {"longest configuration", MPE_CODEC_AAC, aac_as_long_as_may_be},
        {"AAC: zeros", MPE_CODEC_AAC, zeros},
    };
    if ((size_t)number >= sizeof(rows) / sizeof(rows[0]))
        return false;
    start();
    rows[number].make();
    *costly = (struct costly){.name = rows[number].name, .codec = rows[number].codec, .headers = 1};
    take(costly);
    return true;
}

/* ---- init segments ---- */

static size_t begin(const char *type)
{
    const size_t at = out.len;
    fill(0, 4);
    put(type, 4);
    return at;
}

static void end(size_t at)
{
    const size_t len = out.len;
    out.len = at;
    put_be((uint32_t)(len - at), 4);
    out.len = len;
}

static void put_box(const char *type, const void *body, size_t len)
{
    const size_t box = begin(type);
    put(body, len);
    end(box);
}

/* A trak of video up to its sample entry, and what closes it. */
static size_t opened[6];

static void begin_entry(uint32_t id)
{
    static const uint8_t zeros_24[24] = {0};
    opened[0] = begin("trak");
    const size_t tkhd = begin("tkhd");
    fill(0, 12);
    put_be(id, 4);
    fill(0, 8);
    end(tkhd);
    opened[1] = begin("mdia");
    const size_t mdhd = begin("mdhd");
    fill(0, 12);
    put_be(1000, 4);
    fill(0, 8);
    end(mdhd);
    put_box("hdlr", "\0\0\0\0\0\0\0\0vide\0\0\0\0\0\0\0\0\0\0\0\0", 24);
    opened[2] = begin("minf");
    opened[3] = begin("stbl");
    opened[4] = begin("stsd");
    put_be(0, 4);
    put_be(1, 4);
    opened[5] = begin("avc1");
    put(zeros_24, 24);
    put_be(0x028001e0, 4);
    fill(0, 50);
}

static void end_entry(void)
{
    for (int i = 5; i >= 0; i--)
        end(opened[i]);
}

static void put_avcc(void)
{
    put_box(
        "avcC",
        "\1\x42\xc0\x1f\xff\xe1\0\x17\x67\x42\xc0\x1f\xda\1\x40\x16\xec\4\x40\0\0\3\0\x40\0\0\x0f\3\xc6\x0c\xa8\1\0\4"
        "\x68\xce\x0f\xc8",
        38);
}

/* Compressed moov in a sample entry, in itself and again: each inflates into the next. */
static void nested_cmov(void)
{
    enum { DEPTH = 40 };
    size_t boxes[2 * DEPTH];
    begin_entry(1);
    put_avcc();
    for (int i = 0; i < 2 * DEPTH; i += 2) {
        boxes[i] = begin("cmov");
        put_box("dcom", "zlib", 4);
        boxes[i + 1] = begin("cmvd");
        put_be(0x7fffffff, 4);
        put("\x78\x9c", 2);
    }
    for (int i = 2 * DEPTH - 1; i >= 0; i--)
        end(boxes[i]);
    end_entry();
}

static void fragments_in_an_entry(void)
{
    begin_entry(1);
    put_avcc();
    put_box("trex", "\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\0", 24);
    for (int i = 0; i < 40; i++) {
        const size_t moof = begin("moof");
        const size_t traf = begin("traf");
        put_box("tfhd", "\0\0\0\0\0\0\0\1", 8);
        put_box("trun", "\0\0\0\0\x0f\xff\xff\xff", 8);
        end(traf);
        end(moof);
    }
    end_entry();
}

static void lengths_in_an_entry(void)
{
    begin_entry(1);
    put_avcc();
    put_box("esds",
            "\0\0\0\0\3\xff\xff\xff\x7f\0\1\0\4\xff\xff\xff\x7f\x40\x15\0\0\0\0\0\0\0\0\0\0\0\5\xff\xff\xff\x7f", 37);
    put_box("stsz", "\0\0\0\0\0\0\0\1\x7f\xff\xff\xff", 12);
    put_box("stts", "\0\0\0\0\0\0\0\1\x7f\xff\xff\xff\0\0\0\1", 16);
    end_entry();
}

static void most_tracks(void)
{
    for (uint32_t id = 1; id <= 32; id++) {
        begin_entry(id);
        put_avcc();
        end_entry();
    }
}

static void many_small_traks(void)
{
    while (out.len < 60000)
        put_box("trak", "", 0);
}

static void boxes_without_end(void)
{
    begin_entry(1);
    while (out.len < 60000)
        put_box("free", "", 0);
    end_entry();
}

static void deep_boxes(void)
{
    enum { DEPTH = 3000 };
    static size_t boxes[DEPTH];
    begin_entry(1);
    for (int i = 0; i < DEPTH; i++)
        boxes[i] = begin(i % 2 == 0 ? "wave" : "sinf");
    for (int i = DEPTH - 1; i >= 0; i--)
        end(boxes[i]);
    end_entry();
}

/* trun boxes of no samples, all before the time of their fragment: each is kept until then. */
static void held_truns(void)
{
    begin_entry(1);
    put_avcc();
    end_entry();
    put_box("mvex", "\0\0\0\x20trex\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0", 32);
    end(0);
    const size_t moof = begin("moof");
    const size_t traf = begin("traf");
    put_box("tfhd", "\0\2\0\0\0\0\0\1", 8);
    while (out.len < 60000)
        put_box("trun", "\0\0\0\0\0\0\0\0", 8);
    end(traf);
    end(moof);
}

bool costly_init(int number, struct costly *costly)
{
    static const struct {
        const char *name;
        void (*make)(void);
    } rows[] = {
        {"nested cmov", nested_cmov},
        {"fragments in a sample entry", fragments_in_an_entry},
        {"lengths in an entry", lengths_in_an_entry},
        {"32 tracks", most_tracks},
        {"thousands of empty traks", many_small_traks},
        {"boxes in an entry", boxes_without_end},
        {"deep boxes in an entry", deep_boxes},
        {"trun boxes before their time", held_truns},
    };
    if ((size_t)number >= sizeof(rows) / sizeof(rows[0]))
        return false;
    start();
    const size_t moov = begin("moov");
    rows[number].make();
    if (rows[number].make != held_truns) {
        put_box("mvex", "", 0);
        end(moov);
    }
    *costly = (struct costly){.name = rows[number].name, .headers = rows[number].make == most_tracks ? 32 : 1};
    take(costly);
    return true;
}
