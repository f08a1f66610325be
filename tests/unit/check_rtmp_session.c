/* Commands and message streams of a connection, from connect to its end. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "mpe.h"
#include "wire_log.h"

/* Chunks of 64 KiB, so that each message is one chunk. */
#define BIG_CHUNKS     "02 000000 000004 01 00000000 00010000 |"
#define BIG_CHUNKS_LEN 16

#define NUMBER_1 "00 3FF0000000000000"
#define CONNECT_BODY                                                                                                   \
    "02 s'connect'" NUMBER_1 "03 s'app' 02 s'live/abcd' s'type' 02 s'nonprivate'"                                      \
    "s'tcUrl' 02 s'rtmp://h/live/abcd' 000009"
#define CONNECT "03 000000 ? 14 00000000 (" CONNECT_BODY ") |"

static void expect(const char *text, const char *expected)
{
    const struct wire_bytes bytes = bytes_join(bytes_of("03 3072*00" BIG_CHUNKS), bytes_of(text));
    expect_wire(bytes, MPE_PROTOCOL_RTMP, NULL, 3073 + BIG_CHUNKS_LEN, expected);
}

START_TEST(an_encoder_from_connect_to_the_end)
{
    expect(CONNECT "43 000000 ? 14 (02 s'releaseStream'" NUMBER_1 "05 02 s'') |"
                   "43 000000 ? 14 (02 s'FCPublish'" NUMBER_1 "05 02 s'') |"
                   "43 000000 ? 14 (02 s'createStream'" NUMBER_1 "05) |"
                   "08 000000 ? 14 01000000 (02 s'publish'" NUMBER_1 "05 02 s'k?x' 02 s'live') |"
                   "04 000000 ? 12 01000000 (02 s'@setDataFrame' 02 s'onMetaData') |"
                   "06 000000 000007 09 01000000 17 00 000000 0164 |"
                   "04 000000 000004 08 01000000 AF 00 1210 |"
                   "46 000021 000006 09 17 01 000000 AA |"
                   "43 000000 ? 14 (02 s'FCUnpublish'" NUMBER_1 "05 02 s'') |"
                   "43 000000 ? 14 (02 s'deleteStream'" NUMBER_1 "05" NUMBER_1 ")",
           "connect @98 name=live/abcd url=rtmp://h/live/abcd\n"
           "command @135 1\n"
           "command @168 1\n"
           "command @201 createStream 1\n"
           "publish @246 stream 1 name=k?x\n"
           "metadata @287 stream 1 0 bps 0 bps 0 mfps\n"
           "track @300 stream 1 video avc1\n"
           "header @306 stream 1 video avc1 0164\n"
           "track @319 stream 1 audio mp4a\n"
           "header @322 stream 1 audio mp4a 1210\n"
           "frame @335 stream 1 video avc1 33 ms 1 bytes key\n"
           "end @336 stream 1 video avc1 33 ms 1 bytes key\n"
           "unpublish @371 stream 1\n");
}
END_TEST

START_TEST(commands_in_amf3_messages)
{
    expect("03 000000 ? 11 00000000 (00" CONNECT_BODY ")", "connect @99 name=live/abcd url=rtmp://h/live/abcd\n");
    expect("03 000000 000004 11 00000000 00 11 0601 |" /* a name in AMF3 */
           "04 000000 ? 0F 01000000 (00 02 s'onMetaData')",
           "command @15 0\n"
           "metadata @41 stream 1 0 bps 0 bps 0 mfps\n");
}
END_TEST

#define PUBLISH(stream, letter) "03 000000 ? 14" stream "(02 s'publish'" NUMBER_1 "02 s'" letter "') |"
#define DELETE(number)          "03 000000 ? 14 00000000 (02 s'deleteStream'" NUMBER_1 "05 00" number ") |"
#define CLOSE(stream)           "03 000000 ? 14" stream "(02 s'closeStream'" NUMBER_1 ") |"
#define FC_UNPUBLISH(letter)    "03 000000 ? 14 00000000 (02 s'FCUnpublish'" NUMBER_1 "02 s'" letter "') |"

START_TEST(a_stream_ends_once)
{
    expect(PUBLISH("01000000", "a") FC_UNPUBLISH("a") CLOSE("01000000") DELETE("3FF0000000000000"),
           "publish @34 stream 1 name=a\n"
           "unpublish @73 stream 1\n");
    expect(PUBLISH("01000000", "a") CLOSE("01000000") DELETE("3FF0000000000000"), "publish @34 stream 1 name=a\n"
                                                                                  "unpublish @69 stream 1\n");
    expect(PUBLISH("01000000", "a") DELETE("3FF0000000000000") FC_UNPUBLISH("a"), "publish @34 stream 1 name=a\n"
                                                                                  "unpublish @80 stream 1\n");
}
END_TEST

START_TEST(what_was_not_published_does_not_end)
{
    expect(FC_UNPUBLISH("a") CLOSE("01000000") DELETE("3FF0000000000000"), "");
}
END_TEST

/* Its type is not its name; an encoder that sends no command object, or another one, names it all the same. */
START_TEST(a_null_is_no_stream_name)
{
#define PUBLISH_OF(values) "03 000000 ? 14 01000000 (02 s'publish'" NUMBER_1 values ")"
    expect(PUBLISH_OF("05 05 02 s'live'"), "publish @39 stream 1\n");
    expect(PUBLISH_OF("05 06 02 s'live'"), "publish @39 stream 1\n");
    expect(PUBLISH_OF("02 s'a' 02 s'live'"), "publish @41 stream 1 name=a\n");
    expect(PUBLISH_OF("03 000009 02 s'a' 02 s'live'"), "publish @45 stream 1 name=a\n");
}
END_TEST

