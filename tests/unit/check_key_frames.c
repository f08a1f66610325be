/* What stands in key frames: NAL units, SEI, and what an encoder says of itself. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mpe.h"
#include "wire/encoder_report.h"
#include "wire/key_frames.h"
#include "wire_log.h"

/* ------------------------------------------------------------------ messages */

#define TIMES     "0aecffe752724e2fa62fd19cd61a93b5"
#define SESSION   "ca60e71c6a8b4388a377151df7bf8ac2"
#define RENDITION "f1fbc1d5101e4fb5a61eb8ce3c07b8c0"

static struct mpe_encoder_report read_report(struct wire_bytes bytes)
{
    struct mpe_encoder_report report = {0};
    struct mpe_encoder_message message;
    mpe_encoder_report_begin(&message);
    for (size_t i = 0; i < bytes.len && mpe_encoder_report_take(&message, bytes.at[i], &report); i++)
        continue;
    return report;
}

static struct mpe_encoder_report report_of(const char *text)
{
    return read_report(bytes_of(text));
}

/* What a time says does not matter to counters, only how long it is; nobody knows that of another form. */
START_TEST(counters_after_times)
{
    static const struct {
        const char *times;
        bool is_read;
    } messages[] = {
        {"00 0101 '2024-05-31T12:26:03.591Z' 00", true},
        {"00 0101 '' 00", true},
        {"01 0101 '2024-05-31T12:26:03.591Z' 00 0102 'no time at all' 00", true},
        {"02 0201 0000018FCE9D4267 0302 00000000000F4240 0203 FFFFFFFFFFFFFFFF", true},
        {"01 0209 0000000000000001 0204 0000018FCE9D4267", true},
        {"F0 0204 0000018FCE9D4267", true},
        {"01 0901 0204 0000018FCE9D4267", false},
        {"01 0204 0000018FCE9D4267", false},
        {"00 0101 '2024-05-31T12:26:03.591Z'", false},
    };
    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        char text[300];
        snprintf(text, sizeof(text), SESSION "%s 00 03 00000007", messages[i].times);
        const struct mpe_encoder_report report = report_of(text);
        ck_assert(report.is_there);
        ck_assert_msg(report.dropped_frames == (messages[i].is_read ? 7 : 0), "%s: %u", messages[i].times,
                      report.dropped_frames);
    }
    ck_assert(report_of(TIMES "00 0101 '2024-05-31T12:26:03.591Z' 00").is_there);
    ck_assert_uint_eq(report_of(TIMES "00 0101 '' 00 00 03 00000007").dropped_frames, 0); /* these have no counters */
}
END_TEST

START_TEST(counters_of_session_and_rendition)
{
    struct mpe_encoder_report report = report_of(SESSION "00 0204 0000018FCE9D4267 03 01 00000078 02 00000005"
                                                         "03 00000007 04 000000E6");
    ck_assert_uint_eq(report.lagged_frames, 5);
    ck_assert_uint_eq(report.dropped_frames, 7);
    ck_assert_uint_eq(report.skipped_frames, 0);
    report = report_of(RENDITION "00 0204 0000018FCE9D4267 F2 01 00000078 02 FFFFFFFF 03 00000009");
    ck_assert_uint_eq(report.lagged_frames, 0);
    ck_assert_uint_eq(report.dropped_frames, 0);
    ck_assert_uint_eq(report.skipped_frames, UINT32_MAX);
}
END_TEST

START_TEST(what_is_no_message_of_theirs)
{
    ck_assert(!report_of("").is_there);
    ck_assert(!report_of("0aecffe752724e2fa62fd19cd61a93").is_there);
    ck_assert(!report_of("0aecffe752724e2fa62fd19cd61a93b6 00 0201 0000018FCE9D4267").is_there);
    ck_assert(!report_of("dc45e9bde6d948b7962cd820d923eeef 'x264 - core 164'").is_there);
}
END_TEST

/* A message may end anywhere: what stood in it up to there is said. */
START_TEST(messages_that_are_cut_short)
{
    const struct wire_bytes whole = bytes_of(SESSION "01 0101 '2024-05-31T12:26:03Z' 00 0204 0000018FCE9D4267"
                                                     "03 02 00000078 00 00000001 05 00000001 03 000000E6");
    for (size_t len = 0; len <= whole.len; len++) {
        const struct mpe_encoder_report report = read_report((struct wire_bytes){whole.at, len});
        ck_assert_int_eq(report.is_there, len >= 16);
        ck_assert_uint_eq(report.lagged_frames, len >= 56 ? 0x78 : 0);
        ck_assert_uint_eq(report.dropped_frames, len == whole.len ? 0xE6 : 0);
    }
}
END_TEST

