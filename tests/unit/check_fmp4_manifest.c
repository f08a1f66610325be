/* The Live Server Manifest: encodings, cuts, values that are no numbers, and bombs of entities. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fmp4_log.h"
#include "mpe.h"
#include "wire/fmp4/manifest.h"

/* Text in the encodings that a manifest may have. */
enum form { UTF8, UTF8_MARK, UTF16LE, UTF16BE, UTF16LE_MARK, UTF16BE_MARK, FORMS };

static size_t write_form(uint8_t *out, enum form form, const char *text)
{
    static const char *const marks[] = {"", "\xEF\xBB\xBF", "", "", "\xFF\xFE", "\xFE\xFF"};
    const int wide = form >= UTF16LE;
    const int big = form == UTF16BE || form == UTF16BE_MARK;
    size_t len = strlen(marks[form]);
    memcpy(out, marks[form], len);
    for (; *text != 0; text++) {
        if (wide && big)
            out[len++] = 0;
        out[len++] = (uint8_t)*text;
        if (wide && !big)
            out[len++] = 0;
    }
    return len;
}

static enum mpe_manifest_result read_bytes(const uint8_t *bytes, size_t len, struct mpe_manifest *manifest)
{
    const struct mpe_mem mem = mpe_mem_default();
    uint8_t *const body = malloc(len + 4);
    memset(body, 0, 4);
    memcpy(body + 4, bytes, len);
    const enum mpe_manifest_result result = mpe_manifest_read((struct mpe_span){body, len + 4}, &mem, 3, manifest);
    free(body);
    return result;
}

static enum mpe_manifest_result read_text(const char *text, struct mpe_manifest *manifest)
{
    return read_bytes((const uint8_t *)text, strlen(text), manifest);
}

static void free_manifest(struct mpe_manifest *manifest)
{
    const struct mpe_mem mem = mpe_mem_default();
    mpe_mem_free(&mem, manifest->tracks);
}

static void expect_track(const struct mpe_manifest *manifest, uint32_t index, int media, uint32_t id, int64_t bps)
{
    ck_assert_uint_lt(index, manifest->count);
    const struct mpe_manifest_track *const track = &manifest->tracks[index];
    ck_assert_int_eq(track->media, media);
    ck_assert_uint_eq(track->track_id, id);
    ck_assert_int_eq(track->bps, bps);
}

#define PARAM(name, value) "<param name=\"" name "\" value=\"" value "\" valuetype=\"data\"/>"

/* As Microsoft's documentation has it, bitrates as attributes, and as ffmpeg writes it, as parameters. */
#define SMIL                                                                                                           \
    "<?xml version=\"1.0\" encoding=\"utf-16\"?>\r\n"                                                                  \
    "<smil xmlns=\"http://www.w3.org/2001/SMIL20/Language\"><head><meta name=\"creator\" content=\"x\"/></head><body>" \
    "<switch><video src=\"Streams\" systemBitrate=\"350000\">" PARAM("trackID", "2") PARAM("trackName", "video")       \
        PARAM("FourCC", "H264") "</video>"                                                                             \
                                "<audio>" PARAM("systemBitrate", "64000")                                              \
                                    PARAM("trackID", "1") "</audio>"                                                   \
                                                          "<textstream src=\"a\" systemBitrate=\"1\" trackID=\"3\" "   \
                                                          "trackName=\"notes\"/></switch></body></smil>"

START_TEST(tracks_in_every_encoding)
{
    uint8_t bytes[4096];
    struct mpe_manifest manifest;
    const size_t len = write_form(bytes, (enum form)_i, SMIL);
    ck_assert_int_eq(read_bytes(bytes, len, &manifest), MPE_MANIFEST_OK);
    ck_assert_uint_eq(manifest.count, 3);
    expect_track(&manifest, 0, MPE_MEDIA_VIDEO, 2, 350000);
    expect_track(&manifest, 1, MPE_MEDIA_AUDIO, 1, 64000);
    expect_track(&manifest, 2, MPE_MEDIA_NONE, 3, 1);
    free_manifest(&manifest);
}
END_TEST

START_TEST(cut_short_anywhere)
{
    uint8_t bytes[4096];
    struct mpe_manifest manifest;
    const size_t len = write_form(bytes, (enum form)_i, SMIL);
    for (size_t cut = 0; cut < len; cut++) {
        ck_assert_int_eq(read_bytes(bytes, cut, &manifest), MPE_MANIFEST_OK);
        ck_assert_uint_le(manifest.count, 3);
        free_manifest(&manifest);
    }
}
END_TEST

