/* The handshake, what a proxy puts before it, and what is none. */
#include <check.h>

#include "mpe.h"
#include "wire_log.h"

/* A chunk with an MP3 message of one byte. */
#define MP3 "04 000000 000001 08 01000000 2F"

static void expect(const char *text, const char *expected)
{
    expect_wire(bytes_of(text), MPE_PROTOCOL_RTMP, NULL, 0, expected);
}

START_TEST(plain)
{
    expect("03 3072*FF" MP3, "track @3085 stream 1 audio .mp3\n"
                             "frame @3085 stream 1 audio .mp3 0 ms 0 bytes\n"
                             "end @3085 stream 1 audio .mp3 0 ms 0 bytes\n");
}
END_TEST

START_TEST(a_client_that_goes_away_during_the_handshake_is_no_fault)
{
    expect("03", "");
    expect("03 1536*00", "");
    expect("03 3072*00", "");
}
END_TEST

START_TEST(behind_a_proxy)
{
    expect("F3 0004 CB007107 03 3072*00" MP3, "track @3092 stream 1 audio .mp3\n"
                                              "frame @3092 stream 1 audio .mp3 0 ms 0 bytes\n"
                                              "end @3092 stream 1 audio .mp3 0 ms 0 bytes\n");
    expect("F3 0000 03 3072*00 02", "");
    expect("F3 0400 1024*00 03 3072*00 02", "");
    expect("F3 0401 1025*00", "fault @2 MALFORMED_INPUT: the proxy's preamble is longer than 1024 bytes\n");
    expect("F3 0001 00 00", "fault @4 MALFORMED_INPUT: the first byte is no RTMP version\n");
}
END_TEST

START_TEST(encryption_is_not_supported)
{
#define RTMPE                                                                                                          \
    "fault @0 PROTOCOL_NOT_SUPPORTED: RTMPE (encrypted RTMP); use rtmp:// in the encoder, or rtmps:// where TLS ends " \
    "in front of the server\n"
    expect("06 1536*00", RTMPE);
    expect("08 1536*00", RTMPE);
    expect("09 1536*00", RTMPE);
    expect("16 0301 0200",
           "fault @0 PROTOCOL_NOT_SUPPORTED: the bytes are TLS (RTMPS, HTTPS); give the bytes after its "
           "termination\n");
}
END_TEST

START_TEST(other_first_bytes_are_malformed)
{
    expect("'GEORGE'", "");
    expect("'XET /'", "fault @0 MALFORMED_INPUT: the first byte is no RTMP version\n");
    expect("0000000000000000", "fault @7 MALFORMED_INPUT: the first byte is no RTMP version\n");
}
END_TEST

Suite *mpe_suite(void);

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("rtmp_handshake");
    TCase *const tcase = tcase_create("handshake");
    tcase_add_test(tcase, plain);
    tcase_add_test(tcase, a_client_that_goes_away_during_the_handshake_is_no_fault);
    tcase_add_test(tcase, behind_a_proxy);
    tcase_add_test(tcase, encryption_is_not_supported);
    tcase_add_test(tcase, other_first_bytes_are_malformed);
    suite_add_tcase(suite, tcase);
    return suite;
}