/* ---------------------------------------------------------------- NAL units */

/* A NAL unit after its length. */
static struct wire_bytes nal(int length_bytes, const char *text)
{
    char length[16];
    const size_t len = bytes_of(text).len;
    snprintf(length, sizeof(length), "%0*zX", 2 * length_bytes, len);
    return bytes_join(bytes_of(length), bytes_of(text));
}

static struct wire_bytes flv_tag(unsigned type, unsigned ms, const char *head, struct wire_bytes data)
{
    char text[64];
    const struct wire_bytes body = bytes_join(bytes_of(head), data);
    snprintf(text, sizeof(text), "%02X%06zX%06X00000000", type, body.len, ms);
    return bytes_join(bytes_join(bytes_of(text), body), bytes_of("00000000"));
}

/* Tags after the file header, a decoder configuration that says how long lengths are, and what they give. */
static void expect_flv_keys(int length_bytes, struct wire_bytes tags, const char *rest)
{
    char config[32], expected[4096];
    snprintf(config, sizeof(config), "0164001F%02X", 0xFC + length_bytes - 1);
    const struct wire_bytes head =
        bytes_join(bytes_of("'FLV' 01 05 00000009 00000000"), flv_tag(9, 0, "17 00 000000", bytes_of(config)));
    snprintf(expected, sizeof(expected), "track @11 video avc1\nheader @20 video avc1 %s\n%s", config, rest);
    expect_key_frames(bytes_join(head, tags), MPE_PROTOCOL_FLV, 13, expected);
}

#define AVC_KEY   "17 01 000000"
#define AVC_INTER "27 01 000000"

START_TEST(an_idr_picture_and_one_that_is_none)
{
    const struct wire_bytes idr = bytes_join(nal(4, "09F0"), nal(4, "65 8884000000000010"));
    const struct wire_bytes other = bytes_join(nal(4, "06 80"), nal(4, "41"));
    expect_flv_keys(4, bytes_join(flv_tag(9, 40, AVC_KEY, idr), flv_tag(9, 80, AVC_KEY, other)),
                    "frame @40 video avc1 40 ms 19 bytes key\nend @59 video avc1 40 ms 19 bytes key\n"
                    "key-frame @59 video idr\n"
                    "frame @79 video avc1 80 ms 11 bytes key\nend @90 video avc1 80 ms 11 bytes key\n"
                    "key-frame @90 video open\n");
}
END_TEST

START_TEST(inter_frames_and_sound_are_not_looked_into)
{
    expect_flv_keys(4, bytes_join(flv_tag(9, 40, AVC_INTER, nal(4, "65")), flv_tag(8, 40, "AF01", bytes_of("AA"))),
                    "frame @40 video avc1 40 ms 5 bytes\nend @45 video avc1 40 ms 5 bytes\n"
                    "track @61 audio mp4a\nframe @62 audio mp4a 40 ms 1 bytes\nend @63 audio mp4a 40 ms 1 bytes\n");
}
END_TEST

static const char a_report[] = "06 01 02 AABB 05 30 " SESSION "00 0204 0000 03 018FCE9D4267 03"
                               "01 000003 0078 02 000003 0005 03 000003 0007 04 000003 00E6"
                               "05 2B " RENDITION "00 0204 0000 03 018FCE9D4267 02 01 000003 0078 02 000003 0003"
                               "03 000003 0075 80";

/* SEI after the picture or in front of it, several messages in one NAL unit, foreign ones, emulation prevention. */
START_TEST(an_encoder_reports)
{
    char expected[400];
    const struct wire_bytes sei = nal(4, a_report);
    const struct wire_bytes picture = nal(4, "65 8884");
    const char *const line = "frame @40 video avc1 40 ms %zu bytes key\nend @%zu video avc1 40 ms %zu bytes key\n"
                             "key-frame @%zu video idr report L5 D7 s3\n";
    const size_t len = sei.len + picture.len;
    snprintf(expected, sizeof(expected), line, len, len + 40, len, len + 40);
    expect_flv_keys(4, flv_tag(9, 40, AVC_KEY, bytes_join(picture, sei)), expected);
    expect_flv_keys(4, flv_tag(9, 40, AVC_KEY, bytes_join(sei, picture)), expected);
}
END_TEST

