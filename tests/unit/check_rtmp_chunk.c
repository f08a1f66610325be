/* Chunks: headers, timestamps, interleaving, chunk sizes, and a reader that is out of step. */
#include <check.h>
#include <stdio.h>

#include "mpe.h"
#include "wire_log.h"

/* The messages here are MP3: one byte of tag header, no sequence header, so that a log line is a message. */
#define TRACK_AT(offset)    "track @" #offset " stream 1 audio .mp3\n"
#define FRAME(offset, rest) "frame @" #offset " stream 1 audio .mp3 " rest "\n"
#define END(offset, rest)   "end @" #offset " stream 1 audio .mp3 " rest "\n"
/* Faults of a reader that has lost its place. */
#define OUT_OF_STEP                                                                                                    \
    ": the reader is out of step (RTMP: most likely the chunks and the announced chunk size disagree)\n"
#define MALFORMED(offset, what) "fault @" #offset " MALFORMED_INPUT: " what OUT_OF_STEP
#define BOTH(offset, rest)      FRAME(offset, rest) END(offset, rest)

/* ----------------------------------------------------------------- headers */

START_TEST(basic_headers_of_one_two_and_three_bytes)
{
    expect_rtmp("04 000000 000001 08 01000000 2F |"      /* chunk stream 4 */
                "00 00 000001 000001 08 01000000 2F |"   /* 64 */
                "01 0001 000002 000001 08 01000000 2F |" /* 320 */
                "01 FFFF 000003 000001 08 01000000 2F |" /* 65599 */
                "C0 00 2F C1 0001 2F C1 FFFF 2F |"
                "C1 0000 2F" /* 64 in three bytes */,
                TRACK_AT(12) BOTH(12, "0 ms 0 bytes") BOTH(26, "1 ms 0 bytes") BOTH(41, "2 ms 0 bytes")
                    BOTH(56, "3 ms 0 bytes") BOTH(59, "2 ms 0 bytes") BOTH(63, "4 ms 0 bytes") BOTH(67, "6 ms 0 bytes")
                        BOTH(71, "3 ms 0 bytes"));
}
END_TEST

START_TEST(long_ids_are_distinguished)
{
    expect_rtmp("00 FF 000005 000001 08 01000000 2F |"   /* 319 */
                "01 0001 000014 000001 08 01000000 2F |" /* 320 */
                "C1 FF00 2F",                            /* 319 again: 5 ms on */
                TRACK_AT(13) BOTH(13, "5 ms 0 bytes") BOTH(28, "20 ms 0 bytes") BOTH(32, "10 ms 0 bytes"));
}
END_TEST

START_TEST(message_headers_repeat_what_they_leave_out)
{
    expect_rtmp("04 000064 000001 08 01000000 2F |" /* all: 100 ms */
                "44 000014 000002 08 2FAA |"        /* delta 20, length 2 */
                "84 00000A 2FAA |"                  /* delta 10 */
                "C4 2FAA |"                         /* the same again */
                "C4 2FAA |"
                "44 000000 000001 08 2F" /* delta 0 */,
                TRACK_AT(12) BOTH(12, "100 ms 0 bytes") FRAME(21, "120 ms 1 bytes") END(22, "120 ms 1 bytes")
                    FRAME(27, "130 ms 1 bytes") END(28, "130 ms 1 bytes") FRAME(30, "140 ms 1 bytes")
                        END(31, "140 ms 1 bytes") FRAME(33, "150 ms 1 bytes") END(34, "150 ms 1 bytes")
                            BOTH(43, "150 ms 0 bytes"));
}
END_TEST

START_TEST(the_message_stream_id_is_little_endian)
{
    expect_rtmp("04 000000 000001 08 78563412 2F", "track @12 stream 305419896 audio .mp3\n"
                                                   "frame @12 stream 305419896 audio .mp3 0 ms 0 bytes\n"
                                                   "end @12 stream 305419896 audio .mp3 0 ms 0 bytes\n");
}
END_TEST

