/* FLV: its header, its tags, sizes that are wrong, and faults. */
#include <check.h>
#include <stdio.h>

#include "mpe.h"
#include "wire_log.h"

START_TEST(audio_video_and_script_tags)
{
    expect_flv("12 00002D 000000 00 000000 02 000A 'onMetaData' 08 00000001"
               "000D 'videodatarate' 00 40A3880000000000 000009 00000038 |"
               "09 000007 000000 00 000000 17 00 000000 0164 00000012 |"
               "08 000004 000000 00 000000 AF 00 1210 0000000F |"
               "09 000006 000021 00 000000 27 01 000043 AA 00000011 |"
               "08 000003 000022 00 000000 AF 01 AA 0000000E |"
               "09 000005 000022 00 000000 17 02 000000 00000010",
               "metadata @55 2500000 bps 0 bps 0 mfps\n"
               "track @71 video avc1\n"
               "header @77 video avc1 0164\n"
               "track @93 audio mp4a\n"
               "header @96 audio mp4a 1210\n"
               "frame @116 video avc1 33 ms ct 67 1 bytes\n"
               "end @117 video avc1 33 ms ct 67 1 bytes\n"
               "frame @134 audio mp4a 34 ms 1 bytes\n"
               "end @135 audio mp4a 34 ms 1 bytes\n"
               "track-end @155 video avc1\n");
}
END_TEST

START_TEST(the_upper_timestamp_byte)
{
    expect_flv("08 000003 FFFFFF 7F 000000 AF 01 AA 0000000E", "track @11 audio mp4a\n"
                                                               "frame @12 audio mp4a 2147483647 ms 1 bytes\n"
                                                               "end @13 audio mp4a 2147483647 ms 1 bytes\n");
}
END_TEST

START_TEST(sizes_between_tags_and_stream_ids_may_be_wrong)
{
    expect_flv("08 000003 000000 00 000001 AF 01 AA FFFFFFFF 08 000003 000017 00 123456 AF 01 BB 00000000",
               "track @11 audio mp4a\n"
               "frame @12 audio mp4a 0 ms 1 bytes\n"
               "end @13 audio mp4a 0 ms 1 bytes\n"
               "frame @30 audio mp4a 23 ms 1 bytes\n"
               "end @31 audio mp4a 23 ms 1 bytes\n");
}
END_TEST

START_TEST(a_track_is_named_again_when_its_codec_changes)
{
    expect_flv("08 000001 000000 00 000000 2F 0000000C 08 000001 000001 00 000000 2F 0000000C"
               "08 000001 000002 00 000000 72 0000000C",
               "track @11 audio .mp3\n"
               "frame @11 audio .mp3 0 ms 0 bytes\n"
               "end @11 audio .mp3 0 ms 0 bytes\n"
               "frame @27 audio .mp3 1 ms 0 bytes\n"
               "end @27 audio .mp3 1 ms 0 bytes\n"
               "track @43 audio g711\n"
               "frame @43 audio g711 2 ms 0 bytes\n"
               "end @43 audio g711 2 ms 0 bytes\n");
}
END_TEST

START_TEST(sub_tracks_are_named_each_time)
{
    expect_flv("09 000007 000000 00 000000 96 00 'av01' 01 00000012 09 000007 000000 00 000000 96 00 'av01' 01 00000012"
               "09 000007 000000 00 000000 96 00 'av01' 00 00000012 09 000005 000000 00 000000 90 'av01' 00000010",
               "track @17 track 1 video av01\nno-frame @17\n"
               "track @39 track 1 video av01\nno-frame @39\n"
               "track @61 video av01\nno-frame @61\n" /* sub-track 0 is the plain track */
               "no-frame @81\n");
}
END_TEST

START_TEST(empty_tags_hold_no_frame)
{
    expect_flv("09 000000 000000 00 000000 0000000B 08 000000 000000 00 000000 0000000B 12 000000 000000 00 000000"
               "0000000B",
               "no-frame @10\nno-frame @25\n"); /* script data is no media */
}
END_TEST