/* What comes in three NAL units, as an encoder of today sends it, adds up. The next key frame says nothing. */
START_TEST(a_report_is_of_its_frame)
{
    const struct wire_bytes times = nal(4, "06 05 2C " TIMES "00 0101 '2024-05-31T12:26:03.591Z' 00 80");
    const struct wire_bytes counters = nal(4, "06 05 21 " SESSION "00 0204 0000 03 018FCE9D4267 00 03 000003 0007 80");
    const struct wire_bytes frames =
        bytes_join(flv_tag(9, 40, AVC_KEY, bytes_join(bytes_join(times, counters), nal(4, "65"))),
                   flv_tag(9, 80, AVC_KEY, nal(4, "65")));
    expect_flv_keys(4, frames,
                    "frame @40 video avc1 40 ms 100 bytes key\nend @140 video avc1 40 ms 100 bytes key\n"
                    "key-frame @140 video idr report D7\n"
                    "frame @160 video avc1 80 ms 5 bytes key\nend @165 video avc1 80 ms 5 bytes key\n"
                    "key-frame @165 video idr\n");
}
END_TEST

START_TEST(lengths_of_one_two_and_three_bytes)
{
    static const char *const expected[] = {"frame @40 video avc1 40 ms 6 bytes key\nend @46 video avc1 40 ms 6 bytes "
                                           "key\nkey-frame @46 video idr\n",
                                           "frame @40 video avc1 40 ms 8 bytes key\nend @48 video avc1 40 ms 8 bytes "
                                           "key\nkey-frame @48 video idr\n",
                                           "frame @40 video avc1 40 ms 10 bytes key\nend @50 video avc1 40 ms 10 bytes "
                                           "key\nkey-frame @50 video idr\n"};
    for (int bytes = 1; bytes <= 3; bytes++)
        expect_flv_keys(bytes, flv_tag(9, 40, AVC_KEY, bytes_join(nal(bytes, "0680"), nal(bytes, "6588"))),
                        expected[bytes - 1]);
}
END_TEST

/* Nothing is said of what is not made of NAL units: a length that leads out of the frame, start codes, a rest. */
START_TEST(frames_that_are_no_nal_units)
{
    static const char *const frames[] = {"00000003 6588", "00000001 65 000000", "00000001 65880000", "FFFFFFFF 658800"};
    for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
        char expected[400];
        const size_t len = bytes_of(frames[i]).len;
        snprintf(expected, sizeof(expected),
                 "frame @40 video avc1 40 ms %zu bytes key\nend @%zu video avc1 40 ms %zu bytes key\n", len, len + 40,
                 len);
        expect_flv_keys(4, flv_tag(9, 40, AVC_KEY, bytes_of(frames[i])), expected);
    }
}
END_TEST

/* An IDR picture after these NAL units, and what is said of the key frame besides. */
static void expect_idr_after(struct wire_bytes nals, const char *said)
{
    char expected[400];
    const struct wire_bytes data = bytes_join(nals, nal(4, "65"));
    snprintf(expected, sizeof(expected),
             "frame @40 video avc1 40 ms %zu bytes key\nend @%zu video avc1 40 ms %zu bytes key\n"
             "key-frame @%zu video idr%s\n",
             data.len, data.len + 40, data.len, data.len + 40, said);
    expect_flv_keys(4, flv_tag(9, 40, AVC_KEY, data), expected);
}

/* SEI of any size: longer than is kept, longer than its NAL unit, of endless type; NAL units without bytes. */
START_TEST(sei_that_means_nothing)
{
    static const char *const seis[] = {"06 05 FF 10 " SESSION " 300*41 80",
                                       "06 05 FFFF00 " SESSION "00",
                                       "06 05 10",
                                       "06 300*FF",
                                       "06 05 300*FF",
                                       "06",
                                       "06 05 00 05 00 80",
                                       ""};
    for (size_t i = 0; i < sizeof(seis) / sizeof(seis[0]); i++)
        expect_idr_after(nal(4, seis[i]), "");
}
END_TEST

/* A message that is too long to be kept, with zeros and what prevents start codes in it, is skipped to its last byte.
 */
START_TEST(a_report_after_a_long_message)
{
    expect_idr_after(nal(4, "06 05 FF10 dc45e9bde6d948b7962cd820d923eeef 100*41 0000 03 0000 151*42"
                            "05 21 " SESSION "00 0204 0000 03 018FCE9D4267 00 03 000003 0007 80"),
                     " report D7");
}
END_TEST

