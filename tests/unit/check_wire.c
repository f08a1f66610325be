/* Bytes of any protocol at any cut: detection, memory that runs out, mutations, and no allocation in steady state. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mpe.h"
#include "demux/wire.h"
#include "wire_log.h"

#define MP3_FRAME(offset, stream)                                                                                      \
    "track @" offset stream " audio .mp3\nframe @" offset stream " audio .mp3 0 ms 0 bytes\nend @" offset stream       \
    " audio .mp3 0 ms 0 bytes\n"

static void expect(int32_t protocol, const char *text, const char *expected)
{
    expect_wire(bytes_of(text), protocol, NULL, 0, expected);
}

START_TEST(the_first_bytes_choose_the_format)
{
    expect(MPE_PROTOCOL_AUTO, "'FLV' 01 05 00000009 00000000 08 000001 000000 00 000000 2F", MP3_FRAME("24", ""));
    expect(MPE_PROTOCOL_AUTO, "03 3072*00 04 000000 000001 08 01000000 2F", MP3_FRAME("3085", " stream 1"));
}
END_TEST

START_TEST(first_bytes_of_no_format)
{
#define UNKNOWN " MALFORMED_INPUT: the stream is not RTMP, FLV or fragmented MP4\n"
    expect(MPE_PROTOCOL_AUTO, "'XET / HTTP/1.1'", "fault @0" UNKNOWN);
    expect(MPE_PROTOCOL_AUTO, "'FLAC'", "fault @2" UNKNOWN);
    expect(MPE_PROTOCOL_AUTO, "'FFFF'", "fault @1" UNKNOWN);
    expect(MPE_PROTOCOL_AUTO, "00000018 'ftyq' 00", "fault @7" UNKNOWN);
    expect(MPE_PROTOCOL_AUTO, "00000018 'fty'", "");
}
END_TEST

START_TEST(encrypted_rtmp_is_named)
{
    expect(MPE_PROTOCOL_AUTO, "06 00",
           "fault @0 PROTOCOL_NOT_SUPPORTED: RTMPE (encrypted RTMP); use rtmp:// in the encoder, or rtmps:// where TLS "
           "ends in front of the server\n");
}
END_TEST

START_TEST(tls_is_named_whatever_was_expected)
{
    for (int32_t protocol = MPE_PROTOCOL_AUTO; protocol <= MPE_PROTOCOL_FMP4; protocol++)
        expect(protocol, "16 03",
               "fault @0 PROTOCOL_NOT_SUPPORTED: the bytes are TLS (RTMPS, HTTPS); give the bytes after "
               "its termination\n");
}
END_TEST

#define HTTP                                                                                                           \
    "an HTTP request; use an rtmp:// URL in the encoder, and where HTTP is meant, give the session the body alone"
#define HTTP_ANSWER "an HTTP response; the server has connected to a web server, where the encoder was to connect to it"
#define RTMPT       "RTMPT (RTMP in HTTP requests); use an rtmp:// URL in the encoder, not rtmpt://"
#define RTSP        "an RTSP request; use an rtmp:// URL in the encoder, or pull the RTSP source and push it as RTMP"
#define PROXY       "a PROXY protocol header; let the server read it first, or turn it off in the proxy"
#define MPEG_TS     "MPEG-TS; remux it to RTMP or fragmented MP4, or set the encoder to one of them"
#define ANNEX_B     "a bare H.264 or HEVC byte stream; it has no times: wrap it in RTMP or fragmented MP4"
#define MPEG_PS     "an MPEG program stream; remux it to RTMP or fragmented MP4"
#define SRT         "an SRT handshake; SRT takes a port of its own (UDP): use an rtmp:// URL in the encoder"
#define MATROSKA    "Matroska or WebM; set the encoder's output to RTMP or fragmented MP4"
#define OGG         "Ogg; set the encoder's output to RTMP or fragmented MP4"
#define RIFF        "AVI or WAV; set the encoder's output to RTMP or fragmented MP4"
#define BARE_SOUND  "bare AAC or MP3 sound (Icecast); let the encoder wrap it in RTMP or fragmented MP4"
#define TEXT        "a playlist or manifest; push the media itself, over RTMP or as fragmented MP4"
#define TLS         "the bytes are TLS (RTMPS, HTTPS); give the bytes after its termination"
#define FLV_BYTES   "FLV; send it over RTMP, or set the encoder's output to what this port takes"
#define RTMP_BYTES  "the bytes of RTMP; use the URL of the server's RTMP port in the encoder"
#define FMP4_BYTES  "MP4 boxes; post fragmented MP4 to the server's HTTP port, or set the encoder's output to RTMP"

/* Each with the byte that decides, whatever was expected. */
static const struct {
    const char *bytes;
    int offset;
    const char *what;
} foreign[] = {
    {"'GET /live'", 3, HTTP},
    {"'POST /live'", 6, HTTP},
    {"'POST /o HTTP'", 7, HTTP},
    {"'PUT /'", 3, HTTP},
    {"'OPTIONS /'", 8, HTTP},
    {"'HEAD /'", 4, HTTP},
    {"'DELETE /'", 6, HTTP},
    {"'PRI * HTTP/2.0'", 11, HTTP},
    {"'SOURCE /live'", 6, HTTP},
    {"'HTTP/1.1 200'", 4, HTTP_ANSWER},
    {"'POST /open/1'", 10, RTMPT},
    {"'POST /idle/1/2'", 10, RTMPT},
    {"'POST /fcs/ident2'", 9, RTMPT},
    {"'OPTIONS rtsp://h/a'", 12, RTSP},
    {"'OPTIONS * RTSP/1.0'", 13, RTSP},
    {"'OPTIONS * HTTP'", 10, HTTP},
    {"'ANNOUNCE rtsp'", 8, RTSP},
    {"'DESCRIBE '", 8, RTSP},
    {"'PROXY TCP4 192.0.2.1'", 8, PROXY},
    {"0D0A0D0A 00 0D0A 'QUIT' 0A", 11, PROXY},
    {"47 4000 10 184*FF 47", 188, MPEG_TS},
    {"00000001 67 42", 4, ANNEX_B},
    {"000001BA 44", 4, MPEG_PS},
    {"80000000 00000000", 7, SRT},
    {"1A45DFA3", 3, MATROSKA},
    {"'OggS'", 3, OGG},
    {"'RIFF'", 3, RIFF},
    {"'ID3'", 2, BARE_SOUND},
    {"FF F1 50", 1, BARE_SOUND},
    {"'#EXTM3U'", 6, TEXT},
    {"16 03", 0, TLS},
};

