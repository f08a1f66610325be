/* The probe: what a sample entry says beside its decoder configuration, and what is none. */
#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "codes/codec.h"
#include "mpe.h"
#include "probe/probe.h"
#include "wire/fmp4/sample_entry.h"

static enum mpe_probe_result probe(int32_t codec, const uint8_t *bytes, size_t len, struct mpe_stream *stream)
{
    const struct mpe_sample_facts none = {0};
    return mpe_probe_header(codec, (struct mpe_span){bytes, len}, &none, stream);
}

/* Of other codecs, and where a sample entry has no decoder configuration, that is what is known. */
START_TEST(facts_of_the_sample_entry)
{
    static const uint8_t header[64] = {1, 66, 192, 31, 255, 225};
    const struct mpe_sample_facts facts = {320, 240, 48000, 6, 2};
    const struct mpe_span aac = {(const uint8_t *)"\x12\x10", 2};
    struct mpe_stream stream;
    for (int32_t codec = -1; codec <= MPE_CODEC_COUNT; codec++) {
        const bool is_read = codec == MPE_CODEC_AVC || codec == MPE_CODEC_HEVC || codec == MPE_CODEC_AAC;
        const struct mpe_span config = {is_read ? NULL : header, is_read ? 0 : sizeof(header)};
        ck_assert_int_eq(mpe_probe_header(codec, config, &facts, &stream), MPE_PROBE_OK);
        ck_assert_int_eq(stream.width_px, 320);
        ck_assert_int_eq(stream.height_px, 240);
        ck_assert_int_eq(stream.sample_rate_hz, 48000);
        ck_assert_int_eq(stream.channels, 6);
        ck_assert_int_eq(stream.aac_object_type, 2);
    }
    ck_assert_int_eq(mpe_probe_header(MPE_CODEC_AAC, aac, &facts, &stream), MPE_PROBE_OK);
    ck_assert_int_eq(stream.sample_rate_hz, 44100); /* the configuration has the last word */
    ck_assert_int_eq(stream.channels, 2);
}
END_TEST

/* No SPS in avcC: they come with the pictures, and only a record of High profile says its bit depth. */
START_TEST(avc_without_an_sps)
{
    const struct mpe_sample_facts facts = {.width_px = 320, .height_px = 240};
    const struct mpe_span records[] = {{(const uint8_t *)"\x01\x64\x00\x1f\xff\xe0\x00", 7},
                                       {(const uint8_t *)"\x01\x64\x00\x1f\xff\xe0\x00\xfd\xfa\xfa\x00", 11}};
    struct mpe_stream stream;
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(mpe_probe_header(MPE_CODEC_AVC, records[i], &facts, &stream), MPE_PROBE_OK);
        ck_assert_int_eq(stream.width_px, 320);
        ck_assert_int_eq(stream.bit_depth, i == 0 ? 0 : 10);
    }
    ck_assert_int_eq(probe(MPE_CODEC_AVC, records[0].bytes, records[0].len, &stream), MPE_PROBE_MALFORMED);
    ck_assert_int_eq(stream.width_px, 0);
}
END_TEST

/*
 * A decoder configuration that is cut short cannot be read, whatever else its sample entry says. From least bytes on
 * it holds all that is asked of it: the first SPS, or the object type, rate and channels.
 */
struct cut_case {
    int32_t codec;
    size_t least_bytes;
    size_t bytes;
    const char *config;
};

static const struct cut_case cut_cases[] = {
    {MPE_CODEC_AVC, 31, 37,
     "\x01\x42\xc0\x1f\xff\xe1\x00\x17\x67\x42\xc0\x1f\xda\x01\x40\x16\xec\x04\x40\x00\x00\x03\x00\x40\x00\x00\x0f\x03"
     "\xc6\x0c\xa8\x01\x00\x04\x68\xce\x0f\xc8"},
    {MPE_CODEC_AVC, 7, 11, "\x01\x64\x00\x1f\xff\xe0\x00\xfd\xfa\xfa\x00"},
    {MPE_CODEC_HEVC, 77, 87,
     "\x01\x01\x60\x00\x00\x00\x90\x00\x00\x00\x00\x00\x5d\xf0\x00\xfc\xfd\xf8\xf8\x00\x00\x0f\x03"
     "\x20\x00\x01\x00\x04\x40\x01\x0c\x01"
     "\x21\x00\x01\x00\x28\x42\x01\x01\x01\x60\x00\x00\x03\x00\x90\x00\x00\x03\x00\x00\x03\x00\x5d\xa0\x02\x80\x80"
     "\x2d\x16\x59\x59\xa4\x93\x2b\xc0\x5a\x02\x00\x00\x03\x00\x02\x00\x00\x03\x00"
     "\x22\x00\x01\x00\x04\x44\x01\xc1\x72"},
    {MPE_CODEC_HEVC, 23, 23,
     "\x01\x01\x60\x00\x00\x00\x90\x00\x00\x00\x00\x00\x5d\xf0\x00\xfc\xfd\xf8\xf8\x00\x00\x0f\x00"},
    {MPE_CODEC_AAC, 2, 5, "\x11\x90\x56\xe5\x00"},
    {MPE_CODEC_AAC, 3, 4, "\x2b\x92\x08\x00"},
};