START_TEST(a_stream_may_be_published_again)
{
    expect(PUBLISH("01000000", "a") "04 000000 000001 08 01000000 2F |" FC_UNPUBLISH("a")
               PUBLISH("01000000", "b") "04 000000 000001 08 01000000 2F |",
           "publish @34 stream 1 name=a\n"
           "track @47 stream 1 audio .mp3\n"
           "frame @47 stream 1 audio .mp3 0 ms 0 bytes\n"
           "end @47 stream 1 audio .mp3 0 ms 0 bytes\n"
           "unpublish @86 stream 1\n"
           "publish @121 stream 1 name=b\n"
           "track @134 stream 1 audio .mp3\n"
           "frame @134 stream 1 audio .mp3 0 ms 0 bytes\n"
           "end @134 stream 1 audio .mp3 0 ms 0 bytes\n");
}
END_TEST

START_TEST(several_streams_of_a_connection)
{
    expect(PUBLISH("01000000", "a") PUBLISH("02000000", "b") PUBLISH("03000000", "c") FC_UNPUBLISH("b")
               FC_UNPUBLISH("x") DELETE("4008000000000000") FC_UNPUBLISH("x"),
           "publish @34 stream 1 name=a\n"
           "publish @69 stream 2 name=b\n"
           "publish @104 stream 3 name=c\n"
           "unpublish @143 stream 2\n"   /* by its name */
           "unpublish @228 stream 3\n"   /* by its id */
           "unpublish @267 stream 1\n"); /* the only one left, whatever its name */
}
END_TEST

START_TEST(each_stream_has_tracks_of_its_own)
{
    expect(PUBLISH("01000000", "a")
               PUBLISH("02000000", "b") "04 000000 000001 08 01000000 2F"
                                        "04 000000 000001 08 02000000 2F 04 000000 000001 08 01000000 2F",
           "publish @34 stream 1 name=a\n"
           "publish @69 stream 2 name=b\n"
           "track @82 stream 1 audio .mp3\n"
           "frame @82 stream 1 audio .mp3 0 ms 0 bytes\n"
           "end @82 stream 1 audio .mp3 0 ms 0 bytes\n"
           "track @95 stream 2 audio .mp3\n"
           "frame @95 stream 2 audio .mp3 0 ms 0 bytes\n"
           "end @95 stream 2 audio .mp3 0 ms 0 bytes\n"
           "frame @108 stream 1 audio .mp3 0 ms 0 bytes\n"
           "end @108 stream 1 audio .mp3 0 ms 0 bytes\n");
}
END_TEST

START_TEST(streams_are_bounded)
{
    struct mpe_limits limits = wire_limits();
    limits.max_tracks = 1;
    expect_rtmp_limited(PUBLISH("01000000", "a") "04 000000 000001 08 02000000 2F", &limits,
                        "publish @34 stream 1 name=a\n"
                        "fault @47 INTERNAL_LIMIT: RTMP message streams (2, 1)\n");
    expect_rtmp_limited(PUBLISH("01000000", "a") PUBLISH("02000000", "b"), &limits,
                        "publish @34 stream 1 name=a\n"
                        "fault @69 INTERNAL_LIMIT: RTMP message streams (2, 1)\n");
    expect_rtmp_limited(PUBLISH("01000000", "a") DELETE("3FF0000000000000") PUBLISH("02000000", "b"), &limits,
                        "publish @34 stream 1 name=a\n"
                        "unpublish @80 stream 1\n"
                        "publish @115 stream 2 name=b\n");
}
END_TEST

START_TEST(a_long_stream_name)
{
    static char text[4096], expected[2048], name[1025];
    memset(name, 'n', 1024);
    snprintf(text, sizeof(text), "03 000000 ? 14 01000000 (02 s'publish'" NUMBER_1 "02 s'%s')", name);
    snprintf(expected, sizeof(expected), "publish @1057 stream 1 name=%s\n", name);
    expect(text, expected);
}
END_TEST

START_TEST(commands_that_cannot_be_read_are_malformed)
{
#define UNREADABLE " MALFORMED_INPUT: the AMF of an RTMP command cannot be read\n"
    expect("03 000000 000004 14 00000000 05 05 05 05", "fault @15" UNREADABLE);
    expect("03 000000 ? 14 00000000 (02 s'connect' 03 00 03)", "fault @24" UNREADABLE);
}
END_TEST

START_TEST(data_that_is_no_metadata_passes)
{
    expect("04 000000 000004 12 01000000 00 0F 42 40 |" /* FFmpeg's timecode track */
           "04 000000 ? 12 01000000 (02 s'onTextData') |"
           "04 000000 000001 12 01000000 FF |"
           "04 000000 000002 10 01000000 0000",
           "");
}
END_TEST

Suite *mpe_suite(void);

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("rtmp_session");
    TCase *const tcase = tcase_create("session");
    tcase_add_test(tcase, an_encoder_from_connect_to_the_end);
    tcase_add_test(tcase, commands_in_amf3_messages);
    tcase_add_test(tcase, a_stream_ends_once);
    tcase_add_test(tcase, what_was_not_published_does_not_end);
    tcase_add_test(tcase, a_null_is_no_stream_name);
    tcase_add_test(tcase, a_stream_may_be_published_again);
    tcase_add_test(tcase, several_streams_of_a_connection);
    tcase_add_test(tcase, each_stream_has_tracks_of_its_own);
    tcase_add_test(tcase, streams_are_bounded);
    tcase_add_test(tcase, a_long_stream_name);
    tcase_add_test(tcase, commands_that_cannot_be_read_are_malformed);
    tcase_add_test(tcase, data_that_is_no_metadata_passes);
    suite_add_tcase(suite, tcase);
    return suite;
}