START_TEST(format_3_after_format_0)
{
    /* FMLE: 26 ms, then C4 means 52 ms. */
    expect_rtmp("04 00001A 000001 08 01000000 2F C4 2F C4 2F",
                TRACK_AT(12) BOTH(12, "26 ms 0 bytes") BOTH(14, "52 ms 0 bytes") BOTH(16, "78 ms 0 bytes"));
    /* An hour as a delta would be absurd: OBS before 30.2 means the same time. */
    expect_rtmp("04 36EE80 000001 08 01000000 2F C4 2F",
                TRACK_AT(12) BOTH(12, "3600000 ms 0 bytes") BOTH(14, "3600000 ms 0 bytes"));
}
END_TEST

START_TEST(small_negative_deltas)
{
    expect_rtmp("04 000064 000001 08 01000000 2F 84 FFFFF6 2F C4 2F",
                TRACK_AT(12) BOTH(12, "100 ms 0 bytes") BOTH(17, "90 ms 0 bytes") BOTH(19, "80 ms 0 bytes"));
}
END_TEST

START_TEST(timestamps_wrap_at_32_bits)
{
    expect_rtmp("04 FFFFFF 000001 08 01000000 FFFFFFF0 2F 84 000020 2F",
                TRACK_AT(16) BOTH(16, "4294967280 ms 0 bytes") BOTH(21, "16 ms 0 bytes"));
}
END_TEST

START_TEST(a_fresh_chunk_stream_may_begin_with_format_1)
{
    expect_rtmp("44 000005 000001 08 2F", "track @8 audio .mp3\n"
                                          "frame @8 audio .mp3 5 ms 0 bytes\n"
                                          "end @8 audio .mp3 5 ms 0 bytes\n");
}
END_TEST

START_TEST(but_not_with_less)
{
#define NO_FULL_HEADER(offset) MALFORMED(offset, "the first chunk of a chunk stream has no full header")
    expect_rtmp("84 000005 2F", NO_FULL_HEADER(0));
    expect_rtmp("C4 2F", NO_FULL_HEADER(0));
    expect_rtmp("C0 00", NO_FULL_HEADER(1));
}
END_TEST

START_TEST(empty_messages_hold_no_frame)
{
    expect_rtmp("04 000000 000000 09 01000000 C4 C4 04 000000 000000 14 01000000 04 000000 000000 12 01000000",
                "no-frame @11\nno-frame @12\nno-frame @13\n"); /* commands and data are no media */
}
END_TEST

/* ------------------------------------------------------------------ chunks */

START_TEST(a_message_in_many_chunks)
{
    expect_rtmp("04 000000 00012C 08 01000000 2F 127*AA C4 128*AA C4 44*AA C4 2F",
                TRACK_AT(12) FRAME(12, "0 ms 299 bytes") END(313, "0 ms 299 bytes") FRAME(315, "0 ms 299 bytes"));
}
END_TEST

START_TEST(chunks_interleave)
{
    expect_rtmp(
        "04 000000 000082 08 01000000 2F 127*AA |"
        "06 000000 000086 09 01000000 17 01 000000 123*BB |"
        "C4 AAAA C6 6*BB",
        TRACK_AT(12)
            FRAME(12, "0 ms 129 bytes") "track @152 stream 1 video avc1\n"
                                        "frame @156 stream 1 video avc1 0 ms 129 bytes key\n" END(
                                            282, "0 ms 129 bytes") "end @289 stream 1 video avc1 0 ms 129 bytes key\n");
}
END_TEST

START_TEST(chunks_of_streams_whose_ids_differ_by_64_interleave)
{
    expect_rtmp("02 000000 000004 01 00000000 00000008 |"
                "06 000000 000020 08 01000000 2F 7*AA |"
                "00 06 000000 000030 08 01000000 2F 7*BB C0 06 8*BB |"
                "C6 8*AA C6 8*AA C6 8*AA C0 06 8*BB C0 06 8*BB C0 06 8*BB C0 06 8*BB",
                TRACK_AT(28) FRAME(28, "0 ms 31 bytes") FRAME(49, "0 ms 47 bytes") END(93, "0 ms 31 bytes")
                    END(133, "0 ms 47 bytes"));
}
END_TEST