static void expect_foreign(int32_t protocol, const char *bytes, int offset, const char *what)
{
    char expected[400];
    snprintf(expected, sizeof(expected), "fault @%d PROTOCOL_NOT_SUPPORTED: %s\n", offset, what);
    expect(protocol, bytes, expected);
}

START_TEST(foreign_protocols_are_named)
{
    for (int32_t protocol = MPE_PROTOCOL_AUTO; protocol <= MPE_PROTOCOL_FMP4; protocol++)
        expect_foreign(protocol, foreign[_i].bytes, foreign[_i].offset, foreign[_i].what);
}
END_TEST

START_TEST(our_protocols_are_named_where_another_was_expected)
{
    expect_foreign(MPE_PROTOCOL_RTMP, "'FLV' 01", 2, FLV_BYTES);
    expect_foreign(MPE_PROTOCOL_FMP4, "'FLV' 01", 2, FLV_BYTES);
    expect_foreign(MPE_PROTOCOL_FLV, "03 00000000", 0, RTMP_BYTES);
    expect_foreign(MPE_PROTOCOL_FMP4, "03 00000000", 0, RTMP_BYTES);
    expect_foreign(MPE_PROTOCOL_RTMP, "00000018 'ftyp' 'iso6'", 7, FMP4_BYTES);
    expect_foreign(MPE_PROTOCOL_FLV, "000001BA 'moov'", 7, FMP4_BYTES);
}
END_TEST

START_TEST(what_only_begins_like_a_foreign_protocol_is_malformed)
{
    for (int32_t protocol = MPE_PROTOCOL_AUTO; protocol <= MPE_PROTOCOL_FMP4; protocol++)
        expect(protocol, "47 4000 10 184*FF 46", "fault @188" UNKNOWN);
    expect(MPE_PROTOCOL_AUTO, "'OPTICAL'", "fault @4" UNKNOWN);
    expect(MPE_PROTOCOL_RTMP, "'POTS'", "fault @2 MALFORMED_INPUT: the first byte is no RTMP version\n");
}
END_TEST

START_TEST(nothing_follows_a_fault)
{
    expect(MPE_PROTOCOL_RTMP, "02 03 3072*00 04 000000 000001 08 01000000 2F",
           "fault @0 MALFORMED_INPUT: the first byte is no RTMP version\n");
}
END_TEST

