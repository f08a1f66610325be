/* Bodies of audio and video messages: legacy, Enhanced RTMP, multitrack, and malformed ones. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "mpe.h"
#include "wire/av_tag.h"
#include "wire_log.h"

#define STREAM_ID        1
#define TIMESTAMP_MS     40
#define MAX_HEADER_BYTES 8

/* Steps through one piece. false: at a fault, after which nothing is read. */
static bool step_all(struct mpe_av_tag *tag, struct mpe_gather *gather, const struct mpe_wire_tools *tools,
                     struct mpe_cursor *in, const uint8_t *origin, struct wire_log *log)
{
    struct mpe_unit unit;
    while (mpe_av_tag_step(tag, gather, tools, in, &unit)) {
        unit.offset_bytes = (uint64_t)(in->at - origin) - 1;
        log_unit(log, &unit);
        if (unit.kind == MPE_UNIT_FAULT)
            return false;
    }
    ck_assert_ptr_eq(in->at, in->end);
    return true;
}

/* One body, cut; offsets count from its first byte. */
static void run(uint8_t media, struct wire_bytes body, enum wire_cut cut, struct wire_log *log)
{
    const struct mpe_mem mem = mpe_mem_default();
    const struct mpe_limits limits = {.max_header_bytes = MAX_HEADER_BYTES};
    const struct mpe_wire_tools tools = {&mem, &limits, NULL};
    struct mpe_gather gather = {0};
    struct mpe_av_tag tag = {0};
    bool more = true;
    mpe_av_tag_begin(&tag, media, STREAM_ID, TIMESTAMP_MS, (uint32_t)body.len);
    for (size_t at = 0, len; more && at < body.len; at += len) {
        len = next_cut(cut, body.len - at);
        struct mpe_cursor in = {body.at + at, body.at + at + len};
        more = step_all(&tag, &gather, &tools, &in, body.at, log);
    }
    ck_assert(!more || mpe_av_tag_ended(&tag));
    mpe_av_tag_free(&tag, &mem);
    mpe_gather_free(&gather, &mem);
}

static void expect(uint8_t media, const char *text, const char *expected)
{
    static struct wire_log log;
    const struct wire_bytes body = bytes_of(text);
    for (int cut = CUT_NONE; cut < CUT_KINDS; cut++) {
        log.text[0] = 0;
        log.len = 0;
        run(media, body, (enum wire_cut)cut, &log);
        ck_assert_msg(strcmp(log.text, expected) == 0, "cut %d gives\n%s\ninstead of\n%s", cut, log.text, expected);
    }
}

static void expect_video(const char *text, const char *expected)
{
    expect(MPE_MEDIA_VIDEO, text, expected);
}

static void expect_audio(const char *text, const char *expected)
{
    expect(MPE_MEDIA_AUDIO, text, expected);
}

#define TOO_SHORT " MALFORMED_INPUT: an Enhanced RTMP message ends inside its tag header\n"

/* ------------------------------------------------------------------ legacy */

START_TEST(avc)
{
    expect_video("17 00 000000 0164001F", "track @0 stream 1 video avc1\n"
                                          "header @8 stream 1 video avc1 0164001F\n");
    expect_video("17 01 000050 AABBCC", "track @0 stream 1 video avc1\n"
                                        "frame @4 stream 1 video avc1 40 ms ct 80 3 bytes key\n"
                                        "end @7 stream 1 video avc1 40 ms ct 80 3 bytes key\n");
    expect_video("27 01 FFFFD8 AA", "track @0 stream 1 video avc1\n"
                                    "frame @4 stream 1 video avc1 40 ms ct -40 1 bytes\n"
                                    "end @5 stream 1 video avc1 40 ms ct -40 1 bytes\n");
    expect_video("17 02 000000", "track @0 stream 1 video avc1\n"
                                 "track-end @4 stream 1 video avc1\n");
    expect_video("17 02", "track @0 stream 1 video avc1\n"
                          "track-end @1 stream 1 video avc1\n");
}
END_TEST

START_TEST(hevc_by_the_id_of_old_encoders)
{
    expect_video("1C 00 000000 01", "track @0 stream 1 video hvc1\n"
                                    "header @5 stream 1 video hvc1 01\n");
    expect_video("2C 01 000001 AA", "track @0 stream 1 video hvc1\n"
                                    "frame @4 stream 1 video hvc1 40 ms ct 1 1 bytes\n"
                                    "end @5 stream 1 video hvc1 40 ms ct 1 1 bytes\n");
}
END_TEST