START_TEST(a_tag_header_may_be_cut_by_a_chunk)
{
    expect_rtmp("02 000000 000004 01 00000000 00000003 |"
                "06 000000 000007 09 01000000 17 01 00 C6 0028AA C6 BB",
                "track @28 stream 1 video avc1\n"
                "frame @33 stream 1 video avc1 0 ms ct 40 2 bytes key\n"
                "end @36 stream 1 video avc1 0 ms ct 40 2 bytes key\n");
}
END_TEST

START_TEST(set_chunk_size_counts_from_the_next_chunk_on)
{
    expect_rtmp("04 000000 000084 08 01000000 2F 127*AA |"
                "02 000000 000004 01 00000000 00000002 |"
                "C4 AAAA C4 AAAA |"
                "02 000000 000004 01 00000000 0000 C2 1000 |" /* itself cut by the new size */
                "C4 2F 131*AA",
                TRACK_AT(12) FRAME(12, "0 ms 131 bytes") END(161, "0 ms 131 bytes") FRAME(180, "0 ms 131 bytes")
                    END(311, "0 ms 131 bytes"));
}
END_TEST

START_TEST(set_chunk_size_out_of_range)
{
#define NO_SIZE " MALFORMED_INPUT: Set Chunk Size asks for no size that a chunk can have\n"
    expect_rtmp("02 000000 000004 01 00000000 00000000", "fault @15" NO_SIZE);
    expect_rtmp("02 000000 000004 01 00000000 80000000", "fault @15" NO_SIZE);
    expect_rtmp("02 000000 000002 01 00000000 0080",
                "fault @13 MALFORMED_INPUT: a control message is shorter than 4 bytes\n");
    expect_rtmp("02 000000 000004 01 00000000 7FFFFFFF 04 000000 000001 08 01000000 2F",
                TRACK_AT(28) BOTH(28, "0 ms 0 bytes"));
    struct mpe_limits limits = wire_limits();
    limits.max_chunk_size_bytes = 4096;
    expect_rtmp_limited("02 000000 000004 01 00000000 00001001", &limits,
                        "fault @15 INTERNAL_LIMIT: bytes of an RTMP chunk (4097, 4096)\n");
}
END_TEST

START_TEST(abort_drops_a_message)
{
    expect_rtmp("04 000000 000100 08 01000000 2F 127*AA |"
                "02 000000 000004 02 00000000 00000004 |"
                "C4 2F 127*AA C4 128*AA |"
                "02 000000 000004 02 00000000 00000009 |" /* a chunk stream that is not there */
                "02 000000 000004 02 00000000 00000002",  /* its own */
                TRACK_AT(12) FRAME(12, "0 ms 255 bytes") FRAME(157, "0 ms 255 bytes") END(413, "0 ms 255 bytes"));
}
END_TEST

START_TEST(a_header_in_the_middle_of_a_message_is_malformed)
{
#define IN_THE_MIDDLE MALFORMED(140, "a message header in the middle of a message")
    expect_rtmp("04 000000 000100 08 01000000 2F 127*AA 04 000000 000001 08 01000000 2F",
                TRACK_AT(12) FRAME(12, "0 ms 255 bytes") IN_THE_MIDDLE);
    expect_rtmp("04 000000 000100 08 01000000 2F 127*AA 44 000000 000001 08 2F",
                TRACK_AT(12) FRAME(12, "0 ms 255 bytes") IN_THE_MIDDLE);
    expect_rtmp("04 000000 000100 08 01000000 2F 127*AA 84 000000 2F",
                TRACK_AT(12) FRAME(12, "0 ms 255 bytes") IN_THE_MIDDLE);
}
END_TEST

START_TEST(an_end_in_the_middle_is_no_fault)
{
    expect_rtmp("04 000000 000100 08 01000000 2F 127*AA C4 AA", TRACK_AT(12) FRAME(12, "0 ms 255 bytes"));
    expect_rtmp("04 000000 000100 14 01000000 02 0007 'connect'", "");
}
END_TEST

