/* Key frames of fragmented MP4, found in mdat by the sizes and offsets of moof. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fmp4_log.h"
#include "mpe.h"
#include "wire/key_frames.h"
#include "demux/wire.h"

/* One line per key frame: the place of its last byte, its track, what it is; after a fault "fault". */
static void log_keys(const uint8_t *bytes, size_t len, size_t most_bytes, struct fmp4_log *log)
{
    const struct mpe_mem mem = mpe_mem_default();
    const struct mpe_limits limits = wire_limits();
    struct mpe_key_frames keys = {0};
    const struct mpe_wire_tools tools = {&mem, &limits, &keys};
    static const char *const names[] = {"", " idr", " open"};
    struct mpe_wire wire;
    struct mpe_unit unit;
    log->len = 0;
    log->text[0] = 0;
    mpe_wire_begin(&wire, &tools, MPE_PROTOCOL_FMP4);
    for (size_t at = 0; at < len;) {
        const size_t piece = most_bytes == 0 || most_bytes > len - at ? len - at : most_bytes;
        struct mpe_cursor in = {bytes + at, bytes + at + piece};
        while (mpe_wire_step(&wire, &in, &unit)) {
            char *const end = log->text + log->len;
            if (unit.kind == MPE_UNIT_KEY_FRAME)
                log->len += (size_t)sprintf(end, "@%llu %u%s%s%s\n", (unsigned long long)unit.offset_bytes,
                                            unit.track_id, names[unit.refresh], unit.has_rasl ? " rasl" : "",
                                            unit.report != NULL ? " report" : "");
            else if (unit.kind == MPE_UNIT_FAULT)
                log->len += (size_t)sprintf(end, "fault\n");
        }
        at += piece;
    }
    mpe_wire_clear(&wire);
}

static void expect_keys(const char *text, const char *expected)
{
    static const size_t cuts[] = {0, 1, 2, 3, 7, 20, 100};
    static struct box_bytes bytes;
    static struct fmp4_log log;
    bytes.len = 0;
    boxes_add(&bytes, text);
    for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
        log_keys(bytes.at, bytes.len, cuts[i], &log);
        ck_assert_msg(strcmp(log.text, expected) == 0, "pieces of %zu give\n%s\ninstead of\n%s", cuts[i], log.text,
                      expected);
    }
}

/* ---- fragments ---- */

#define INIT "(moov " AVC_TRAK "(mvex " AVC_TREX ") ) "

/* A moof at byte 0 of what follows INIT: of the samples each has its size and flags, the first is a key frame. */
#define KEY   "02000000"
#define INTER "01010000"
#define IDR   "00000002 6588 "
#define CRA   "00000003 419A00 "

/* 16 moof and mfhd's head ..: moof 8, mfhd 16, traf 8, tfhd 16, tfdt 16, trun 8 + 12 + 8 a sample. */
#define TRUN(count, offset, samples) "(trun 00000601 " count " " offset " " samples ") "

/* Where the bytes after INIT begin. */
static size_t init_bytes(void)
{
    static struct box_bytes bytes;
    bytes.len = 0;
    boxes_add(&bytes, INIT);
    return bytes.len;
}

static void expect_behind_init(const char *text, const char *format, size_t at)
{
    char expected[200], all[4096];
    snprintf(expected, sizeof(expected), format, init_bytes() + at);
    snprintf(all, sizeof(all), INIT "%s", text);
    expect_keys(all, expected);
}

START_TEST(a_key_frame_where_its_offset_says)
{
    /* moof is 100 bytes, mdat's data begins at 108; 3 bytes of something else stand before the samples */
    expect_behind_init(MOOF(TRAF(TFHD("00000001") TFDT("00000000") TRUN(
                           "00000002", "0000006F", "00000006 " KEY "00000003 " INTER))) "(mdat FFFFFF " IDR "AABBCC ) ",
                       "@%zu 1 idr\n", 108 + 3 + 5);
}
END_TEST

START_TEST(a_key_frame_behind_inter_frames)
{
    expect_behind_init(MOOF(TRAF(TFHD("00000001") TFDT("00000000") TRUN(
                           "00000002", "0000006C", "00000003 " INTER "00000007 " KEY))) "(mdat AABBCC " CRA ") ",
                       "@%zu 1 open\n", 108 + 3 + 6);
}
END_TEST

/* Two runs: the second one has no offset of its own, its data follows. */
START_TEST(a_run_without_an_offset)
{
    expect_behind_init(MOOF(TRAF(TFHD("00000001") TFDT("00000000") TRUN(
                           "00000001", "00000084", "00000003 " INTER) "(trun 00000600 00000001 00000006 " KEY
                                                                      ") ")) "(mdat 8*00 AABBCC " IDR ") ",
                       "@%zu 1 idr\n", 132 + 3 + 5);
}
END_TEST

/* The traf says from where offsets count. */
START_TEST(an_offset_from_the_beginning_of_the_stream)
{
    char text[1000];
    snprintf(text, sizeof(text),
             MOOF(TRAF("(tfhd 00000001 00000001 %016zX ) " TFDT("00000000")
                           TRUN("00000001", "00000000", "00000006 " KEY))) "(mdat " IDR ") ",
             init_bytes() + 108);
    expect_behind_init(text, "@%zu 1 idr\n", 108 + 5);
}
END_TEST