START_TEST(aac)
{
    expect_audio("AF 00 1210", "track @0 stream 1 audio mp4a\n"
                               "header @3 stream 1 audio mp4a 1210\n");
    expect_audio("AF 01 AABB", "track @0 stream 1 audio mp4a\n"
                               "frame @1 stream 1 audio mp4a 40 ms 2 bytes\n"
                               "end @3 stream 1 audio mp4a 40 ms 2 bytes\n");
}
END_TEST

START_TEST(other_legacy_codecs_have_a_header_of_one_byte)
{
    expect_video("12 AABB", "track @0 stream 1 video FLV1\n"
                            "frame @0 stream 1 video FLV1 40 ms 2 bytes key\n"
                            "end @2 stream 1 video FLV1 40 ms 2 bytes key\n");
    expect_audio("2F AA", "track @0 stream 1 audio .mp3\n"
                          "frame @0 stream 1 audio .mp3 40 ms 1 bytes\n"
                          "end @1 stream 1 audio .mp3 40 ms 1 bytes\n");
    expect_audio("72", "track @0 stream 1 audio g711\n"
                       "frame @0 stream 1 audio g711 40 ms 0 bytes\n"
                       "end @0 stream 1 audio g711 40 ms 0 bytes\n");
}
END_TEST

START_TEST(legacy_ids_without_a_codec_show_their_id)
{
    expect_video("2D AA", "track @0 stream 1 video vidD\n"
                          "frame @0 stream 1 video vidD 40 ms 1 bytes\n"
                          "end @1 stream 1 video vidD 40 ms 1 bytes\n");
    expect_audio("C0 AA", "track @0 stream 1 audio audC\n"
                          "frame @0 stream 1 audio audC 40 ms 1 bytes\n"
                          "end @1 stream 1 audio audC 40 ms 1 bytes\n");
}
END_TEST

START_TEST(generated_key_frames_are_key_frames)
{
    expect_video("47 01 000000 AA", "track @0 stream 1 video avc1\n"
                                    "frame @4 stream 1 video avc1 40 ms 1 bytes key\n"
                                    "end @5 stream 1 video avc1 40 ms 1 bytes key\n");
}
END_TEST

START_TEST(frames_without_data_begin_and_end_at_once)
{
    expect_audio("AF 01", "track @0 stream 1 audio mp4a\n"
                          "frame @1 stream 1 audio mp4a 40 ms 0 bytes\n"
                          "end @1 stream 1 audio mp4a 40 ms 0 bytes\n");
}
END_TEST

START_TEST(bodies_that_say_nothing)
{
    expect_video("|", "");
    expect_audio("|", "");
    expect_video("57 00", "no-frame @1\n");                            /* command frame */
    expect_video("D1 00", "no-frame @1\n");                            /* Enhanced: video command, no body */
    expect_video("D1 00 'avc1' AABB", "no-frame @7\n");                /* though one is there */
    expect_video("17", "track @0 stream 1 video avc1\nno-frame @0\n"); /* a stub */
    expect_video("17 01 0000", "track @0 stream 1 video avc1\nno-frame @3\n");
    expect_audio("AF", "track @0 stream 1 audio mp4a\nno-frame @0\n");
    expect_video("17 00 000000", "track @0 stream 1 video avc1\nno-frame @4\n"); /* a sequence header of nothing */
    expect_audio("AF 00", "track @0 stream 1 audio mp4a\nno-frame @1\n");
    expect_video("17 03 000000 AABB", "track @0 stream 1 video avc1\nno-frame @6\n"); /* no such packet type */
    expect_audio("AF 02 AABB", "track @0 stream 1 audio mp4a\nno-frame @3\n");
}
END_TEST

START_TEST(headers_beyond_the_limit_are_refused_before_they_come)
{
    expect_video("17 00 000000 0102030405060708",
                 "track @0 stream 1 video avc1\nheader @12 stream 1 video avc1 0102030405060708\n");
    expect_video("17 00 000000 010203040506070809",
                 "track @0 stream 1 video avc1\nfault @4 INTERNAL_LIMIT: bytes of a sequence header (9, 8)\n");
}
END_TEST