START_TEST(what_goes_beyond_the_limits_is_refused)
{
    struct mpe_limits limits = wire_limits();
    limits.max_message_bytes = 100;
    expect_rtmp_limited("04 000000 000065 08 01000000 2F", &limits,
                        "fault @11 INTERNAL_LIMIT: bytes of an RTMP message (101, 100)\n");
    limits = wire_limits();
    limits.max_chunk_streams = 4;
    expect_rtmp_limited("02 000000 000000 12 00000000 03 000000 000000 12 00000000 04 000000 000000 12 00000000"
                        "05 000000 000000 12 00000000 06",
                        &limits, "fault @48 INTERNAL_LIMIT: RTMP chunk streams (5, 4)\n");
    limits = wire_limits();
    limits.max_header_bytes = 256;
    expect_rtmp_limited("03 000000 000101 14 00000000 02", &limits,
                        "fault @11 INTERNAL_LIMIT: bytes of a command (257, 256)\n");
}
END_TEST

/* ---------------------------------------------------- extended timestamps */

#define EXTENDED_130 "04 FFFFFF 000082 08 01000000 01000000 2F 127*AA"

START_TEST(continuations_that_repeat_the_extended_timestamp)
{
    expect_rtmp(EXTENDED_130 "C4 01000000 AAAA |"
                             "C4 01000010 2F 127*AA C4 01000010 AAAA",
                TRACK_AT(16) FRAME(16, "16777216 ms 129 bytes") END(150, "16777216 ms 129 bytes")
                    FRAME(156, "16777232 ms 129 bytes") END(290, "16777232 ms 129 bytes"));
}
END_TEST

START_TEST(repeated_timestamps_between_whole_chunks)
{
    /* Once the connection was seen to repeat them, four bytes of any value are one. */
    expect_rtmp("02 000000 000004 01 00000000 00000008 |"
                "04 FFFFFF 000020 08 01000000 01000000 2F 7*AA C4 01000000 8*AA C4 01000000 8*AA C4 00FFFFFF 8*AA",
                TRACK_AT(32) FRAME(32, "16777216 ms 31 bytes") END(78, "16777216 ms 31 bytes"));
}
END_TEST

START_TEST(continuations_that_do_not)
{
    expect_rtmp(EXTENDED_130 "C4 AAAA |"
                             "84 FFFFFF 01000010 2F 127*AA C4 AAAA",
                TRACK_AT(16) FRAME(16, "16777216 ms 129 bytes") END(146, "16777216 ms 129 bytes")
                    FRAME(155, "16777232 ms 129 bytes") END(285, "16777232 ms 129 bytes"));
}
END_TEST

START_TEST(payload_that_begins_like_the_timestamp)
{
    /* Told apart at the fourth byte, which lies in the next chunk. */
    expect_rtmp(EXTENDED_130 "C4 0100 04 00000A 000001 08 01000000 2F",
                TRACK_AT(16) FRAME(16, "16777216 ms 129 bytes") END(147, "16777216 ms 129 bytes")
                    BOTH(159, "10 ms 0 bytes"));
    /* At the third byte, and the verdict stays: this payload is no timestamp. */
    expect_rtmp("02 000000 000004 01 00000000 00000010 |"
                "04 FFFFFF 000018 08 01000000 01000000 2F 15*AA C4 0100FFAA AAAAAAAA |"
                "C4 01000010 2F 15*AA C4 01000010 AAAAAAAA",
                TRACK_AT(32) FRAME(32, "16777216 ms 23 bytes") END(56, "16777216 ms 23 bytes")
                    FRAME(62, "16777232 ms 23 bytes") END(86, "16777232 ms 23 bytes"));
}
END_TEST