START_TEST(the_protocol_is_known_once_it_is_decided)
{
    const struct mpe_mem mem = mpe_mem_default();
    const struct mpe_limits limits = wire_limits();
    const struct mpe_wire_tools tools = {&mem, &limits, NULL};
    struct mpe_wire wire;
    mpe_wire_begin(&wire, &tools, MPE_PROTOCOL_AUTO);
    const uint8_t bytes[] = {'F', 'L', 'V'};
    struct mpe_cursor in = {bytes, bytes + 2};
    struct mpe_unit unit;
    ck_assert(!mpe_wire_step(&wire, &in, &unit));
    ck_assert_int_eq(wire.protocol, MPE_PROTOCOL_AUTO);
    in.end = bytes + 3;
    ck_assert(!mpe_wire_step(&wire, &in, &unit));
    ck_assert_int_eq(wire.protocol, MPE_PROTOCOL_FLV);
    mpe_wire_clear(&wire);
}
END_TEST

START_TEST(detection)
{
    ck_assert_int_eq(mpe_protocol_detect(NULL, 0), MPE_PROTOCOL_AUTO);
    ck_assert_int_eq(mpe_protocol_detect("\x03", 1), MPE_PROTOCOL_RTMP);
    ck_assert_int_eq(mpe_protocol_detect("\xF3", 1), MPE_PROTOCOL_RTMP);
    ck_assert_int_eq(mpe_protocol_detect("FL", 2), MPE_PROTOCOL_AUTO);
    ck_assert_int_eq(mpe_protocol_detect("FLV", 3), MPE_PROTOCOL_FLV);
    ck_assert_int_eq(mpe_protocol_detect("FLAC", 4), MPE_PROTOCOL_AUTO);
    ck_assert_int_eq(mpe_protocol_detect("\0\0\0\x18"
                                         "fty",
                                         7),
                     MPE_PROTOCOL_AUTO);
    ck_assert_int_eq(mpe_protocol_detect("\0\0\0\x18"
                                         "ftypiso6",
                                         12),
                     MPE_PROTOCOL_FMP4);
    ck_assert_int_eq(mpe_protocol_detect("\0\0\0\x18"
                                         "moofmfhd",
                                         12),
                     MPE_PROTOCOL_FMP4);
    ck_assert_int_eq(mpe_protocol_detect("GET /", 5), MPE_PROTOCOL_AUTO);
}
END_TEST

/* ------------------------------------------------------------------ memory */

/* Grants so many blocks, then none; counts what is out. */
struct budget {
    int blocks_left;
    int blocks_out;
    size_t bytes_out;
};

struct block {
    size_t size;
    max_align_t data[];
};

static void *budget_allocate(void *user, size_t size_bytes)
{
    struct budget *const budget = user;
    if (budget->blocks_left == 0)
        return NULL;
    budget->blocks_left--;
    budget->blocks_out++;
    budget->bytes_out += size_bytes;
    struct block *const block = malloc(sizeof(*block) + size_bytes);
    block->size = size_bytes;
    return block->data;
}

static void budget_release(void *user, void *data)
{
    struct budget *const budget = user;
    struct block *const block = (struct block *)((uint8_t *)data - offsetof(struct block, data));
    budget->blocks_out--;
    budget->bytes_out -= block->size;
    free(block);
}

/* Everything that allocates: many chunk streams, a long command, messages under way side by side, an aggregate. */
static struct wire_bytes rich_rtmp(void)
{
    return bytes_of("03 3072*00 02 000000 000004 01 00000000 00001000 |"
                    "03 000000 ? 14 00000000 (02 s'connect' 00 3FF0000000000000 03 s'app' 02 s'live' 000009) |"
                    "08 000000 ? 14 01000000 (02 s'publish' 00 3FF0000000000000 05 02 s'key') |"
                    "04 000000 ? 12 01000000 (02 s'onMetaData' 08 00000001 s'x' 0C 00000200 512*41) |"
                    "06 000000 ? 09 01000000 (17 00 000000 300*01) |"
                    "03 000000 ? 14 02000000 (02 s'publish' 00 3FF0000000000000 05 02 s'key') |"
                    "03 000000 ? 14 03000000 (02 s'publish' 00 3FF0000000000000 05 02 s'key') |"
                    "07 000000 ? 08 02000000 (AF 00 1210) |"
                    "09 000000 ? 08 03000000 (AF 00 1210) |"
                    "02 000000 000004 01 00000000 00000080 |"
                    "06 000000 000084 09 01000000 27 01 000000 123*AA 04 000000 000084 08 01000000 AF 01 126*AA"
                    "C6 AAAAAAAA C4 AAAAAAAA |"
                    "0A 000000 ? 16 01000000 (08 000004 000000 00 000000 AF 00 1210 0000000F)");
}