/* ---------------------------------------------------------------- Enhanced */

START_TEST(enhanced_video)
{
    expect_video("90 'hvc1' 01AA", "track @4 stream 1 video hvc1\n"
                                   "header @6 stream 1 video hvc1 01AA\n");
    expect_video("91 'hvc1' 000028 AA", "track @4 stream 1 video hvc1\n"
                                        "frame @7 stream 1 video hvc1 40 ms ct 40 1 bytes key\n"
                                        "end @8 stream 1 video hvc1 40 ms ct 40 1 bytes key\n");
    expect_video("A3 'avc1' AA", "track @4 stream 1 video avc1\n"
                                 "frame @4 stream 1 video avc1 40 ms 1 bytes\n"
                                 "end @5 stream 1 video avc1 40 ms 1 bytes\n");
    expect_video("A1 'av01' AA", "track @4 stream 1 video av01\n"
                                 "frame @4 stream 1 video av01 40 ms 1 bytes\n"
                                 "end @5 stream 1 video av01 40 ms 1 bytes\n");
    expect_video("A1 'vvc1' FFFFFF AA", "track @4 stream 1 video vvc1\n"
                                        "frame @7 stream 1 video vvc1 40 ms ct -1 1 bytes\n"
                                        "end @8 stream 1 video vvc1 40 ms ct -1 1 bytes\n");
    expect_video("92 'hvc1'", "track @4 stream 1 video hvc1\ntrack-end @4 stream 1 video hvc1\n");
    expect_video("95 'av01' 8081", "track @4 stream 1 video av01\nheader @6 stream 1 video av01 8081\n");
    expect_video("91 'zzzz' AA", "track @4 stream 1 video zzzz\n"
                                 "frame @4 stream 1 video zzzz 40 ms 1 bytes key\n"
                                 "end @5 stream 1 video zzzz 40 ms 1 bytes key\n");
}
END_TEST

START_TEST(enhanced_video_metadata_and_types_to_come_name_the_track_alone)
{
    expect_video("94 'hvc1' 02 0009 'colorInfo'", "track @4 stream 1 video hvc1\nno-frame @16\n");
    expect_video("D4 'hvc1' 02 0009 'colorInfo'", /* frame type is not looked at */
                 "track @4 stream 1 video hvc1\nno-frame @16\n");
    expect_video("9F 'hvc1' AA", "track @4 stream 1 video hvc1\nno-frame @5\n");
    expect_video("90 'hvc1'", "track @4 stream 1 video hvc1\nno-frame @4\n");
}
END_TEST

START_TEST(enhanced_audio)
{
    expect_audio("90 'Opus' 4F70", "track @4 stream 1 audio Opus\nheader @6 stream 1 audio Opus 4F70\n");
    expect_audio("91 'ac-3' AA", "track @4 stream 1 audio ac-3\n"
                                 "frame @4 stream 1 audio ac-3 40 ms 1 bytes\n"
                                 "end @5 stream 1 audio ac-3 40 ms 1 bytes\n");
    expect_audio("92 'mp4a'", "track @4 stream 1 audio mp4a\ntrack-end @4 stream 1 audio mp4a\n");
    expect_audio("94 'mp4a' 01 02", "track @4 stream 1 audio mp4a\nno-frame @6\n"); /* MultichannelConfig */
    expect_audio("93 'mp4a' AA", "track @4 stream 1 audio mp4a\nno-frame @5\n");    /* reserved for audio */
}
END_TEST

/* No FourCC at all names a codec, too: one that nobody knows, and that is told each time. */
START_TEST(a_fourcc_of_zeros_is_an_unknown_codec)
{
    expect_video("91 00000000 AA", "track @4 stream 1 video\n"
                                   "frame @4 stream 1 video 40 ms 1 bytes key\n"
                                   "end @5 stream 1 video 40 ms 1 bytes key\n");
}
END_TEST

START_TEST(mod_ex_adds_nanoseconds)
{
    expect_video("97 02 0F423F 01 'av01' AA", "track @9 stream 1 video av01\n"
                                              "frame @9 stream 1 video av01 40 ms +999999 ns 1 bytes key\n"
                                              "end @10 stream 1 video av01 40 ms +999999 ns 1 bytes key\n");
    expect_audio("97 02 000001 01 'Opus' AA", "track @9 stream 1 audio Opus\n"
                                              "frame @9 stream 1 audio Opus 40 ms +1 ns 1 bytes\n"
                                              "end @10 stream 1 audio Opus 40 ms +1 ns 1 bytes\n");
}
END_TEST