START_TEST(continuations_that_repeat_a_delta_or_the_time_it_came_to)
{
    /* 4 h 40 min of silence, written as a delta */
    expect_rtmp("04 001000 000001 08 01000000 2F 44 FFFFFF 000082 08 01000000 2F 127*AA C4 01000000 AAAA",
                TRACK_AT(12) BOTH(12, "4096 ms 0 bytes") FRAME(25, "16781312 ms 129 bytes")
                    END(159, "16781312 ms 129 bytes"));
    expect_rtmp("04 001000 000001 08 01000000 2F 44 FFFFFF 000082 08 01000000 2F 127*AA C4 01001000 AAAA",
                TRACK_AT(12) BOTH(12, "4096 ms 0 bytes") FRAME(25, "16781312 ms 129 bytes")
                    END(159, "16781312 ms 129 bytes"));
}
END_TEST

START_TEST(an_extended_field_below_the_mark_proves_nothing)
{
    /* Four zero bytes are read as the timestamp, the next continuation is asked again. */
    expect_rtmp("04 FFFFFF 000082 08 01000000 00000000 2F 127*AA C4 00000000 AAAA |"
                "04 FFFFFF 000082 08 01000000 01000000 2F 127*AA C4 AAAA",
                TRACK_AT(16) FRAME(16, "0 ms 129 bytes") END(150, "0 ms 129 bytes") FRAME(167, "16777216 ms 129 bytes")
                    END(297, "16777216 ms 129 bytes"));
}
END_TEST

START_TEST(extended_times_where_a_delta_is_meant)
{
    /* After the draft of 2009: 01000014 is a time, 20 ms on. */
    expect_rtmp("04 FFFFFF 000001 08 01000000 01000000 2F 84 FFFFFF 01000014 2F 84 FFFFFF 01000000 2F",
                TRACK_AT(16) BOTH(16, "16777216 ms 0 bytes") BOTH(25, "16777236 ms 0 bytes")
                    BOTH(34, "16777216 ms 0 bytes"));
    /* A delta of -16, as OBS once sent around its sequence headers. */
    expect_rtmp("04 0003E8 000001 08 01000000 2F 84 FFFFFF FFFFFFF0 2F",
                TRACK_AT(12) BOTH(12, "1000 ms 0 bytes") BOTH(21, "984 ms 0 bytes"));
    /* A small delta that needed no extension. */
    expect_rtmp("04 000021 000001 08 01000000 2F 84 FFFFFF 00000021 2F",
                TRACK_AT(12) BOTH(12, "33 ms 0 bytes") BOTH(21, "66 ms 0 bytes"));
}
END_TEST

START_TEST(the_field_decides_not_the_clock)
{
    expect_rtmp("04 FFFFFF 000082 08 01000000 01000000 2F 127*AA C4 01000000 AAAA |"
                "84 000014 2F 127*AA C4 AAAA",
                TRACK_AT(16) FRAME(16, "16777216 ms 129 bytes") END(150, "16777216 ms 129 bytes")
                    FRAME(155, "16777236 ms 129 bytes") END(285, "16777236 ms 129 bytes"));
}
END_TEST

/* --------------------------------------------------------------- aggregate */

START_TEST(aggregates_are_moved_to_their_time)
{
    expect_rtmp("04 0003E8 00003B 16 01000000 |"
                "08 000001 000064 00 000000 2F 0000000C |" /* 100 becomes 1000 */
                "09 000000 000064 00 000000 0000000B |"
                "08 000001 000078 00 000000 72 0000000C |" /* another codec: doubted, */
                "08 000001 000078 00 000000 72 |",         /* and believed; its back pointer is missing */
                TRACK_AT(23) BOTH(23, "1000 ms 0 bytes") "no-frame @38\n"
                                                         "no-frame @54\n"
                                                         "track @70 stream 1 audio g711\n"
                                                         "frame @70 stream 1 audio g711 1020 ms 0 bytes\n"
                                                         "end @70 stream 1 audio g711 1020 ms 0 bytes\n");
}
END_TEST

START_TEST(aggregates_cut_into_chunks)
{
    expect_rtmp("02 000000 000004 01 00000000 00000005 |"
                "04 000000 000016 16 01000000 08 000007 00 C4 0000 00 0000 C4 00 2F AAAA AA C4 AAAAAA 0000 C4 0000",
                TRACK_AT(41) FRAME(41, "0 ms 6 bytes") END(48, "0 ms 6 bytes"));
}
END_TEST

