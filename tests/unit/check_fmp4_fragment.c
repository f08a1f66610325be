/* moof: samples, their times and flags, what is left out, and what is bad. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fmp4_log.h"

/* ---- fragments after a header ---- */

/* The lines that text gives after FTYP and MOOV, with offsets from the end of moov. */
static void expect_limited(const char *text, const struct mpe_limits *limits, const char *expected)
{
    static char whole[1 << 16];
    static struct box_bytes bytes;
    static struct fmp4_log log;
    static char moved[1 << 16];
    const struct mpe_limits standard = wire_limits();
    static const size_t cuts[] = {0, 1, 2, 7, 30, 500};
    bytes.len = 0;
    boxes_add(&bytes, FTYP MOOV);
    const long long base = (long long)bytes.len;
    snprintf(whole, sizeof(whole), FTYP MOOV "%s", text);
    bytes.len = 0;
    boxes_add(&bytes, whole);
    for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
        fmp4_log_of(bytes.at, bytes.len, limits != NULL ? limits : &standard, cuts[i], &log);
        char *line = log.text;
        for (int head = 0; head < 4; head++)
            line = strchr(line, '\n') + 1;
        moved[0] = 0;
        while (*line != 0) {
            const size_t len = strcspn(line, "@") + 1;
            char *end;
            const long long offset = strtoll(line + len, &end, 10) - base;
            const size_t rest = strcspn(end, "\n") + 1;
            sprintf(moved + strlen(moved), "%.*s%lld%.*s", (int)len, line, offset, (int)rest, end);
            line = end + rest;
        }
        ck_assert_msg(strcmp(moved, expected) == 0, "pieces of %zu give\n%s\ninstead of\n%s", cuts[i], moved, expected);
    }
}

static void expect(const char *text, const char *expected)
{
    expect_limited(text, NULL, expected);
}

#define T1  TFHD("00000001") /* 16 bytes; the first box of a traf begins at 32 */
#define T2  TFHD("00000002")
#define T3  TFHD("00000003")
#define AT0 TFDT("00000000") /* 16 bytes, up to 64 */

START_TEST(each_sample_at_the_end_of_its_entry)
{
    expect(MOOF(TRAF(T1 AT0 "(trun 00000F01 00000002 00000099 00000003 00000011 02000000 00000007 "
                            "00000005 00000012 01010000 FFFFFFFE ) ")),
           "frame @99 1 video 0+3/100 ct 7 17 bytes key\n"
           "frame @115 1 video 3+5/100 ct -2 18 bytes\n");
}
END_TEST

START_TEST(fields_that_are_left_out)
{
    /* trex: duration 4, size 0, no key frames */
    expect(MOOF(TRAF(T1 AT0 "(trun 00000000 00000002 ) ")),
           "frame @79 1 video 0+4/100 ct 0 0 bytes\nframe @79 1 video 4+4/100 ct 0 0 bytes\n");
    /* the flags of the first sample */
    expect(MOOF(TRAF(T1 AT0 "(trun 00000004 00000002 02000000 ) ")),
           "frame @83 1 video 0+4/100 ct 0 0 bytes key\nframe @83 1 video 4+4/100 ct 0 0 bytes\n");
    /* tfhd: all its fields */
    expect(MOOF(TRAF("(tfhd 0002003B 00000001 8*FF 00000001 00000009 00000008 00000000 ) " AT0
                     "(trun 00000004 00000002 00010000 ) ")),
           "frame @107 1 video 0+9/100 ct 0 8 bytes\nframe @107 1 video 9+9/100 ct 0 8 bytes key\n");
    /* its own size and composition offset only, version 1 */
    expect(MOOF(TRAF(T2 AT0 "(trun 01000A00 00000001 00000006 80000000 ) ")),
           "frame @87 2 audio 0+20/1000 ct -2147483648 6 bytes\n");
}
END_TEST

START_TEST(key_frames_by_their_flags)
{
    expect(MOOF(TRAF(T1 AT0 "(trun 00000400 00000005 00000000 02000000 00010000 01000000 01010000 ) ")),
           "frame @83 1 video 0+4/100 ct 0 0 bytes key\nframe @87 1 video 4+4/100 ct 0 0 bytes key\n"
           "frame @91 1 video 8+4/100 ct 0 0 bytes\nframe @95 1 video 12+4/100 ct 0 0 bytes\n"
           "frame @99 1 video 16+4/100 ct 0 0 bytes\n");
}
END_TEST