START_TEST(mod_ex_repeats_and_may_be_long)
{
    expect_video("97 FF 0101 258*00 17 02 000007 03 'av01' AA",
                 "track @271 stream 1 video av01\n"
                 "frame @271 stream 1 video av01 40 ms +7 ns 1 bytes key\n"
                 "end @272 stream 1 video av01 40 ms +7 ns 1 bytes key\n");
}
END_TEST

START_TEST(mod_ex_that_is_not_understood_is_skipped)
{
    expect_video("97 00 FF 01 'av01' AA", "track @7 stream 1 video av01\n" /* data too short */
                                          "frame @7 stream 1 video av01 40 ms 1 bytes key\n"
                                          "end @8 stream 1 video av01 40 ms 1 bytes key\n");
    expect_video("97 02 0F4240 01 'av01' AA", "track @9 stream 1 video av01\n" /* a whole millisecond */
                                              "frame @9 stream 1 video av01 40 ms 1 bytes key\n"
                                              "end @10 stream 1 video av01 40 ms 1 bytes key\n");
    expect_video("97 02 000001 51 'av01' AA", "track @9 stream 1 video av01\n" /* another type */
                                              "frame @9 stream 1 video av01 40 ms 1 bytes key\n"
                                              "end @10 stream 1 video av01 40 ms 1 bytes key\n");
}
END_TEST

START_TEST(mod_ex_beyond_the_body_is_malformed)
{
#define TOO_LONG " MALFORMED_INPUT: ModEx data is longer than its Enhanced RTMP message\n"
    expect_video("97 02 000001", "fault @1" TOO_LONG); /* its type is missing */
    expect_video("97 05 000001", "fault @1" TOO_LONG);
    expect_video("97 FF FFFF 00", "fault @3" TOO_LONG);
    expect_video("97", "fault @0" TOO_SHORT);
    expect_video("97 FF 00", "fault @1" TOO_SHORT);
    expect_video("97 02 000001 01 'av0'", "fault @5" TOO_SHORT);
}
END_TEST

START_TEST(one_track)
{
    expect_video("96 01 'avc1' 02 000050 AA", "track @6 stream 1 track 2 video avc1\n"
                                              "frame @9 stream 1 track 2 video avc1 40 ms ct 80 1 bytes key\n"
                                              "end @10 stream 1 track 2 video avc1 40 ms ct 80 1 bytes key\n");
    expect_audio("95 00 'mp4a' 01 1210", "track @6 stream 1 track 1 audio mp4a\n"
                                         "header @8 stream 1 track 1 audio mp4a 1210\n");
    expect_video("96 02 'hvc1' 03", "track @6 stream 1 track 3 video hvc1\n"
                                    "track-end @6 stream 1 track 3 video hvc1\n");
}
END_TEST

START_TEST(many_tracks)
{
    expect_video("A6 11 'avc1' 00 000004 000001 AA 01 000005 000002 BBCC",
                 "track @6 stream 1 video avc1\n"
                 "frame @12 stream 1 video avc1 40 ms ct 1 1 bytes\n"
                 "end @13 stream 1 video avc1 40 ms ct 1 1 bytes\n"
                 "track @14 stream 1 track 1 video avc1\n"
                 "frame @20 stream 1 track 1 video avc1 40 ms ct 2 2 bytes\n"
                 "end @22 stream 1 track 1 video avc1 40 ms ct 2 2 bytes\n");
    expect_audio("95 10 'mp4a' 00 000002 1210 01 000000 02 000001 AA",
                 "track @6 stream 1 audio mp4a\n"
                 "header @11 stream 1 audio mp4a 1210\n"
                 "track @12 stream 1 track 1 audio mp4a\n" /* an empty header is none */
                 "track @16 stream 1 track 2 audio mp4a\n"
                 "header @20 stream 1 track 2 audio mp4a AA\n");
}
END_TEST