START_TEST(a_message_beyond_its_aggregate_is_malformed)
{
    expect_rtmp("04 000000 00000C 16 01000000 08 000002 000064 00 000000 2F",
                "fault @22 MALFORMED_INPUT: a message inside an aggregate is longer than the aggregate\n");
}
END_TEST

/* Acknowledgements, user control, shared objects, and types that do not exist. */
START_TEST(other_messages_are_skipped)
{
    char text[1 << 14];
    size_t len = 0;
    for (int type = 0; type < 256; type++) {
        const bool is_read = type == 1 || type == 2 || type == 8 || type == 9 || type == 15 || type == 17 ||
                             type == 18 || type == 20 || type == 22;
        if (!is_read)
            len += (size_t)snprintf(text + len, sizeof(text) - len, "05 000000 000004 %02X 00000000 FFFFFFFF |", type);
    }
    snprintf(text + len, sizeof(text) - len, "04 000000 000001 08 01000000 2F");
    expect_rtmp(text, TRACK_AT(3964) BOTH(3964, "0 ms 0 bytes"));
}
END_TEST

Suite *mpe_suite(void);

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("rtmp_chunk");
    TCase *const headers = tcase_create("headers");
    tcase_add_test(headers, basic_headers_of_one_two_and_three_bytes);
    tcase_add_test(headers, long_ids_are_distinguished);
    tcase_add_test(headers, message_headers_repeat_what_they_leave_out);
    tcase_add_test(headers, the_message_stream_id_is_little_endian);
    tcase_add_test(headers, format_3_after_format_0);
    tcase_add_test(headers, small_negative_deltas);
    tcase_add_test(headers, timestamps_wrap_at_32_bits);
    tcase_add_test(headers, a_fresh_chunk_stream_may_begin_with_format_1);
    tcase_add_test(headers, but_not_with_less);
    tcase_add_test(headers, empty_messages_hold_no_frame);
    suite_add_tcase(suite, headers);
    TCase *const chunks = tcase_create("chunks");
    tcase_add_test(chunks, a_message_in_many_chunks);
    tcase_add_test(chunks, chunks_interleave);
    tcase_add_test(chunks, chunks_of_streams_whose_ids_differ_by_64_interleave);
    tcase_add_test(chunks, a_tag_header_may_be_cut_by_a_chunk);
    tcase_add_test(chunks, set_chunk_size_counts_from_the_next_chunk_on);
    tcase_add_test(chunks, set_chunk_size_out_of_range);
    tcase_add_test(chunks, abort_drops_a_message);
    tcase_add_test(chunks, a_header_in_the_middle_of_a_message_is_malformed);
    tcase_add_test(chunks, an_end_in_the_middle_is_no_fault);
    tcase_add_test(chunks, what_goes_beyond_the_limits_is_refused);
    suite_add_tcase(suite, chunks);
    TCase *const extended = tcase_create("extended timestamps");
    tcase_add_test(extended, continuations_that_repeat_the_extended_timestamp);
    tcase_add_test(extended, repeated_timestamps_between_whole_chunks);
    tcase_add_test(extended, continuations_that_do_not);
    tcase_add_test(extended, payload_that_begins_like_the_timestamp);
    tcase_add_test(extended, continuations_that_repeat_a_delta_or_the_time_it_came_to);
    tcase_add_test(extended, an_extended_field_below_the_mark_proves_nothing);
    tcase_add_test(extended, extended_times_where_a_delta_is_meant);
    tcase_add_test(extended, the_field_decides_not_the_clock);
    suite_add_tcase(suite, extended);
    TCase *const aggregate = tcase_create("other messages");
    tcase_add_test(aggregate, aggregates_are_moved_to_their_time);
    tcase_add_test(aggregate, aggregates_cut_into_chunks);
    tcase_add_test(aggregate, a_message_beyond_its_aggregate_is_malformed);
    tcase_add_test(aggregate, other_messages_are_skipped);
    suite_add_tcase(suite, aggregate);
    return suite;
}