START_TEST(several_runs_and_tracks)
{
    expect(MOOF(TRAF(T1 TFDT("00000064") "(trun 00000000 00000001 ) (trun 00000100 00000001 00000001 ) "
                                         "(trun 00000000 00000000 ) (trun 00000000 00000001 0000 ) ")
                    TRAF(T2 TFDT("000003E8") "(trun 00000000 00000001 ) ") TRAF(T3 "(trun ) ")),
           "frame @79 1 video 100+4/100 ct 0 0 bytes\nframe @99 1 video 104+1/100 ct 0 0 bytes\n"
           "frame @131 1 video 105+4/100 ct 0 0 bytes\nframe @189 2 audio 1000+20/1000 ct 0 5 bytes\n");
}
END_TEST

/* ---- time ---- */

START_TEST(decode_time)
{
    expect(MOOF(TRAF(T1 "(tfdt 01000000 0000000100000000 ) (trun 00000000 00000001 ) ")),
           "frame @83 1 video 4294967296+4/100 ct 0 0 bytes\n");
    expect(MOOF(TRAF(T1 TFDT("FFFFFFFF") TFDT("00000000") TFXD("00000000 00000000") "(trun 00000000 00000001 ) ")),
           "frame @127 1 video 4294967295+4/100 ct 0 0 bytes\n");
}
END_TEST

#define RUN "(trun 00000800 00000001 00000003 ) " /* 20 bytes */

START_TEST(smooth_time_comes_after_the_samples)
{
    expect(MOOF(TRAF(T1 RUN TFXD("01000000 0000000000001000 0000000000000004"))),
           "frame @103 1 video 4093+4/100 ct 3 0 bytes\n");
    expect(MOOF(TRAF(T1 RUN RUN TFXD("01000000 FFFFFFFFFFFCBEAB 0000000000000004") RUN)),
           "frame @123 1 video -213336+4/100 ct 3 0 bytes\nframe @123 1 video -213332+4/100 ct 3 0 bytes\n"
           "frame @151 1 video -213328+4/100 ct 3 0 bytes\n");
    expect(MOOF(TRAF(T1 TFXD("01000000 0000000000000010 0000000000000004") RUN)),
           "frame @111 1 video 13+4/100 ct 3 0 bytes\n");
    expect(MOOF(TRAF(T1 RUN TFDT("00000010"))), "frame @83 1 video 16+4/100 ct 3 0 bytes\n");
}
END_TEST

START_TEST(smooth_time_of_32_bits_wraps)
{
    expect(MOOF(TRAF(T1 RUN TFXD("00000000 FFFFFF00 00000000"))) MOOF(TRAF(T1 "(tfdt 01000000 00000000FFFFFFF0 ) " RUN))
               MOOF(TRAF(T1 RUN TFXD("00000000 00000010 00"))),
           "frame @99 1 video -259+4/100 ct 3 0 bytes\nframe @191 1 video 4294967280+4/100 ct 3 0 bytes\n"
           "frame @291 1 video 4294967309+4/100 ct 3 0 bytes\n");
}
END_TEST

/* A time is of 100 ticks a second here: a minute is 0x1770. */
START_TEST(decode_time_of_32_bits_wraps_near_the_end_of_the_last_fragment)
{
#define AT(time) MOOF(TRAF(T1 TFDT(time) "(trun 00000000 00000001 ) "))
    expect(AT("FFFFFFFE") AT("00000002"),
           "frame @79 1 video 4294967294+4/100 ct 0 0 bytes\nframe @159 1 video 4294967298+4/100 ct 0 0 bytes\n");
    expect(AT("FFFFFFFE") AT("00001772"),
           "frame @79 1 video 4294967294+4/100 ct 0 0 bytes\nframe @159 1 video 4294973298+4/100 ct 0 0 bytes\n");
    expect(AT("FFFFFFFE") AT("00001773"),
           "frame @79 1 video 4294967294+4/100 ct 0 0 bytes\nframe @159 1 video 6003+4/100 ct 0 0 bytes\n");
    expect(AT("FFFFFFFE") AT("00000002") AT("FFFFFFFE"),
           "frame @79 1 video 4294967294+4/100 ct 0 0 bytes\nframe @159 1 video 4294967298+4/100 ct 0 0 bytes\n"
           "frame @239 1 video 4294967294+4/100 ct 0 0 bytes\n");
}
END_TEST

START_TEST(without_a_time_a_fragment_follows_the_last)
{
    expect(MOOF(TRAF(T1 RUN RUN)) MOOF(TRAF(T1 "(free 00 ) ")) MOOF(TRAF(T1 RUN "(senc 9*00 ) ")),
           "frame @87 1 video 0+4/100 ct 3 0 bytes\nframe @87 1 video 4+4/100 ct 3 0 bytes\n"
           "frame @229 1 video 8+4/100 ct 3 0 bytes\n");
}
END_TEST