START_TEST(many_tracks_many_codecs)
{
    expect_video("A6 21 'av01' 01 000001 AA 'hvc1' 02 000004 000003 BB",
                 "track @6 stream 1 track 1 video av01\n"
                 "frame @9 stream 1 track 1 video av01 40 ms 1 bytes\n"
                 "end @10 stream 1 track 1 video av01 40 ms 1 bytes\n"
                 "track @15 stream 1 track 2 video hvc1\n"
                 "frame @21 stream 1 track 2 video hvc1 40 ms ct 3 1 bytes\n"
                 "end @22 stream 1 track 2 video hvc1 40 ms ct 3 1 bytes\n");
}
END_TEST

START_TEST(a_composition_time_is_its_own_tracks)
{
    expect_video("A6 21 'hvc1' 01 000003 000003 'av01' 02 000001 AA",
                 "track @6 stream 1 track 1 video hvc1\n"
                 "frame @12 stream 1 track 1 video hvc1 40 ms ct 3 0 bytes\n"
                 "end @12 stream 1 track 1 video hvc1 40 ms ct 3 0 bytes\n"
                 "track @17 stream 1 track 2 video av01\n"
                 "frame @20 stream 1 track 2 video av01 40 ms 1 bytes\n"
                 "end @21 stream 1 track 2 video av01 40 ms 1 bytes\n");
}
END_TEST

START_TEST(mod_ex_before_multitrack)
{
    expect_video("A7 02 000009 06 03 'av01' 01 AA", "track @11 stream 1 track 1 video av01\n"
                                                    "frame @11 stream 1 track 1 video av01 40 ms +9 ns 1 bytes\n"
                                                    "end @12 stream 1 track 1 video av01 40 ms +9 ns 1 bytes\n");
}
END_TEST

START_TEST(multitrack_of_a_kind_to_come_is_skipped)
{
    expect_video("96 31 'avc1' 00 AABB", "no-frame @8\n");
}
END_TEST

START_TEST(multitrack_that_does_not_fit_is_malformed)
{
#define SUB_TRACK_TOO_LONG " MALFORMED_INPUT: a sub-track is longer than its multitrack message\n"
#define NESTED             " MALFORMED_INPUT: a multitrack message holds another multitrack or ModEx header\n"
    expect_video("96 11 'av01' 01 000002 AA", "track @6 stream 1 track 1 video av01\nfault @9" SUB_TRACK_TOO_LONG);
    expect_video("96 11 'av01' 01 FFFFFF AA", "track @6 stream 1 track 1 video av01\nfault @9" SUB_TRACK_TOO_LONG);
    expect_video("96 11 'avc1' 01 000002 AABB 00 000000", "track @6 stream 1 track 1 video avc1\nfault @9" TOO_SHORT);
    expect_video("96 11 'av01' 01 0000", "track @6 stream 1 track 1 video av01\nfault @6" TOO_SHORT);
    expect_video("96 11 'av01'", "fault @5" TOO_SHORT);
    expect_video("96 21 'av01' 01 000000 'av'", "track @6 stream 1 track 1 video av01\n"
                                                "frame @9 stream 1 track 1 video av01 40 ms 0 bytes key\n"
                                                "end @9 stream 1 track 1 video av01 40 ms 0 bytes key\n"
                                                "fault @9" TOO_SHORT);
    expect_video("96", "fault @0" TOO_SHORT);
    expect_video("96 06", "fault @1" NESTED);
    expect_video("96 07", "fault @1" NESTED);
    expect_audio("95 05", "fault @1" NESTED);
}
END_TEST

START_TEST(enhanced_bodies_cut_short_are_malformed)
{
    expect_video("91", "fault @0" TOO_SHORT);
    expect_video("91 'avc'", "fault @0" TOO_SHORT);
    expect_video("91 'avc1' 0000", "track @4 stream 1 video avc1\nfault @4" TOO_SHORT);
    expect_audio("91 'Op'", "fault @0" TOO_SHORT);
}
END_TEST

/* ------------------------------------------------------------------ memory */

static void *refuse(void *user, size_t size_bytes)
{
    (void)user;
    (void)size_bytes;
    return NULL;
}

static void release(void *user, void *block)
{
    (void)user;
    (void)block;
}