/* The reason of the fault, 0 when there was none. */
static int32_t reason_of(struct budget *budget, struct wire_bytes bytes)
{
    const struct mpe_mem mem = {budget_allocate, budget_release, budget, NULL};
    const struct mpe_limits limits = wire_limits();
    const struct mpe_wire_tools tools = {&mem, &limits, NULL};
    struct mpe_wire wire;
    mpe_wire_begin(&wire, &tools, MPE_PROTOCOL_AUTO);
    int32_t reason = 0;
    struct mpe_cursor in = {bytes.at, bytes.at + bytes.len};
    struct mpe_unit unit;
    while (mpe_wire_step(&wire, &in, &unit)) {
        if (unit.kind == MPE_UNIT_FAULT)
            reason = unit.fault.reason;
    }
    mpe_wire_clear(&wire);
    return reason;
}

/* The i-th allocation fails: always a fault that says so, never a leak or a crash. */
START_TEST(every_allocation_may_fail)
{
    const struct wire_bytes inputs[] = {
        rich_rtmp(), bytes_of("'FLV' 01 05 00000009 00000000 08 000004 000000 00 000000 AF 00 1210")};
    for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
        int32_t reason = MPE_REASON_OUT_OF_MEMORY;
        int blocks = 0;
        for (; reason != 0; blocks++) {
            struct budget budget = {blocks, 0, 0};
            reason = reason_of(&budget, inputs[i]);
            ck_assert_int_eq(budget.blocks_out, 0);
            ck_assert(reason == 0 || reason == MPE_REASON_OUT_OF_MEMORY);
            ck_assert_int_lt(blocks, 100);
        }
        ck_assert_int_gt(blocks, 2);
    }
}
END_TEST

static void feed(struct mpe_wire *wire, struct wire_bytes bytes)
{
    struct mpe_cursor in = {bytes.at, bytes.at + bytes.len};
    struct mpe_unit unit;
    while (mpe_wire_step(wire, &in, &unit))
        ck_assert_uint_ne(unit.kind, MPE_UNIT_FAULT);
}

START_TEST(a_running_session_is_small_and_allocates_nothing)
{
    struct budget budget = {1000, 0, 0};
    const struct mpe_mem mem = {budget_allocate, budget_release, &budget, NULL};
    const struct mpe_limits limits = wire_limits();
    const struct mpe_wire_tools tools = {&mem, &limits, NULL};
    struct mpe_wire wire;
    mpe_wire_begin(&wire, &tools, MPE_PROTOCOL_AUTO);
    const struct wire_bytes start =
        bytes_of("03 3072*00 02 000000 000004 01 00000000 00010000 |"
                 "03 000000 ? 14 00000000 (02 s'connect' 00 3FF0000000000000 03 s'app' 02 s'live' 000009) |"
                 "08 000000 ? 14 01000000 (02 s'publish' 00 3FF0000000000000 05 02 s'key') |"
                 "04 000000 ? 12 01000000 (02 s'onMetaData' 08 00000001 s'x' 0C 00000200 512*41) |"
                 "06 000000 ? 09 01000000 (17 00 000000 50*01) 04 000000 ? 08 01000000 (AF 00 1210)");
    const struct wire_bytes media = bytes_of("46 000021 ? 09 (27 01 000000 500*AA) 44 000015 ? 08 (AF 01 200*AA) |"
                                             "46 000021 ? 09 (17 00 000000 50*01) 44 000015 ? 08 (AF 00 1210)");
    feed(&wire, start);
    ck_assert_uint_le(budget.bytes_out, 768);
    const int before = budget.blocks_left;
    for (int i = 0; i < 100; i++)
        feed(&wire, media);
    ck_assert_int_eq(budget.blocks_left, before);
    mpe_wire_clear(&wire);
    ck_assert_int_eq(budget.blocks_out, 0);
}
END_TEST

START_TEST(a_fault_gives_memory_back)
{
    struct budget budget = {1000, 0, 0};
    const struct mpe_mem mem = {budget_allocate, budget_release, &budget, NULL};
    const struct mpe_limits limits = wire_limits();
    const struct mpe_wire_tools tools = {&mem, &limits, NULL};
    struct mpe_wire wire;
    mpe_wire_begin(&wire, &tools, MPE_PROTOCOL_RTMP);
    const struct wire_bytes bytes = bytes_of("03 3072*00 04 000000 000002 09 01000000 91 00");
    struct mpe_cursor in = {bytes.at, bytes.at + bytes.len};
    struct mpe_unit unit;
    ck_assert(mpe_wire_step(&wire, &in, &unit));
    ck_assert_uint_eq(unit.kind, MPE_UNIT_FAULT);
    ck_assert_int_eq(budget.blocks_out, 0);
    ck_assert(!mpe_wire_step(&wire, &in, &unit));
    ck_assert_ptr_eq(in.at, in.end);
    mpe_wire_clear(&wire);
}
END_TEST