START_TEST(what_is_not_well_formed_is_no_fault)
{
    static const char *const texts[] = {"",
                                        "\n",
                                        "smil",
                                        "<smil><video>",
                                        "<smil>&nothing;</smil>",
                                        "<a b=\"1\" b=\"2\"/>",
                                        "<a>\xFF\xFE</a>",
                                        "</a>",
                                        "<smil><video trackID=\"1\"></audio></smil>",
                                        "<?xml version=\"1.0\" encoding=\"who-knows\"?>"};
    struct mpe_manifest manifest;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        ck_assert_int_eq(read_text(texts[i], &manifest), MPE_MANIFEST_OK);
        ck_assert_uint_eq(manifest.count, 0);
    }
    ck_assert_int_eq(read_bytes((const uint8_t *)"<s><video trackID=\"1\"/></s>", 28, &manifest), MPE_MANIFEST_OK);
    expect_track(&manifest, 0, MPE_MEDIA_VIDEO, 1, 0);
    free_manifest(&manifest);
}
END_TEST

START_TEST(values_that_are_no_numbers)
{
    struct mpe_manifest manifest;
    ck_assert_int_eq(read_text("<s:smil xmlns:s=\"x\"><s:audio systemBitrate=\"-1\" trackID=\"4294967295\"/>"
                               "<video systemBitrate=\"1e6\" trackID=\"1\"/><video trackID=\"4294967296\"/>"
                               "<video/><video systemBitrate=\"99999999999999999999\" trackID=\"2\"/></s:smil>",
                               &manifest),
                     MPE_MANIFEST_OK);
    ck_assert_uint_eq(manifest.count, 3);
    expect_track(&manifest, 0, MPE_MEDIA_AUDIO, 4294967295u, 0);
    expect_track(&manifest, 1, MPE_MEDIA_VIDEO, 1, 0);
    expect_track(&manifest, 2, MPE_MEDIA_VIDEO, 2, 0);
    free_manifest(&manifest);
}
END_TEST

START_TEST(more_tracks_than_a_session_may_have)
{
    struct mpe_manifest manifest;
    ck_assert_int_eq(read_text("<s><video trackID=\"1\"/><video trackID=\"2\"/><video trackID=\"3\"/>"
                               "<video trackID=\"4\"/></s>",
                               &manifest),
                     MPE_MANIFEST_OK);
    ck_assert_uint_eq(manifest.count, 3);
    free_manifest(&manifest);
}
END_TEST

/* ---- bombs ---- */

START_TEST(bombs)
{
    static const char *const texts[] = {
        "<!DOCTYPE a [<!ENTITY b \"bbbbbbbb\"><!ENTITY c \"&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;\">]><a>&d;</a>",
        "<!DOCTYPE a [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><a>&f;</a>",
        "<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://example.com/\"> %p;]><a/>",
        "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>",
    };
    struct mpe_manifest manifest;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        ck_assert_int_eq(read_text(texts[i], &manifest), MPE_MANIFEST_BOMB);
        free_manifest(&manifest);
    }
    ck_assert_int_eq(
        read_text("<!DOCTYPE smil PUBLIC \"a\" \"http://example.com/smil.dtd\"><smil>&x;</smil>", &manifest),
        MPE_MANIFEST_OK);
    free_manifest(&manifest);
}
END_TEST

/* ---- the box ---- */

START_TEST(declared_at_the_end_of_the_box)
{
    expect_fmp4(MANIFEST("'<s><video systemBitrate=\"5\" trackID=\"1\" trackName=\"v\"/><audio trackID=\"2\"/>"
                         "<textstream trackID=\"3\"/></s>' 00"),
                NULL, "declared @132 1 video 5 bps\ndeclared @132 2 audio 0 bps\ndeclared @132 3 0 bps\n");
    expect_fmp4(MANIFEST("'<!DOCTYPE s [ ]><s/>'"), NULL,
                "fault @47 MALFORMED_INPUT: uuid (live server manifest): document type declarations or nesting of a "
                "bomb\n");
    expect_fmp4("(uuid A5D40B30E81411DDBA2F0800200C9A66 ) (uuid A5D40B30E81411DDBA2F0800200C9A66 00 ) " MANIFEST(""),
                NULL, "");
}
END_TEST

Suite *mpe_suite(void);

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("fmp4_manifest");
    TCase *const tcase = tcase_create("manifest");
    tcase_add_loop_test(tcase, tracks_in_every_encoding, 0, FORMS);
    tcase_add_loop_test(tcase, cut_short_anywhere, 0, FORMS);
    tcase_add_test(tcase, what_is_not_well_formed_is_no_fault);
    tcase_add_test(tcase, values_that_are_no_numbers);
    tcase_add_test(tcase, more_tracks_than_a_session_may_have);
    tcase_add_test(tcase, bombs);
    tcase_add_test(tcase, declared_at_the_end_of_the_box);
    suite_add_tcase(suite, tcase);
    return suite;
}