START_TEST(padding_and_unknown_types_are_skipped)
{
    expect_flv("30*00 0B 000002 000000 00 000000 AABB 0000000D 08 000003 000000 00 000000 AF 01 AA 0000000E",
               "track @58 audio mp4a\n"
               "frame @59 audio mp4a 0 ms 1 bytes\n"
               "end @60 audio mp4a 0 ms 1 bytes\n");
}
END_TEST

START_TEST(garbage_in_place_of_a_tag_is_malformed)
{
    expect_flv("47 401100 42F025 00 01C100 00",
               "fault @10 MALFORMED_INPUT: an FLV tag is neither audio (8), video (9) nor script data (18) (7, 0)\n");
}
END_TEST

START_TEST(encrypted_tags_are_not_supported)
{
    expect_flv("29 000010 000000 00 000000 AABB", "fault @10 PROTOCOL_NOT_SUPPORTED: the FLV tags are encrypted\n");
}
END_TEST

START_TEST(a_tag_beyond_the_limit_is_refused)
{
    struct mpe_limits limits = wire_limits();
    limits.max_message_bytes = 10;
    expect_wire(bytes_of("'FLV' 01 05 00000009 00000000 09 00000B 000000 00 000000 17"), MPE_PROTOCOL_FLV, &limits, 13,
                "fault @10 INTERNAL_LIMIT: bytes of an FLV tag (11, 10)\n");
}
END_TEST

START_TEST(the_data_offset_is_honoured)
{
    expect_wire(bytes_of("'FLV' 01 05 0000000C AABBCC 00000000 08 000001 000000 00 000000 2F"), MPE_PROTOCOL_AUTO, NULL,
                0,
                "track @27 audio .mp3\n"
                "frame @27 audio .mp3 0 ms 0 bytes\n"
                "end @27 audio .mp3 0 ms 0 bytes\n");
}
END_TEST

START_TEST(a_data_offset_inside_the_header_is_malformed)
{
#define BAD_OFFSET "fault @8 MALFORMED_INPUT: the DataOffset of the FLV header does not lie after the header\n"
    expect_wire(bytes_of("'FLV' 01 05 00000008 00"), MPE_PROTOCOL_AUTO, NULL, 0, BAD_OFFSET);
    expect_wire(bytes_of("'FLV' 01 05 FFFFFFFF 00"), MPE_PROTOCOL_AUTO, NULL, 0, BAD_OFFSET);
}
END_TEST

START_TEST(another_signature_is_malformed_at_its_first_wrong_byte)
{
    expect_wire(bytes_of("'FLAC'"), MPE_PROTOCOL_FLV, NULL, 0,
                "fault @2 MALFORMED_INPUT: the stream does not begin with the FLV signature\n");
    expect_wire(bytes_of("'xyz'"), MPE_PROTOCOL_FLV, NULL, 0,
                "fault @0 MALFORMED_INPUT: the stream does not begin with the FLV signature\n");
}
END_TEST

START_TEST(metadata_with_a_long_index_is_read_in_pieces)
{
    struct mpe_limits limits = wire_limits();
    limits.max_header_bytes = 256;
    expect_wire(bytes_of("'FLV' 01 05 00000009 00000000 12 000400 000000 00 000000 02 000A 'onMetaData' 08 00000001"
                         "0003 'fps' 00 403E000000000000 992*00 0000040B 08 000001 000000 00 000000 2F"),
                MPE_PROTOCOL_FLV, &limits, 13,
                "metadata @266 0 bps 0 bps 30000 mfps\n"
                "track @1050 audio .mp3\n"
                "frame @1050 audio .mp3 0 ms 0 bytes\n"
                "end @1050 audio .mp3 0 ms 0 bytes\n");
}
END_TEST

