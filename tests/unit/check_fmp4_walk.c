/* Boxes at the top and inside: sizes of every kind, order, and what is no fragmented MP4. */
#include <check.h>
#include <stdlib.h>

#include "fmp4_log.h"

static void expect(const char *text, const char *expected)
{
    expect_fmp4(text, NULL, expected);
}

/* ---- boxes that do not matter ---- */

START_TEST(nothing_is_fine)
{
    expect("", "");
    expect("(styp 'msdh' 00000000 ) (sidx 40*00 ) (emsg 20*FF ) (prft 24*00 ) (free 100*55 ) (skip ) (mfra ) "
           "(meta 00000000 ) (udta ) (pssh 28*00 ) (abcd 00 ) (uuid 16*11 'what' )",
           "");
}
END_TEST

START_TEST(sizes_of_64_bits_and_none)
{
    expect("00000001 'free' 0000000000000014 01020304 00000001 'styp' 0000000000000010 (mdat 11 )",
           "orphan @43: media data (mdat)\n");
    expect("(free 00 ) 00000000 'free' 'moof' 00000008 'moof'", "");
    expect("00000001 'wide' 7FFFFFFFFFFFFFFF 'moof'", "");
}
END_TEST

START_TEST(payload_is_skipped_however_long)
{
    expect(FTYP "(moov (mvex ) ) 00000001 'mdat' 0000000000000FB0 4000*AA (moof ) (mdat 8*BB ) (moof 00 )",
           "header @35 0 bytes\nno-frame @4051\nno-frame @4075\nfault @4083 MALFORMED_INPUT: moof: the bytes at its "
           "end are no box\n");
}
END_TEST

/* ---- media without header ---- */

START_TEST(media_before_moov_is_reported_once)
{
    expect(MOOF("") "(mdat 00 ) " MOOF(""), "orphan @7: a fragment (moof)\n");
    expect("(styp ) (mdat 00 ) " MOOF(""), "orphan @15: media data (mdat)\n");
    expect("00000001 'mdat' 0000000000000011 00", "orphan @15: media data (mdat)\n");
    expect("00000000 'mdat'", "orphan @7: media data (mdat)\n");
    expect(MOOF(TRAF("0000")) FTYP "(moov (mvex ) ) " MOOF(""), "orphan @7: a fragment (moof)\nheader @69 0 bytes\n");
}
END_TEST

START_TEST(an_empty_mdat_is_no_media)
{
    expect("(mdat ) 00000001 'mdat' 0000000000000010", "");
}
END_TEST

/* ---- absurd boxes: the offset is that of the last byte of what is wrong ---- */

/* 36 bytes come before. */
#define EXPECT_BEHIND_INIT(text, expected) expect(FTYP "(moov (mvex ) ) " text, "header @35 0 bytes\n" expected)

START_TEST(absurd_boxes_at_the_top)
{
#define SMALL " MALFORMED_INPUT: a box is smaller than its own header\n"
    expect("00000007 'free'", "fault @3" SMALL);
    expect("00000002 'free'", "fault @3" SMALL);
    expect("(free ) 00000001 'free' 000000000000000F", "fault @23" SMALL);
    expect("00000017 'uuid' 16*11", "fault @7" SMALL);
    expect("00000001 'uuid' 000000000000001F 16*11", "fault @15" SMALL);
    expect("00000001 'free' 8000000000000000", "fault @15 MALFORMED_INPUT: a box is larger than any stream\n");
    expect("(free ) 00000001 'free' 7FFFFFFFFFFFFFFF", "fault @23 MALFORMED_INPUT: a box is larger than any stream\n");
    expect("(free ) 00000008 'fre' 00", "fault @15 MALFORMED_INPUT: the type of a box is not text\n");
    expect("(free ) 00000000 00000000", "fault @15 MALFORMED_INPUT: the type of a box is not text\n");
#define ENDLESS " MALFORMED_INPUT: ftyp, moov, moof or the manifest has no size\n"
    expect("00000000 'ftyp'", "fault @7" ENDLESS);
    expect("00000000 'moov'", "fault @7" ENDLESS);
    EXPECT_BEHIND_INIT("00000000 'moof'", "fault @43" ENDLESS);
    expect("00000000 'uuid' A5D40B30E81411DDBA2F0800200C9A66", "fault @23" ENDLESS);
}
END_TEST