/* Sound comes first: the offsets of both tracks count from moof, for tfhd says so. */
START_TEST(two_tracks_in_a_moof)
{
    static struct box_bytes init;
    char expected[40];
    init.len = 0;
    boxes_add(&init, MOOV);
    snprintf(expected, sizeof(expected), "@%zu 1 idr\n", init.len + 165 + 5);
    expect_keys(MOOV MOOF(TRAF(TFHD("00000002") TFDT("00000000") "(trun 00000001 00000001 000000A0 ) ")
                              TRAF(TFHD("00000001") TFDT("00000000")
                                       TRUN("00000001", "000000A5", "00000006 " KEY))) "(mdat AABBCCDDEE " IDR ") ",
                expected);
}
END_TEST

/* Times after the samples, as ffmpeg writes for Smooth: the samples wait, their places are known all the same. */
START_TEST(samples_that_wait_for_their_time)
{
    expect_behind_init(MOOF(TRAF(TFHD("00000001") TRUN("00000001", "00000078", "00000006 " KEY)
                                     TFXD("00000000 00000000 00000004"))) "(mdat " IDR ") ",
                       "@%zu 1 idr\n", 120 + 5);
}
END_TEST

/* Places where no media data is, or another one's: nothing is read, nothing is said, nothing breaks. */
START_TEST(offsets_that_lead_nowhere)
{
    static const char *const offsets[] = {"00000000", "FFFFFFFF", "80000000", "7FFFFFFF", "0000006D", "00000074"};
    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        char text[1000];
        snprintf(text, sizeof(text),
                 INIT MOOF(TRAF(TFHD("00000001") TFDT("00000000") "(trun 00000601 00000001 %s 00000006 " KEY
                                                                  ") ")) "(mdat 41 " IDR
                                                                         "41414141 ) (free 8*00 ) (mdat 8*41 ) ",
                 offsets[i]);
        expect_keys(text, "");
    }
}
END_TEST

START_TEST(a_sample_larger_than_its_mdat)
{
    expect_keys(INIT MOOF(TRAF(TFHD("00000001") TFDT("00000000")
                                   TRUN("00000001", "00000064", "FFFFFFFF " KEY))) "(mdat " IDR ") (mdat " IDR
                                                                                   ") " MOOF("") "(mdat " IDR ") ",
                "fault\n");
}
END_TEST

/* ---- what ffmpeg makes ---- */

#define H264 "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -bf 2 -g 25 "
#define HEVC "-c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=25:min-keyint=25:open-gop=%d "

static int lines_with(const char *text, const char *word)
{
    int count = 0;
    for (; (text = strstr(text, word)) != NULL; text++)
        count++;
    return count;
}

static void expect_by_ffmpeg(const char *options, int idr, int open)
{
    static const size_t cuts[] = {1, 1000, 65536};
    static struct fmp4_log whole, cut;
    uint8_t *bytes;
    const size_t len = fmp4_by_ffmpeg(options, &bytes);
    if (len == 0) {
        fprintf(stderr, "skipped: no ffmpeg that makes %s\n", options);
        return;
    }
    log_keys(bytes, len, 0, &whole);
    ck_assert_msg(lines_with(whole.text, " idr") == idr && lines_with(whole.text, " open") == open, "%s: %s", options,
                  whole.text);
    for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
        log_keys(bytes, len, cuts[i], &cut);
        ck_assert_str_eq(whole.text, cut.text);
    }
    free(bytes);
}

START_TEST(files_of_ffmpeg)
{
    char options[300];
    expect_by_ffmpeg(H264 "-c:a aac -movflags isml+frag_keyframe -f ismv", 3, 0);
    expect_by_ffmpeg(H264 "-c:a aac -movflags frag_keyframe+empty_moov+default_base_moof -f mp4", 3, 0);
    expect_by_ffmpeg(H264 "-c:a aac -movflags frag_keyframe+empty_moov -f mp4", 3, 0);
    expect_by_ffmpeg(H264 "-c:a aac -movflags frag_keyframe+empty_moov+omit_tfhd_offset -f mp4", 3, 0);
    expect_by_ffmpeg(H264 "-an -movflags cmaf -frag_duration 3000000 -f mp4", 3, 0);
    expect_by_ffmpeg(H264 "-x264-params open-gop=1 -an -movflags frag_keyframe+empty_moov -f mp4", 1, 2);
    snprintf(options, sizeof(options), HEVC "-an -movflags frag_keyframe+empty_moov -f mp4", 0);
    expect_by_ffmpeg(options, 3, 0);
    snprintf(options, sizeof(options), HEVC "-an -movflags frag_keyframe+empty_moov -f mp4", 1);
    expect_by_ffmpeg(options, 1, 2);
}
END_TEST

Suite *mpe_suite(void);

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("key frames of fragmented MP4");
    TCase *const fragments = tcase_create("fragments");
    tcase_add_test(fragments, a_key_frame_where_its_offset_says);
    tcase_add_test(fragments, a_key_frame_behind_inter_frames);
    tcase_add_test(fragments, a_run_without_an_offset);
    tcase_add_test(fragments, an_offset_from_the_beginning_of_the_stream);
    tcase_add_test(fragments, two_tracks_in_a_moof);
    tcase_add_test(fragments, samples_that_wait_for_their_time);
    tcase_add_test(fragments, offsets_that_lead_nowhere);
    tcase_add_test(fragments, a_sample_larger_than_its_mdat);
    suite_add_tcase(suite, fragments);
    TCase *const files = tcase_create("files");
    tcase_set_timeout(files, 60);
    tcase_add_test(files, files_of_ffmpeg);
    suite_add_tcase(suite, files);
    return suite;
}