/* A message announced costs what came of it, not what was announced. */
START_TEST(announced_bytes_cost_nothing)
{
    struct budget budget = {1000, 0, 0};
    const struct mpe_mem mem = {budget_allocate, budget_release, &budget, NULL};
    const struct mpe_limits limits = wire_limits();
    const struct mpe_wire_tools tools = {&mem, &limits, NULL};
    struct mpe_wire wire;
    mpe_wire_begin(&wire, &tools, MPE_PROTOCOL_RTMP);
    feed(&wire, bytes_of("03 3072*00 02 000000 000004 01 00000000 00000001"));
    for (unsigned id = 3; id < 63; id++) {
        uint8_t chunk[] = {(uint8_t)id, 0, 0, 0, 0, 0xFF, 0xFF, 0x14, 0, 0, 0, 0, 0x02};
        feed(&wire, (struct wire_bytes){chunk, sizeof(chunk)});
    }
    ck_assert_uint_le(budget.bytes_out, 60 * 512);
    mpe_wire_clear(&wire);
    ck_assert_int_eq(budget.blocks_out, 0);
}
END_TEST

/* ----------------------------------------------------------------- hostile */

static void log_cut(struct wire_bytes bytes, enum wire_cut cut, struct wire_log *log)
{
    const struct mpe_mem mem = mpe_mem_default();
    const struct mpe_limits limits = wire_limits();
    const struct mpe_wire_tools tools = {&mem, &limits, NULL};
    struct mpe_wire wire;
    mpe_wire_begin(&wire, &tools, MPE_PROTOCOL_AUTO);
    struct mpe_unit unit;
    log->len = 0;
    log->text[0] = 0;
    for (size_t at = 0, len; at < bytes.len; at += len) {
        len = next_cut(cut, bytes.len - at);
        struct mpe_cursor in = {bytes.at + at, bytes.at + at + len};
        while (mpe_wire_step(&wire, &in, &unit))
            log_unit(log, &unit);
    }
    mpe_wire_clear(&wire);
}

/* Good input with some bytes changed gives the same log however it is cut. */
START_TEST(mutations)
{
    static struct wire_log whole, pieces;
    const struct wire_bytes bytes = rich_rtmp();
    srand((unsigned)_i + 1);
    for (int round = 0; round < 60; round++) {
        uint8_t *const copy = malloc(bytes.len);
        memcpy(copy, bytes.at, bytes.len);
        for (int change = rand() % 4; change >= 0; change--)
            copy[3073 + (size_t)rand() % (bytes.len - 3073)] = (uint8_t)(rand() % 2 ? rand() : rand() % 4 * 64 + 4);
        const struct wire_bytes mutant = {copy, bytes.len};
        log_cut(mutant, CUT_NONE, &whole);
        log_cut(mutant, CUT_EVERYWHERE, &pieces);
        ck_assert_str_eq(whole.text, pieces.text);
        free(copy);
    }
}
END_TEST

Suite *mpe_suite(void);

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("wire");
    TCase *const choice = tcase_create("choice");
    tcase_add_test(choice, the_first_bytes_choose_the_format);
    tcase_add_test(choice, first_bytes_of_no_format);
    tcase_add_test(choice, encrypted_rtmp_is_named);
    tcase_add_test(choice, tls_is_named_whatever_was_expected);
    tcase_add_test(choice, nothing_follows_a_fault);
    tcase_add_loop_test(choice, foreign_protocols_are_named, 0, sizeof(foreign) / sizeof(foreign[0]));
    tcase_add_test(choice, our_protocols_are_named_where_another_was_expected);
    tcase_add_test(choice, what_only_begins_like_a_foreign_protocol_is_malformed);
    tcase_add_test(choice, the_protocol_is_known_once_it_is_decided);
    tcase_add_test(choice, detection);
    suite_add_tcase(suite, choice);
    TCase *const memory = tcase_create("memory");
    tcase_add_test(memory, every_allocation_may_fail);
    tcase_add_test(memory, a_running_session_is_small_and_allocates_nothing);
    tcase_add_test(memory, a_fault_gives_memory_back);
    tcase_add_test(memory, announced_bytes_cost_nothing);
    suite_add_tcase(suite, memory);
    TCase *const hostile = tcase_create("hostile");
    tcase_add_loop_test(hostile, mutations, 0, 10);
    suite_add_tcase(suite, hostile);
    return suite;
}