START_TEST(a_header_that_finds_no_memory_is_a_fault)
{
    const struct mpe_mem mem = {refuse, release, NULL, NULL};
    const struct mpe_limits limits = {.max_header_bytes = MAX_HEADER_BYTES};
    const struct mpe_wire_tools tools = {&mem, &limits, NULL};
    struct mpe_gather gather = {0};
    const struct wire_bytes body = bytes_of("AF 00 1210");
    struct mpe_cursor in = {body.at, body.at + body.len};
    struct mpe_av_tag tag = {0};
    struct mpe_unit unit;
    mpe_av_tag_begin(&tag, MPE_MEDIA_AUDIO, 0, 0, (uint32_t)body.len);
    ck_assert(mpe_av_tag_step(&tag, &gather, &tools, &in, &unit));
    ck_assert_uint_eq(unit.kind, MPE_UNIT_TRACK);
    ck_assert(mpe_av_tag_step(&tag, &gather, &tools, &in, &unit));
    ck_assert_uint_eq(unit.kind, MPE_UNIT_FAULT);
    ck_assert_int_eq(unit.fault.reason, MPE_REASON_OUT_OF_MEMORY);
}
END_TEST

/* Any bytes at all come to an end, with a log that the cuts do not change. */
START_TEST(random_bodies_end)
{
    static struct wire_log whole, pieces;
    srand((unsigned)_i + 1);
    for (int round = 0; round < 300; round++) {
        uint8_t bytes[64];
        const struct wire_bytes body = {bytes, 1 + (size_t)rand() % sizeof(bytes)};
        for (size_t i = 0; i < body.len; i++)
            bytes[i] = (uint8_t)(rand() % 3 == 0 ? rand() : "\x96\x97\x11\x21\x00\x01\x02\x90"[rand() % 8]);
        const uint8_t media = rand() % 2 ? MPE_MEDIA_VIDEO : MPE_MEDIA_AUDIO;
        whole.len = pieces.len = 0;
        whole.text[0] = pieces.text[0] = 0;
        run(media, body, CUT_NONE, &whole);
        run(media, body, CUT_EVERYWHERE, &pieces);
        ck_assert_str_eq(whole.text, pieces.text);
    }
}
END_TEST

Suite *mpe_suite(void);

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("av_tag");
    TCase *const legacy = tcase_create("legacy");
    tcase_add_test(legacy, avc);
    tcase_add_test(legacy, hevc_by_the_id_of_old_encoders);
    tcase_add_test(legacy, aac);
    tcase_add_test(legacy, other_legacy_codecs_have_a_header_of_one_byte);
    tcase_add_test(legacy, legacy_ids_without_a_codec_show_their_id);
    tcase_add_test(legacy, generated_key_frames_are_key_frames);
    tcase_add_test(legacy, frames_without_data_begin_and_end_at_once);
    tcase_add_test(legacy, bodies_that_say_nothing);
    tcase_add_test(legacy, headers_beyond_the_limit_are_refused_before_they_come);
    suite_add_tcase(suite, legacy);
    TCase *const enhanced = tcase_create("enhanced");
    tcase_add_test(enhanced, enhanced_video);
    tcase_add_test(enhanced, enhanced_video_metadata_and_types_to_come_name_the_track_alone);
    tcase_add_test(enhanced, enhanced_audio);
    tcase_add_test(enhanced, a_fourcc_of_zeros_is_an_unknown_codec);
    tcase_add_test(enhanced, mod_ex_adds_nanoseconds);
    tcase_add_test(enhanced, mod_ex_repeats_and_may_be_long);
    tcase_add_test(enhanced, mod_ex_that_is_not_understood_is_skipped);
    tcase_add_test(enhanced, mod_ex_beyond_the_body_is_malformed);
    tcase_add_test(enhanced, one_track);
    tcase_add_test(enhanced, many_tracks);
    tcase_add_test(enhanced, many_tracks_many_codecs);
    tcase_add_test(enhanced, a_composition_time_is_its_own_tracks);
    tcase_add_test(enhanced, mod_ex_before_multitrack);
    tcase_add_test(enhanced, multitrack_of_a_kind_to_come_is_skipped);
    tcase_add_test(enhanced, multitrack_that_does_not_fit_is_malformed);
    tcase_add_test(enhanced, enhanced_bodies_cut_short_are_malformed);
    suite_add_tcase(suite, enhanced);
    TCase *const hostile = tcase_create("hostile");
    tcase_add_test(hostile, a_header_that_finds_no_memory_is_a_fault);
    tcase_add_loop_test(hostile, random_bodies_end, 0, 20);
    suite_add_tcase(suite, hostile);
    return suite;
}