/* A frame without data, and one of which a generated key frame says that it is one. */
START_TEST(odd_key_frames)
{
    expect_flv_keys(4, bytes_join(flv_tag(9, 40, AVC_KEY, bytes_of("")), flv_tag(9, 80, "47 01 000000", nal(4, "65"))),
                    "frame @40 video avc1 40 ms 0 bytes key\nend @40 video avc1 40 ms 0 bytes key\n"
                    "key-frame @40 video\n"
                    "frame @60 video avc1 80 ms 5 bytes key\nend @65 video avc1 80 ms 5 bytes key\n"
                    "key-frame @65 video idr\n");
}
END_TEST

/* ---------------------------------------------------------------------- HEVC */

/* A decoder configuration of HEVC whose lengths have 4 bytes. */
#define HVCC "01 20*00 FF 00"

static struct wire_bytes hevc_frames(const char *const *frames, size_t count)
{
    struct wire_bytes bytes =
        bytes_join(bytes_of("'FLV' 01 05 00000009 00000000"), flv_tag(9, 0, "90 'hvc1'", bytes_of(HVCC)));
    for (size_t i = 0; i < count; i++)
        bytes = bytes_join(bytes, flv_tag(9, 40, "93 'hvc1'", nal(4, frames[i])));
    return bytes;
}

START_TEST(pictures_of_hevc)
{
    /* IDR_W_RADL, IDR_N_LP, CRA, BLA_W_LP, TRAIL_R, RASL_N */
    static const char *const frames[] = {"2601 AA", "2801 AA", "2A01 AA", "2001 AA", "0201 AA", "1001 AA"};
    static const char *const names[] = {"idr", "idr", "open", "open", "open", "open rasl"};
    static char expected[4096];
    size_t len =
        (size_t)snprintf(expected, sizeof(expected), "track @15 video hvc1\nheader @38 video hvc1 01%0*dFF00\n", 40, 0);
    for (size_t i = 0; i < 6; i++)
        len += (size_t)snprintf(expected + len, sizeof(expected) - len,
                                "frame @%zu video hvc1 40 ms 7 bytes key\nend @%zu video hvc1 40 ms 7 bytes key\n"
                                "key-frame @%zu video %s\n",
                                i * 27 + 58, i * 27 + 65, i * 27 + 65, names[i]);
    expect_key_frames(hevc_frames(frames, 6), MPE_PROTOCOL_FLV, 13, expected);
}
END_TEST

/* In the SEI after the picture, whose NAL type is 40, and in that in front of it, 39. */
START_TEST(an_encoder_of_hevc_reports)
{
    static const char *const types[] = {"5001", "4E01"};
    for (size_t i = 0; i < 2; i++) {
        char frame[300];
        snprintf(frame, sizeof(frame), "%s 05 21 " SESSION "00 0204 0000 03 018FCE9D4267 00 03 000003 0007 80",
                 types[i]);
        const char *const frames[] = {frame};
        expect_key_frames(hevc_frames(frames, 1), MPE_PROTOCOL_FLV, 13,
                          "track @15 video hvc1\nheader @38 video hvc1 010000000000000000000000000000000000000000FF00\n"
                          "frame @58 video hvc1 40 ms 44 bytes key\nend @102 video hvc1 40 ms 44 bytes key\n"
                          "key-frame @102 video report D7\n");
    }
}
END_TEST

/* ---------------------------------------------------------------------- RTMP */

/* A message in chunks of 128 bytes; id below 64. */
static struct wire_bytes rtmp_message(unsigned id, unsigned type, unsigned ms, const char *head, struct wire_bytes data)
{
    char text[64];
    const struct wire_bytes body = bytes_join(bytes_of(head), data);
    snprintf(text, sizeof(text), "%02X%06X%06zX%02X01000000", id, ms, body.len, type);
    struct wire_bytes message = bytes_of(text);
    for (size_t at = 0; at < body.len; at += 128) {
        const size_t len = body.len - at < 128 ? body.len - at : 128;
        snprintf(text, sizeof(text), "%02X", 0xC0 | id);
        if (at != 0)
            message = bytes_join(message, bytes_of(text));
        message = bytes_join(message, (struct wire_bytes){body.at + at, len});
    }
    return message;
}