/* 1008 + 8, 8, and then 8 bytes too much. */
START_TEST(samples_that_wait_are_bounded)
{
    struct mpe_limits limits = wire_limits();
    limits.max_header_bytes = 1024;
    expect_limited(MOOF(TRAF(T1 "(trun 00000800 000000FC 1008*00 ) (trun 8*00 ) (trun 8*00 ) ")), &limits,
                   "fault @1103 INTERNAL_LIMIT: bytes of trun boxes before the time of their fragment (1032, 1024)\n");
}
END_TEST

START_TEST(times_that_no_stream_reaches)
{
    expect(MOOF(TRAF(T1 "(tfdt 01000000 4000000000000000 ) ")),
           "fault @67 MALFORMED_INPUT: moof/traf/tfdt: a time that no stream reaches\n");
    expect(MOOF(TRAF(T1 TFXD("01000000 8000000000000000 0000000000000000"))),
           "fault @83 MALFORMED_INPUT: moof/traf/tfxd: a time that no stream reaches\n");
    /* A track that goes on to the bound stands still there. */
    expect(MOOF(TRAF(T1 "(tfdt 01000000 3FFFFFFFFFFFFFFC ) (trun 00000100 00000002 00000003 00000001 ) "))
               MOOF(TRAF(T1 "(trun 00000000 00000001 ) ")),
           "frame @87 1 video 4611686018427387900+3/100 ct 0 0 bytes\n"
           "frame @91 1 video 4611686018427387903+1/100 ct 0 0 bytes\n"
           "frame @155 1 video 4611686018427387903+4/100 ct 0 0 bytes\n");
}
END_TEST

/* ---- tracks that moov does not have ---- */

START_TEST(unknown_tracks_are_reported_once_and_skipped)
{
    const char *const fragment =
        MOOF(TRAF(TFHD("00000007") "(trun FF ) ") TRAF(T1 AT0 "(trun 00000000 00000001 ) ")) "(mdat 00 ) ";
    char text[4096];
    snprintf(text, sizeof(text), "%s%s", fragment, fragment);
    expect(text, "orphan @47 7: a fragment of a track that moov does not describe\n"
                 "frame @112 1 video 0+4/100 ct 0 0 bytes\nno-frame @121\n"
                 "frame @234 1 video 0+4/100 ct 0 0 bytes\nno-frame @243\n");
}
END_TEST

/* ---- boxes that are wrong ---- */

struct bad_traf {
    const char *boxes;
    const char *fault;
};

static const struct bad_traf bad_trafs[] = {
    {"(tfhd 7*00 ) ", "fault @39 MALFORMED_INPUT: moof/traf/tfhd: shorter than its flags say\n"},
    {"(tfhd 00000001 00000001 7*00 ) ", "fault @47 MALFORMED_INPUT: moof/traf/tfhd: shorter than its flags say\n"},
    {T1 T1, "fault @55 MALFORMED_INPUT: moof/traf/tfhd: twice in one traf\n"},
    {"(trun ) ", "fault @39 MALFORMED_INPUT: moof/traf: trun, tfdt or tfxd before tfhd\n"},
    {AT0, "fault @39 MALFORMED_INPUT: moof/traf: trun, tfdt or tfxd before tfhd\n"},
    {TFXD("00000000 00000000"), "fault @55 MALFORMED_INPUT: moof/traf: trun, tfdt or tfxd before tfhd\n"},
    {T1 "(tfdt 00000000 ) ", "fault @55 MALFORMED_INPUT: moof/traf/tfdt: shorter than its version says\n"},
    {T1 "(tfdt 01000000 7*00 ) ", "fault @56 MALFORMED_INPUT: moof/traf/tfdt: shorter than its version says\n"},
    {T1 TFXD("01000000 00000000"), "fault @72 MALFORMED_INPUT: moof/traf/tfxd: shorter than its version says\n"},
    {T1 "(trun 7*00 ) ", "fault @55 MALFORMED_INPUT: moof/traf/trun: shorter than its flags say\n"},
    {T1 "(trun 00000005 00000000 7*00 ) ", "fault @59 MALFORMED_INPUT: moof/traf/trun: shorter than its flags say\n"},
    {T1 "(trun 00000100 00000002 7*00 ) ",
     "fault @63 MALFORMED_INPUT: moof/traf/trun: more samples than the box holds\n"},
    {T1 "(trun 00000F00 FFFFFFFF 64*00 ) ",
     "fault @63 MALFORMED_INPUT: moof/traf/trun: more samples than the box holds\n"},
};

