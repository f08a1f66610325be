/* The probe: what a sample entry says beside its decoder configuration, and what is none. */
#include <check.h>
#include <stdbool.h>

#include "codes/codec.h"
#include "probe/probe.h"

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
        const struct mpe_span config = {header, is_read ? 0 : sizeof(header)};
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
    const struct mpe_span records[] = {{(const uint8_t *)"\x01\x64\x00\x1f\xff\xe0", 6},
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
    tcase_add_test(tcase, adts_headers_are_none);
    suite_add_tcase(suite, tcase);
    return suite;
}