static void expect_rtmp_keys(struct wire_bytes messages, const char *rest)
{
    char expected[4096];
    const struct wire_bytes head =
        bytes_join(bytes_of("03 3072*00"), rtmp_message(4, 9, 0, "17 00 000000", bytes_of("0164001FFF")));
    snprintf(expected, sizeof(expected), "track @12 stream 1 video avc1\nheader @21 stream 1 video avc1 0164001FFF\n%s",
             rest);
    expect_key_frames(bytes_join(head, messages), MPE_PROTOCOL_RTMP, 3073, expected);
}

START_TEST(a_report_over_many_chunks)
{
    const struct wire_bytes data = bytes_join(nal(4, "65 700*88"), nal(4, a_report));
    expect_rtmp_keys(
        bytes_join(rtmp_message(4, 9, 40, AVC_KEY, data), rtmp_message(4, 9, 80, AVC_INTER, nal(4, "41"))),
        "frame @38 stream 1 video avc1 40 ms 819 bytes key\nend @863 stream 1 video avc1 40 ms 819 bytes key\n"
        "key-frame @863 stream 1 video idr report L5 D7 s3\n"
        "frame @880 stream 1 video avc1 80 ms 5 bytes\nend @885 stream 1 video avc1 80 ms 5 bytes\n");
}
END_TEST

/* Pictures are skipped from chunk to chunk, up to the next NAL unit; one that leads out of its frame is none. */
START_TEST(pictures_over_many_chunks)
{
    const struct wire_bytes two = bytes_join(nal(4, "65 300*88"), nal(4, "65 300*99"));
    const struct wire_bytes overlong = bytes_join(nal(4, "06 80"), bytes_of("000003E8 65 298*88"));
    expect_rtmp_keys(
        bytes_join(rtmp_message(4, 9, 40, AVC_KEY, two), rtmp_message(4, 9, 80, AVC_KEY, overlong)),
        "frame @38 stream 1 video avc1 40 ms 610 bytes key\nend @652 stream 1 video avc1 40 ms 610 bytes key\n"
        "key-frame @652 stream 1 video idr\n"
        "frame @669 stream 1 video avc1 80 ms 309 bytes key\nend @980 stream 1 video avc1 80 ms 309 bytes key\n");
}
END_TEST

/* Of two key frames whose chunks come in turn the one that began later is looked into. */
START_TEST(interleaved_key_frames)
{
    const struct wire_bytes a = rtmp_message(4, 9, 40, AVC_KEY, nal(4, "65 200*88"));
    const struct wire_bytes b = rtmp_message(5, 9, 40, AVC_KEY, nal(4, "41"));
    const struct wire_bytes first = {a.at, 140}, rest = {a.at + 140, a.len - 140};
    expect_rtmp_keys(
        bytes_join(bytes_join(first, b), rest),
        "frame @38 stream 1 video avc1 40 ms 205 bytes key\n"
        "frame @178 stream 1 video avc1 40 ms 5 bytes key\nend @183 stream 1 video avc1 40 ms 5 bytes key\n"
        "key-frame @183 stream 1 video open\n"
        "end @266 stream 1 video avc1 40 ms 205 bytes key\n");
}
END_TEST

Suite *mpe_suite(void);

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("key frames");
    TCase *const messages = tcase_create("messages");
    tcase_add_test(messages, counters_after_times);
    tcase_add_test(messages, counters_of_session_and_rendition);
    tcase_add_test(messages, what_is_no_message_of_theirs);
    tcase_add_test(messages, messages_that_are_cut_short);
    suite_add_tcase(suite, messages);
    TCase *const flv = tcase_create("FLV");
    tcase_add_test(flv, an_idr_picture_and_one_that_is_none);
    tcase_add_test(flv, inter_frames_and_sound_are_not_looked_into);
    tcase_add_test(flv, an_encoder_reports);
    tcase_add_test(flv, a_report_is_of_its_frame);
    tcase_add_test(flv, lengths_of_one_two_and_three_bytes);
    tcase_add_test(flv, frames_that_are_no_nal_units);
    tcase_add_test(flv, sei_that_means_nothing);
    tcase_add_test(flv, a_report_after_a_long_message);
    tcase_add_test(flv, odd_key_frames);
    tcase_add_test(flv, pictures_of_hevc);
    tcase_add_test(flv, an_encoder_of_hevc_reports);
    suite_add_tcase(suite, flv);
    TCase *const rtmp = tcase_create("RTMP");
    tcase_add_test(rtmp, a_report_over_many_chunks);
    tcase_add_test(rtmp, pictures_over_many_chunks);
    tcase_add_test(rtmp, interleaved_key_frames);
    suite_add_tcase(suite, rtmp);
    return suite;
}