START_TEST(something_else_than_fragmented_mp4)
{
#define NOT_FMP4 " PROTOCOL_NOT_SUPPORTED: not fragmented MP4: no box that it begins with comes first\n"
    expect("00000008 'fre' 00", "fault @7" NOT_FMP4);
    expect("00000000 00000000", "fault @7" NOT_FMP4);
    expect("'FLV' 01 05 00000009 00000000", "fault @7" NOT_FMP4);
    expect("(abcd )", "fault @7" NOT_FMP4);
    expect("(free ) (abcd )", "");
}
END_TEST

START_TEST(absurd_boxes_in_moof)
{
    EXPECT_BEHIND_INIT("0000000F 'moof' 7*00", "fault @43 MALFORMED_INPUT: moof: the bytes at its end are no box\n");
    EXPECT_BEHIND_INIT("(moof 00000004 'free' )",
                       "fault @47 MALFORMED_INPUT: moof: a box in it is smaller than its own header\n");
    EXPECT_BEHIND_INIT("(moof 00000009 'free' )", "fault @47 MALFORMED_INPUT: moof: a box in it is larger than moof\n");
    EXPECT_BEHIND_INIT("(moof 00000001 'free' 0000000000001000 )",
                       "fault @59 MALFORMED_INPUT: moof: a box in it is larger than moof\n");
    EXPECT_BEHIND_INIT("(moof 0000000A 'free' 0000 0000 )",
                       "fault @53 MALFORMED_INPUT: moof: the bytes at its end are no box\n");
    EXPECT_BEHIND_INIT("(moof (\x01\x02\x03\x04 ) )",
                       "fault @51 MALFORMED_INPUT: moof: the type of a box in it is not text\n");
#define ALIEN " MALFORMED_INPUT: moof: a box in it belongs to the top level\n"
    EXPECT_BEHIND_INIT("(moof (moof ) )", "fault @51" ALIEN);
    EXPECT_BEHIND_INIT("(moof (moov ) )", "fault @51" ALIEN);
    EXPECT_BEHIND_INIT("(moof (mdat ) )", "fault @51" ALIEN);
    EXPECT_BEHIND_INIT("(moof 00000000 'free' 00 ) (moof 00 )",
                       "fault @60 MALFORMED_INPUT: moof: the bytes at its end are no box\n");
}
END_TEST

START_TEST(absurd_boxes_in_traf)
{
    EXPECT_BEHIND_INIT("(moof (traf ) )", "fault @51 MALFORMED_INPUT: moof/traf: no tfhd\n");
    EXPECT_BEHIND_INIT("(moof (traf 0000 ) )",
                       "fault @51 MALFORMED_INPUT: moof/traf: the bytes at its end are no box\n");
    EXPECT_BEHIND_INIT("(moof (traf 00000004 'tfhd' ) )",
                       "fault @55 MALFORMED_INPUT: moof/traf: a box in it is smaller than its own header\n");
    EXPECT_BEHIND_INIT("(moof (traf 00000009 'tfhd' ) (free ) )",
                       "fault @55 MALFORMED_INPUT: moof/traf: a box in it is larger than traf\n");
    EXPECT_BEHIND_INIT("(moof (traf (    ) 00000008 00000000 ) )",
                       "fault @67 MALFORMED_INPUT: moof/traf: the type of a box in it is not text\n");
#define TRAF_ALIEN " MALFORMED_INPUT: moof/traf: a box in it belongs to the levels above\n"
    EXPECT_BEHIND_INIT("(moof (traf (traf ) ) )", "fault @59" TRAF_ALIEN);
    EXPECT_BEHIND_INIT("(moof (traf (moof ) ) )", "fault @59" TRAF_ALIEN);
    EXPECT_BEHIND_INIT("(moof (traf (mdat ) ) )", "fault @59" TRAF_ALIEN);
}
END_TEST

Suite *mpe_suite(void);

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("fmp4_walk");
    TCase *const tcase = tcase_create("walk");
    tcase_add_test(tcase, nothing_is_fine);
    tcase_add_test(tcase, sizes_of_64_bits_and_none);
    tcase_add_test(tcase, payload_is_skipped_however_long);
    tcase_add_test(tcase, media_before_moov_is_reported_once);
    tcase_add_test(tcase, an_empty_mdat_is_no_media);
    tcase_add_test(tcase, absurd_boxes_at_the_top);
    tcase_add_test(tcase, something_else_than_fragmented_mp4);
    tcase_add_test(tcase, absurd_boxes_in_moof);
    tcase_add_test(tcase, absurd_boxes_in_traf);
    suite_add_tcase(suite, tcase);
    return suite;
}