/*
 * A rate after so much of another property, which may be anywhere in a piece of long metadata: the first has 256 bytes,
 * those after it that less 64 and what is known so far. It is known when its piece is complete.
 */
START_TEST(what_long_metadata_declares_is_found_wherever_it_stands)
{
    enum { BEFORE_BYTES = 28, RATE_BYTES = 24, AFTER_BYTES = 400, FIRST_BYTES = 256 };
    const int more_bytes = FIRST_BYTES - 64 - (int)sizeof(struct mpe_declared);
    struct mpe_limits limits = wire_limits();
    limits.max_header_bytes = FIRST_BYTES;
    for (int pad = 150; pad < 500; pad += 5) {
        const int rate_end = BEFORE_BYTES + pad + RATE_BYTES;
        int piece_end = FIRST_BYTES;
        char text[512];
        char expected[256];
        while (piece_end < rate_end)
            piece_end += more_bytes;
        snprintf(text, sizeof(text),
                 "'FLV' 01 05 00000009 00000000 12 %06X 000000 00 000000 02 000A 'onMetaData' 08 00000002 "
                 "0003 'pad' 0C %08X %d*41 000D 'videodatarate' 00 40A3880000000000 %d*00 00000000",
                 rate_end + AFTER_BYTES, pad, pad, AFTER_BYTES);
        snprintf(expected, sizeof(expected), "%smetadata @%d 2500000 bps 0 bps 0 mfps\n",
                 piece_end > FIRST_BYTES ? "metadata @266 0 bps 0 bps 0 mfps\n" : "", 10 + piece_end);
        expect_wire(bytes_of(text), MPE_PROTOCOL_FLV, &limits, 13, expected);
    }
}
END_TEST

START_TEST(a_fault_inside_a_body_ends_the_stream)
{
    expect_flv("09 000002 000000 00 000000 91 00 0000000D 08 000001 000000 00 000000 2F",
               "fault @11 MALFORMED_INPUT: an Enhanced RTMP message ends inside its tag header\n");
}
END_TEST

START_TEST(an_end_in_the_middle_is_no_fault)
{
    expect_flv("09 000010 000000 00 000000 27 01 000000 AA", "track @11 video avc1\n"
                                                             "frame @15 video avc1 0 ms 11 bytes\n");
    expect_flv("09 0000", "");
}
END_TEST

Suite *mpe_suite(void);

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("flv");
    TCase *const tags = tcase_create("tags");
    tcase_add_test(tags, audio_video_and_script_tags);
    tcase_add_test(tags, the_upper_timestamp_byte);
    tcase_add_test(tags, sizes_between_tags_and_stream_ids_may_be_wrong);
    tcase_add_test(tags, a_track_is_named_again_when_its_codec_changes);
    tcase_add_test(tags, sub_tracks_are_named_each_time);
    tcase_add_test(tags, empty_tags_hold_no_frame);
    tcase_add_test(tags, padding_and_unknown_types_are_skipped);
    tcase_add_test(tags, metadata_with_a_long_index_is_read_in_pieces);
    tcase_add_test(tags, what_long_metadata_declares_is_found_wherever_it_stands);
    tcase_add_test(tags, an_end_in_the_middle_is_no_fault);
    suite_add_tcase(suite, tags);
    TCase *const faults = tcase_create("faults");
    tcase_add_test(faults, garbage_in_place_of_a_tag_is_malformed);
    tcase_add_test(faults, encrypted_tags_are_not_supported);
    tcase_add_test(faults, a_tag_beyond_the_limit_is_refused);
    tcase_add_test(faults, the_data_offset_is_honoured);
    tcase_add_test(faults, a_data_offset_inside_the_header_is_malformed);
    tcase_add_test(faults, another_signature_is_malformed_at_its_first_wrong_byte);
    tcase_add_test(faults, a_fault_inside_a_body_ends_the_stream);
    suite_add_tcase(suite, faults);
    return suite;
}