START_TEST(configurations_cut_short)
{
    const struct cut_case *const c = &cut_cases[_i];
    const struct mpe_sample_facts facts = {320, 240, 48000, 2, 0};
    struct mpe_stream stream;
    for (size_t len = 0; len <= c->bytes; len++) {
        uint8_t *const cut = malloc(len + 1);
        memcpy(cut, c->config, len);
        ck_assert_msg(mpe_probe_header(c->codec, (struct mpe_span){cut, len}, &facts, &stream) ==
                          (len < c->least_bytes ? MPE_PROBE_MALFORMED : MPE_PROBE_OK),
                      "%zu of %zu bytes", len, c->bytes);
        free(cut);
    }
}
END_TEST

/*
 * The same through esds of a sample entry, which names the object type before it: two bytes of
 * configuration are needed.
 */
START_TEST(esds_cut_short)
{
    static const uint8_t esds[] = {0, 0, 0, 0, 3, 34, 0, 0, 0, 4,    20,   0x40, 0x15, 0, 0, 0, 0,
                                   0, 0, 0, 0, 0, 0,  0, 5, 5, 0x11, 0x90, 0x56, 0xE5, 0, 6, 1, 2};
    enum { BODY_AT = 8 + 8 + 28 + 8, NEEDED_BYTES = 28 };
    for (size_t len = 0; len <= sizeof(esds); len++) {
        const size_t bytes = BODY_AT + len;
        uint8_t *const stsd = calloc(1, bytes);
        struct mpe_sample_entry entry;
        struct mpe_stream stream;
        stsd[7] = 1;
        stsd[11] = (uint8_t)(bytes - 8);
        memcpy(stsd + 12, "mp4a", 4);
        stsd[BODY_AT - 5] = (uint8_t)(8 + len);
        memcpy(stsd + BODY_AT - 4, "esds", 4);
        memcpy(stsd + BODY_AT, esds, len);
        const bool is_read =
            mpe_sample_entry_read((struct mpe_span){stsd, bytes}, 1, MPE_MEDIA_AUDIO, &entry) == MPE_FMP4_FINE &&
            mpe_probe_header(entry.codec, entry.config, &entry.facts, &stream) == MPE_PROBE_OK;
        ck_assert_msg(is_read == (len >= NEEDED_BYTES), "%zu bytes of esds", len);
        free(stsd);
    }
}
END_TEST

/* The head of each ADTS frame: MPEG-4 and MPEG-2, with and without a checksum. */
START_TEST(adts_headers_are_none)
{
    static const uint8_t second[] = {0xF1, 0xF0, 0xF9, 0xF8};
    for (size_t i = 0; i < sizeof(second); i++) {
        const uint8_t header[] = {0xFF, second[i], 0x50, 0x80, 0x02, 0x1F, 0xFC};
        struct mpe_stream stream;
        ck_assert_int_eq(probe(MPE_CODEC_AAC, header, sizeof(header), &stream), MPE_PROBE_OK);
        ck_assert(stream.is_adts);
        ck_assert_int_eq(stream.aac_object_type, 0);
    }
}
END_TEST

Suite *mpe_suite(void);

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("probe_facts");
    TCase *const tcase = tcase_create("facts");
    tcase_add_test(tcase, facts_of_the_sample_entry);
    tcase_add_test(tcase, avc_without_an_sps);
    tcase_add_loop_test(tcase, configurations_cut_short, 0, sizeof(cut_cases) / sizeof(cut_cases[0]));
    tcase_add_test(tcase, esds_cut_short);
    tcase_add_test(tcase, adts_headers_are_none);
    suite_add_tcase(suite, tcase);
    return suite;
}