START_TEST(bad_boxes_in_traf)
{
    char text[1024];
    snprintf(text, sizeof(text), MOOF("(traf %s) "), bad_trafs[_i].boxes);
    expect(text, bad_trafs[_i].fault);
}
END_TEST

/* 20 bytes that name billions of samples. */
START_TEST(samples_without_bytes_are_bounded)
{
    static struct box_bytes bytes;
    static struct fmp4_log log;
    const struct mpe_limits limits = wire_limits();
    bytes.len = 0;
    boxes_add(&bytes, MOOV MOOF(TRAF(T1 AT0 "(trun 00000000 FFFFFFFF ) ")));
    fmp4_log_of(bytes.at, bytes.len, &limits, 0, &log);
    ck_assert_ptr_nonnull(strstr(log.text, "INTERNAL_LIMIT: samples that trun boxes name without a byte for each "
                                           "(4294967295, 100000)\n"));
    bytes.len = 0;
    boxes_add(&bytes, MOOV MOOF(TRAF(T1 AT0 "(trun 00000000 00000400 ) ")));
    fmp4_log_of(bytes.at, bytes.len, &limits, 0, &log);
    ck_assert_ptr_null(strstr(log.text, "fault"));
}
END_TEST

/* ---- memory ---- */

static long allocations, held_bytes;

static void *allocate(void *user, size_t size)
{
    size_t *const block = malloc(size + 2 * sizeof(*block));
    (void)user;
    allocations++;
    held_bytes += (long)size;
    *block = size;
    return block + 2;
}

static void release(void *user, void *memory)
{
    size_t *const block = (size_t *)memory - 2;
    (void)user;
    held_bytes -= (long)*block;
    free(block);
}

#define SMOOTH_FRAGMENT MOOF(TRAF(T1 "(trun 00000B00 0000003C 720*00 ) " TFXD("01000000 16*00"))) "(mdat 100*00 ) "
#define CMAF_FRAGMENT   "(styp ) " MOOF(TRAF(T1 AT0 "(trun 00000F00 0000003C 960*00 ) ")) "(mdat 100*00 ) "

static void count(int fragments)
{
    const struct mpe_mem mem = {allocate, release, NULL, NULL};
    const struct mpe_limits limits = wire_limits();
    static struct box_bytes bytes;
    static struct fmp4_log log;
    bytes.len = 0;
    allocations = 0;
    boxes_add(&bytes, FTYP MOOV);
    for (int i = 0; i < fragments; i++)
        boxes_add(&bytes, SMOOTH_FRAGMENT CMAF_FRAGMENT);
    fmp4_log_with(&mem, bytes.at, bytes.len, &limits, 0, &log);
    ck_assert_ptr_null(strstr(log.text, "fault"));
    ck_assert_int_eq(held_bytes, 0);
}

START_TEST(the_steady_state_allocates_nothing)
{
    count(1);
    const long first = allocations;
    count(20);
    ck_assert_int_eq(allocations, first);
}
END_TEST

Suite *mpe_suite(void);

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("fmp4_fragment");
    TCase *const tcase = tcase_create("fragment");
    tcase_add_test(tcase, each_sample_at_the_end_of_its_entry);
    tcase_add_test(tcase, fields_that_are_left_out);
    tcase_add_test(tcase, key_frames_by_their_flags);
    tcase_add_test(tcase, several_runs_and_tracks);
    tcase_add_test(tcase, decode_time);
    tcase_add_test(tcase, smooth_time_comes_after_the_samples);
    tcase_add_test(tcase, smooth_time_of_32_bits_wraps);
    tcase_add_test(tcase, decode_time_of_32_bits_wraps_near_the_end_of_the_last_fragment);
    tcase_add_test(tcase, without_a_time_a_fragment_follows_the_last);
    tcase_add_test(tcase, samples_that_wait_are_bounded);
    tcase_add_test(tcase, times_that_no_stream_reaches);
    tcase_add_test(tcase, unknown_tracks_are_reported_once_and_skipped);
    tcase_add_loop_test(tcase, bad_boxes_in_traf, 0, sizeof(bad_trafs) / sizeof(bad_trafs[0]));
    tcase_add_test(tcase, samples_without_bytes_are_bounded);
    tcase_add_test(tcase, the_steady_state_allocates_nothing);
    suite_add_tcase(suite, tcase);
    return suite;
}
