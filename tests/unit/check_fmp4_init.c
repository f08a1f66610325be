/* moov: when its tracks are told, what it must not be, its sample entries, and memory that runs out. */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "codes/codec.h"
#include "fmp4_log.h"
#include "mpe.h"
#include "wire/fmp4/sample_entry.h"

static void expect(const char *text, const char *expected)
{
    expect_fmp4(text, NULL, expected);
}

/* ---- tracks ---- */

START_TEST(tracks_are_reported_at_the_end_of_stsd)
{
    expect(FTYP MOOV, "track @241 1 video avc1 H.264\nheader @241 1 video 0 bytes\n"
                      "track @421 2 audio mp4a AAC\nheader @421 2 audio 0 bytes\n");
}
END_TEST

/* What a header is: the decoder configuration, and what the sample entry says beside it. */
START_TEST(headers)
{
    expect("(moov " TRAK("00000001", "vide", "00000064", "(hvc1 24*00 0500 02D0 50*00 (pasp 8*00 ) (hvcC 01 02 03 ) ) ")
               TRAK("00000002", "soun", "00000064",
                    "(mp4a 16*00 0002 6*00 AC440000 "
                    "(esds 00000000 0310 0001 00 040D 40 12*00 0502 1210 ) ) ") "(mvex ) ) ",
           "track @248 1 video hvc1 HEVC\nheader @248 1 video 3 bytes, 1280x720\n"
           "track @464 2 audio mp4a AAC\nheader @464 2 audio 2 bytes, 2 channels of 44100 Hz\n");
}
END_TEST

START_TEST(boxes_around_moov)
{
    const char *const moov = "(moov " TRAK("00000009", "soun", "00000001", AUDIO("Opus", "")) "(mvex ) ) ";
    char text[4096];
    snprintf(text, sizeof(text), "(ftyp 'abcd' ) (free 4*00 ) " MANIFEST("") "(styp ) %s", moov);
    expect(text, "track @231 9 audio Opus Opus\nheader @231 9 audio 0 bytes\n");
    snprintf(text, sizeof(text), "(free ) %s", moov);
    expect(text, "track @179 9 audio Opus Opus\nheader @179 9 audio 0 bytes\n");
}
END_TEST

START_TEST(moov_may_come_again)
{
    expect(
        "(moov " TRAK(
            "00000001", "vide", "00000064",
            VIDEO("hvc1", "")) "(mvex " AVC_TREX
                               ") ) " MOOF(TRAF(TFHD("00000001") "(trun 00000000 00000001 ) ")) "(moov " TRAK(
                                   "00000001", "vide", "00000064",
                                   VIDEO("hvc1", "")) "(mvex " AVC_TREX
                                                      ") ) " MOOF(TRAF(TFHD("00000001") "(trun 00000000 00000001 ) ")),
        "track @221 1 video hvc1 HEVC\nheader @221 1 video 0 bytes\n"
        "frame @341 1 video 0+4/100 ct 0 0 bytes\n"
        "track @563 1 video hvc1 HEVC\nheader @563 1 video 0 bytes\n"
        "frame @683 1 video 4+4/100 ct 0 0 bytes\n");
}
END_TEST

/* A track that the moov before had not waits for those that are gone: both would count for a moment. */
START_TEST(another_track_in_a_moov_that_comes_again)
{
    expect("(moov " AVC_TRAK "(mvex " AVC_TREX
           ") ) (moov " TRAK("00000007", "vide", "00000064", VIDEO("avc1", "")) "(mvex " AVC_TREX ") ) ",
           "track @221 1 video avc1 H.264\nheader @221 1 video 0 bytes\n"
           "track-gone @555 1 video\ntrack @555 7 video avc1 H.264\nheader @555 7 video 0 bytes\n");
}
END_TEST

/* What stands after stsd though it should stand before is waited for. */
START_TEST(an_order_that_nobody_writes)
{
    expect("(moov (trak (mdia " MDHD("00000001") HDLR("soun")
               STBL(STSD(AUDIO("Opus", ""))) ") " TKHD("00000009") ") (mvex ) ) ",
           "track @195 9 audio Opus Opus\nheader @195 9 audio 0 bytes\n");
    expect("(moov " TRAK_OF(TKHD("00000009"), MDHD("00000001") STBL(STSD(AUDIO("Opus", ""))) HDLR("soun")) "(mvex ) ) ",
           "track @195 9 audio Opus Opus\nheader @195 9 audio 0 bytes\n");
}
END_TEST

START_TEST(version_1_boxes)
{
    expect("(moov " TRAK_OF(
               "(tkhd 01000007 16*00 00000005 00000000 ) ",
               "(mdhd 01000000 16*00 00989680 8*FF ) " HDLR("soun") STBL(STSD(AUDIO(
                   "ec-3",
                   "")))) "(mvex " TREX("00000005", "00000001", "00000002",
                                        "00000000") ") ) " MOOF(TRAF(TFHD("00000005") "(trun 00000000 00000001 ) ")),
           "track @187 5 audio ec-3 E-AC-3\nheader @187 5 audio 0 bytes\n"
           "frame @307 5 audio 0+1/10000000 ct 0 2 bytes\n");
}
END_TEST

/* ---- several sample entries ---- */

#define TWO_ENTRIES                                                                                                    \
    "(stsd 00000000 00000002 (avc1 24*00 0280 0168 50*00 (avcC 01 ) ) (hvc1 24*00 0A00 05A0 50*00 (hvcC 0203 ) ) ) "
#define TWO_TRAK          TRAK_OF(TKHD("00000001"), MDHD("00000064") HDLR("vide") STBL(TWO_ENTRIES))
#define ENTRY_TREX(entry) "(mvex (trex 00000000 00000001 " entry " 00000004 00000000 00000000 ) ) "
#define ENTRY_TFHD(entry) "(tfhd 00020002 00000001 " entry " ) "
#define ONE_FRAME         "(trun 00000000 00000001 ) "

START_TEST(the_entry_that_a_fragment_names)
{
    expect("(moov " TWO_TRAK ENTRY_TREX("00000001") ") " MOOF(TRAF(ENTRY_TFHD("00000002") ONE_FRAME)),
           "track @434 1 video hvc1 HEVC\nheader @434 1 video 2 bytes, 2560x1440\n"
           "frame @450 1 video 0+4/100 ct 0 0 bytes key\n");
    expect("(moov " TWO_TRAK ENTRY_TREX("00000002") ") " MOOF(TRAF(TFHD("00000001") ONE_FRAME)),
           "track @430 1 video hvc1 HEVC\nheader @430 1 video 2 bytes, 2560x1440\n"
           "frame @446 1 video 0+4/100 ct 0 0 bytes key\n");
}
END_TEST

START_TEST(an_entry_is_reported_when_it_changes)
{
    expect("(moov " TWO_TRAK ENTRY_TREX("00000001") ") " MOOF(TRAF(TFHD("00000001") ONE_FRAME) TRAF(
               TFHD("00000001") ONE_FRAME) TRAF(ENTRY_TFHD("00000002") ONE_FRAME)),
           "track @430 1 video avc1 H.264\nheader @430 1 video 1 bytes, 640x360\n"
           "frame @446 1 video 0+4/100 ct 0 0 bytes key\nframe @486 1 video 4+4/100 ct 0 0 bytes key\n"
           "track @514 1 video hvc1 HEVC\nheader @514 1 video 2 bytes, 2560x1440\n"
           "frame @530 1 video 8+4/100 ct 0 0 bytes key\n");
}
END_TEST

START_TEST(an_entry_that_is_not_there)
{
    expect("(moov " TWO_TRAK ENTRY_TREX("00000000") ") " MOOF(TRAF(TFHD("00000001") ONE_FRAME))
               MOOF(TRAF(ENTRY_TFHD("00000003") ONE_FRAME)) MOOF(TRAF(ENTRY_TFHD("00000003") ONE_FRAME)),
           "track @430 1 video avc1 H.264\nheader @430 1 video 1 bytes, 640x360\n"
           "frame @446 1 video 0+4/100 ct 0 0 bytes key\n"
           "orphan @498 1: a fragment of a sample entry that stsd does not have\n");
    /* of one entry it does not matter what a fragment calls it */
    expect("(moov " AVC_TRAK "(mvex " AVC_TREX ") ) " MOOF(TRAF(ENTRY_TFHD("00000009") ONE_FRAME)),
           "track @221 1 video avc1 H.264\nheader @221 1 video 0 bytes\n"
           "frame @345 1 video 0+4/100 ct 0 0 bytes\n");
}
END_TEST

/* An entry that no fragment uses says nothing, also where it is broken; one that is used does. */
START_TEST(a_broken_second_entry)
{
    const char *const moov =
        "(moov " TRAK_OF(TKHD("00000001"), MDHD("00000064") HDLR("soun")
                                               STBL("(stsd 00000000 00000002 " AUDIO("Opus", "") "(mp4a 20*00 ) ) "))
            ENTRY_TREX("00000001") ") ";
    char text[4096];
    snprintf(text, sizeof(text), "%s%s", moov, MOOF(TRAF(TFHD("00000001"))));
    expect(text, "track @303 1 audio Opus Opus\nheader @303 1 audio 0 bytes\n");
    snprintf(text, sizeof(text), "%s%s", moov, MOOF(TRAF(ENTRY_TFHD("00000002"))));
    expect(text,
           "fault @307 MALFORMED_INPUT: moov/trak/mdia/minf/stbl/stsd: a sample entry is shorter than its fields\n");
}
END_TEST

START_TEST(other_tracks_are_ignored)
{
    expect("(moov (trak " TKHD("00000004") "(mdia " HDLR("meta") ") ) (mvex ) ) " MOOF(
               TRAF(TFHD("00000004") "(trun 00000000 00000001 ) (tfhd ) ")),
           "header @83 0 bytes\n");
}
END_TEST

/* ---- what moov must not be ---- */

struct bad_moov {
    const char *moov;
    const char *fault;
};

#define MALFORMED "MALFORMED_INPUT: "
#define BROKEN    "00000009 'free' "
#define MVEX      "(mvex " AVC_TREX ") "

static const struct bad_moov bad_moovs[] = {
    {TEXT_TRAK TEXT_TRAK, "DUPLICATE_ENTRY: a track id twice in moov"},
    {BROKEN, MALFORMED "moov: a box in it does not fit"},
    {AVC_TRAK "(moov " AVC_TRAK MVEX ") ", MALFORMED "moov: a box in it belongs to the top level"},
    {"(moof ) ", MALFORMED "moov: a box in it belongs to the top level"},
    {"(mdat 00 ) ", MALFORMED "moov: a box in it belongs to the top level"},
    {"(trak " TKHD("00000001") AVC_TRAK ") ", MALFORMED "moov/trak: a box in it belongs to the levels above"},
    {AVC_TRAK "(mvex " BROKEN ") ", MALFORMED "moov/mvex: a box in it does not fit"},
    {AVC_TRAK "(mvex (trex 00 ) ) ", MALFORMED "moov/mvex/trex: shorter than its fields"},
    {"(trak " TKHD("00000001") BROKEN ") ", MALFORMED "moov/trak: a box in it does not fit"},
    {"(trak ) ", MALFORMED "moov/trak: no tkhd"},
    {"(trak (tkhd ) ) ", MALFORMED "moov/trak/tkhd: shorter than its version says"},
    {"(trak (tkhd 01 20*00 ) ) ", MALFORMED "moov/trak/tkhd: shorter than its version says"},
    {"(trak " TKHD("00000001") ") ", MALFORMED "moov/trak: no mdia"},
    {TRAK_OF(TKHD("00000001"), ""), MALFORMED "moov/trak/mdia: no hdlr"},
    {TRAK_OF(TKHD("00000001"), HDLR("vide") BROKEN), MALFORMED "moov/trak/mdia: a box in it does not fit"},
    {TRAK_OF(TKHD("00000001"), "(hdlr ) "), MALFORMED "moov/trak/mdia/hdlr: shorter than its fields"},
    {TRAK_OF(TKHD("00000001"), HDLR("vide")), MALFORMED "moov/trak/mdia: no mdhd"},
    {TRAK_OF(TKHD("00000001"), HDLR("vide") "(mdhd ) "),
     MALFORMED "moov/trak/mdia/mdhd: shorter than its version says"},
    {TRAK_OF(TKHD("00000001"), HDLR("vide") MDHD("00000000")), MALFORMED "moov/trak/mdia/mdhd: the timescale is 0"},
    {TRAK_OF(TKHD("00000001"), HDLR("vide") MDHD("00000001")), MALFORMED "moov/trak/mdia: no minf"},
    {TRAK_OF(TKHD("00000001"), HDLR("vide") MDHD("00000001") "(minf " BROKEN ") "),
     MALFORMED "moov/trak/mdia/minf: a box in it does not fit"},
    {TRAK_OF(TKHD("00000001"), HDLR("vide") MDHD("00000001") "(minf ) "), MALFORMED "moov/trak/mdia/minf: no stbl"},
    {TRAK_OF(TKHD("00000001"), HDLR("vide") MDHD("00000001") STBL("")), MALFORMED "moov/trak/mdia/minf/stbl: no stsd"},
    {TRAK_OF(TKHD("00000001"), HDLR("vide") MDHD("00000001") STBL(BROKEN)),
     MALFORMED "moov/trak/mdia/minf/stbl: a box in it does not fit"},
    {TRAK_OF(TKHD("00000001"), HDLR("vide") MDHD("00000001") STBL(STSD(""))),
     MALFORMED "moov/trak/mdia/minf/stbl/stsd: no sample entry that fits"},
    {TRAK_OF(TKHD("00000001"), HDLR("vide") MDHD("00000001") STBL("(stsd ) ")),
     MALFORMED "moov/trak/mdia/minf/stbl/stsd: no sample entry that fits"},
    {TRAK("00000001", "vide", "00000001", "(avc1 77*00 ) "),
     MALFORMED "moov/trak/mdia/minf/stbl/stsd: a sample entry is shorter than its fields"},
    {TRAK("00000001", "vide", "00000001", VIDEO("encv", BROKEN)),
     MALFORMED "moov/trak/mdia/minf/stbl/stsd: a box in a sample entry does not fit"},
    {TRAK("00000001", "soun", "00000001", AUDIO("mp4a", "(esds 00000000 05 ) ")),
     MALFORMED "moov/trak/mdia/minf/stbl/stsd/mp4a/esds: a descriptor does not fit"},
};

START_TEST(bad_moov_is_a_fault_at_its_end)
{
    static struct box_bytes bytes;
    char text[4096];
    char expected[256];
    snprintf(text, sizeof(text), "(moov %s ) ", bad_moovs[_i].moov);
    bytes.len = 0;
    boxes_add(&bytes, text);
    const bool has_avc_trak = strncmp(bad_moovs[_i].moov, AVC_TRAK, strlen(AVC_TRAK)) == 0;
    snprintf(expected, sizeof(expected), "%sfault @%zu %s\n",
             has_avc_trak ? "track @221 1 video avc1 H.264\nheader @221 1 video 0 bytes\n" : "", bytes.len - 1,
             bad_moovs[_i].fault);
    expect(text, expected);
}
END_TEST

START_TEST(a_track_id_twice_is_refused_after_the_tracks)
{
    expect("(moov " AVC_TRAK AVC_TRAK MVEX ") ", "track @221 1 video avc1 H.264\nheader @221 1 video 0 bytes\n"
                                                 "fault @507 DUPLICATE_ENTRY: a track id twice in moov\n");
}
END_TEST

START_TEST(a_plain_mp4_is_refused_after_its_tracks)
{
    expect("(moov " TRAK_OF(TKHD("00000001"), MDHD("00000001") HDLR("soun") "(minf (stbl " STSD(
                                                  AUDIO("mp4a", "")) "(stts 00000000 00000001 ) ) ) ") ") (mdat 00 )",
           "track @171 1 audio mp4a AAC\nheader @171 1 audio 0 bytes\n"
           "fault @187 PROTOCOL_NOT_SUPPORTED: a plain MP4, not a live ingest: moov has no mvex\n");
}
END_TEST

START_TEST(a_moov_without_mvex_and_samples_is_fine)
{
    expect("(moov " AVC_TRAK ") " MOOF(TRAF(TFHD("00000001"))),
           "track @221 1 video avc1 H.264\nheader @221 1 video 0 bytes\n"
           "orphan @285 1: a fragment of a track that trex does not know\n");
}
END_TEST

START_TEST(bounds)
{
    struct mpe_limits limits = wire_limits();
    limits.max_header_bytes = 300;
    limits.max_tracks = 2;
    expect_fmp4("(ftyp ) 0000012D 'moov'", &limits, "fault @15 INTERNAL_LIMIT: bytes of moov (301, 300)\n");
    expect_fmp4("(ftyp 400*00 ) (moov (mvex ) ) ", &limits, "header @423 0 bytes\n"); /* nobody keeps it */
    expect_fmp4("00000000 'ftyp' ", &limits,
                "fault @7 MALFORMED_INPUT: ftyp, moov, moof or the manifest has no size\n");
    expect_fmp4(MANIFEST("300*20"), &limits,
                "fault @23 INTERNAL_LIMIT: bytes of the live server manifest (304, 300)\n");
    expect_fmp4("00000001 'ftyp' 0000000000000018 8*00 00000001 'moov' 0000000000000018 (mvex )", &limits,
                "header @47 0 bytes\n");
}
END_TEST

/* Tracks that are not judged do not count towards those of a session, but are not without end either. */
START_TEST(many_of_a_kind)
{
    static char text[1 << 16];
    struct mpe_limits limits = wire_limits();
    size_t at = (size_t)snprintf(text, sizeof(text), "(moov ");
    limits.max_tracks = 2;
    for (int i = 0; i < 20; i++)
        at += (size_t)snprintf(text + at, sizeof(text) - at, "(trak " TKHD("%08X") "(mdia " HDLR("text") ") ) ", i + 9);
    snprintf(text + at, sizeof(text) - at, AVC_TRAK AAC_TRAK "(mvex ) ) ");
    expect_fmp4(text, &limits,
                "track @1581 1 video avc1 H.264\nheader @1581 1 video 0 bytes\n"
                "track @1761 2 audio mp4a AAC\nheader @1761 2 audio 0 bytes\n");
    snprintf(text + at, sizeof(text) - at, AVC_TRAK AAC_TRAK AVC_TRAK "(mvex ) ) ");
    expect_fmp4(text, &limits,
                "track @1581 1 video avc1 H.264\nheader @1581 1 video 0 bytes\n"
                "track @1761 2 audio mp4a AAC\nheader @1761 2 audio 0 bytes\n"
                "fault @2015 INTERNAL_LIMIT: tracks of moov (3, 2)\n");
    at = (size_t)snprintf(text, sizeof(text), "(moov ");
    for (int i = 0; i < 67; i++)
        at += (size_t)snprintf(text + at, sizeof(text) - at, "(trak " TKHD("%08X") "(mdia " HDLR("text") ") ) ", i + 9);
    snprintf(text + at, sizeof(text) - at, ") ");
    expect_fmp4(text, &limits, "fault @4563 INTERNAL_LIMIT: tracks of moov (67, 2)\n");
    at = (size_t)snprintf(text, sizeof(text), "00000000 00000021 ");
    for (int i = 0; i < 33; i++)
        at += (size_t)snprintf(text + at, sizeof(text) - at, AUDIO("Opus", ""));
    static struct box_bytes bytes;
    uint32_t count;
    bytes.len = 0;
    boxes_add(&bytes, text);
    ck_assert_int_eq(mpe_stsd_count((struct mpe_span){bytes.at, bytes.len}, &count), MPE_FMP4_STSD_ENTRIES);
}
END_TEST

/* ---- sample entries ---- */

struct entry_case {
    const char *entry;
    uint8_t media;
    const char *fourcc;
    int codec;
};

#define ESDS(object_type) "(esds 00000000 0380808022 0001 00 0480808014 " object_type " 4*00 ) "

static const struct entry_case entry_cases[] = {
    {VIDEO("avc1", ""), 1, "avc1", MPE_CODEC_AVC},
    {VIDEO("avc3", ""), 1, "avc3", MPE_CODEC_AVC},
    {VIDEO("hvc1", ""), 1, "hvc1", MPE_CODEC_HEVC},
    {VIDEO("hev1", ""), 1, "hev1", MPE_CODEC_HEVC},
    {VIDEO("dvh1", ""), 1, "dvh1", MPE_CODEC_HEVC},
    {VIDEO("av01", ""), 1, "av01", MPE_CODEC_AV1},
    {VIDEO("vp08", ""), 1, "vp08", MPE_CODEC_VP8},
    {VIDEO("vp09", ""), 1, "vp09", MPE_CODEC_VP9},
    {VIDEO("vvc1", ""), 1, "vvc1", MPE_CODEC_VVC},
    {VIDEO("vc-1", ""), 1, "vc-1", MPE_CODEC_VC1},
    {VIDEO("mp4v", ""), 1, "mp4v", MPE_CODEC_MPEG4_VIDEO},
    {VIDEO("mp4v", ESDS("20")), 1, "mp4v", MPE_CODEC_MPEG4_VIDEO},
    {VIDEO("mp4v", ESDS("21")), 1, "mp4v", MPE_CODEC_AVC},
    {VIDEO("mp4v", ESDS("23")), 1, "mp4v", MPE_CODEC_HEVC},
    {VIDEO("mp4v", ESDS("6C")), 1, "mp4v", MPE_CODEC_JPEG},
    {VIDEO("mp4v", ESDS("61")), 1, "mp4v", MPE_CODEC_OTHER},
    {VIDEO("zzzz", ""), 1, "zzzz", MPE_CODEC_OTHER},
    {AUDIO("mp4a", ""), 2, "mp4a", MPE_CODEC_AAC},
    {AUDIO("mp4a", ESDS("40")), 2, "mp4a", MPE_CODEC_AAC},
    {AUDIO("mp4a", ESDS("66")), 2, "mp4a", MPE_CODEC_AAC},
    {AUDIO("mp4a", ESDS("67")), 2, "mp4a", MPE_CODEC_AAC},
    {AUDIO("mp4a", ESDS("68")), 2, "mp4a", MPE_CODEC_AAC},
    {AUDIO("mp4a", ESDS("69")), 2, "mp4a", MPE_CODEC_MP3},
    {AUDIO("mp4a", ESDS("6B")), 2, "mp4a", MPE_CODEC_MP3},
    {AUDIO("mp4a", ESDS("A5")), 2, "mp4a", MPE_CODEC_AC3},
    {AUDIO("mp4a", ESDS("A6")), 2, "mp4a", MPE_CODEC_EAC3},
    {AUDIO("mp4a", ESDS("AD")), 2, "mp4a", MPE_CODEC_OPUS},
    {AUDIO("mp4a", ESDS("AE")), 2, "mp4a", MPE_CODEC_AC4},
    {AUDIO("mp4a", ESDS("DD")), 2, "mp4a", MPE_CODEC_OTHER},
    {AUDIO("mp4a", "(esds 00000000 03 22 0001 E0 AAAA 02 4142 BBBB 04 14 6B )"), 2, "mp4a", MPE_CODEC_MP3},
    {"(mp4a 8*00 0001 18*00 16*00 (wave (frma 'mp4a' ) " ESDS("6B") ") ) ", 2, "mp4a", MPE_CODEC_MP3},
    {"(mp4a 8*00 0002 18*00 36*00 " ESDS("6B") ") ", 2, "mp4a", MPE_CODEC_MP3},
    {AUDIO("ac-3", ""), 2, "ac-3", MPE_CODEC_AC3},
    {AUDIO("ec-3", ""), 2, "ec-3", MPE_CODEC_EAC3},
    {AUDIO("ac-4", ""), 2, "ac-4", MPE_CODEC_AC4},
    {AUDIO("Opus", ""), 2, "Opus", MPE_CODEC_OPUS},
    {AUDIO("fLaC", ""), 2, "fLaC", MPE_CODEC_FLAC},
    {AUDIO(".mp3", ""), 2, ".mp3", MPE_CODEC_MP3},
    {AUDIO("sowt", ""), 2, "sowt", MPE_CODEC_PCM},
    {AUDIO("wma ", ""), 2, "wma ", MPE_CODEC_OTHER},
    {VIDEO("encv", "(sinf (frma 'hvc1' ) (schm ) ) "), 1, "hvc1", MPE_CODEC_HEVC},
    {AUDIO("enca", ESDS("6B") "(sinf (frma 'mp4a' ) ) "), 2, "mp4a", MPE_CODEC_MP3},
    {AUDIO("enca", "(sinf ) "), 2, "enca", MPE_CODEC_OTHER},
    {VIDEO("encv", ""), 1, "encv", MPE_CODEC_OTHER},
};

START_TEST(sample_entries)
{
    const struct entry_case *const c = &entry_cases[_i];
    static struct box_bytes bytes;
    struct mpe_sample_entry entry;
    bytes.len = 0;
    boxes_add(&bytes, "00000000 00000001");
    boxes_add(&bytes, c->entry);
    const struct mpe_span stsd = {bytes.at, bytes.len};
    ck_assert_int_eq(mpe_sample_entry_read(stsd, 1, c->media, &entry), MPE_FMP4_FINE);
    ck_assert_uint_eq(entry.fourcc, mpe_load_be32((const uint8_t *)c->fourcc));
    ck_assert_int_eq(entry.codec, c->codec);
    for (size_t len = 0; len < bytes.len; len++) { /* cut short: a fault or not, but no byte beyond */
        uint8_t *const cut = malloc(len + 1);
        memcpy(cut, bytes.at, len);
        mpe_sample_entry_read((struct mpe_span){cut, len}, 1, c->media, &entry);
        free(cut);
    }
}
END_TEST

/* What the box of a codec says of its sound, where the entry's own fields say nothing. */
static const struct sound_case {
    const char *entry;
    int channels;
    int sample_rate_hz;
} sound_cases[] = {
    {AUDIO("ac-3", "(dac3 103DE0 ) "), 6, 0}, /* 3 front, 2 back, low frequencies */
    {AUDIO("ac-3", "(dac3 1011E0 ) "), 2, 0},
    {AUDIO("ec-3", "(dec3 0600 200F00 ) "), 6, 0},
    {AUDIO("ec-3", "(dec3 0600 200400 ) "), 2, 0},
    {AUDIO("ec-3", "(dec3 0600 20 ) "), 0, 0}, /* cut short */
    {AUDIO("Opus", "(dOps 00 06 0138 0000BB80 0000 00 ) "), 6, 0},
    {AUDIO("fLaC", "(dfLa 00000000 80000022 1000 1000 000000 000000 0BB80B70 00000000 16*00 ) "), 6, 48000},
    {AUDIO("fLaC", "(dfLa 00000000 84000022 1000 1000 000000 000000 0BB80B70 00000000 16*00 ) "), 0, 0}, /* other */
};

START_TEST(sound_of_a_codecs_box)
{
    const struct sound_case *const c = &sound_cases[_i];
    static struct box_bytes bytes;
    struct mpe_sample_entry entry;
    bytes.len = 0;
    boxes_add(&bytes, "00000000 00000001");
    boxes_add(&bytes, c->entry);
    ck_assert_int_eq(mpe_sample_entry_read((struct mpe_span){bytes.at, bytes.len}, 1, MPE_MEDIA_AUDIO, &entry),
                     MPE_FMP4_FINE);
    ck_assert_int_eq(entry.facts.channels, c->channels);
    ck_assert_int_eq(entry.facts.sample_rate_hz, c->sample_rate_hz);
}
END_TEST

/* ---- memory ---- */

static int left_to_fail;

static void *allocate(void *user, size_t size)
{
    (void)user;
    return left_to_fail-- == 0 ? NULL : malloc(size);
}

static void release(void *user, void *block)
{
    (void)user;
    free(block);
}

START_TEST(every_allocation_may_fail)
{
    const struct mpe_mem mem = {allocate, release, NULL, NULL};
    const struct mpe_limits limits = wire_limits();
    static struct box_bytes bytes;
    static struct fmp4_log log;
    int failures = 0;
    bytes.len = 0;
    boxes_add(&bytes, FTYP MANIFEST("'<s><video><param name=\"trackID\" value=\"1\"/></video></s>'")
                          MOOV MOOF(TRAF(TFHD("00000001") "(trun 00000100 00000020 128*00 ) ")));
    for (;; failures++) {
        left_to_fail = failures;
        fmp4_log_with(&mem, bytes.at, bytes.len, &limits, 0, &log);
        if (left_to_fail >= 0)
            break;
        ck_assert_msg(strstr(log.text, failures == 0 ? "no memory" : "OUT_OF_MEMORY") != NULL, "%d: %s", failures,
                      log.text);
    }
    ck_assert_int_gt(failures, 5);
    ck_assert_ptr_null(strstr(log.text, "fault"));
}
END_TEST

Suite *mpe_suite(void);

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("fmp4_init");
    TCase *const tcase = tcase_create("init");
    tcase_add_test(tcase, tracks_are_reported_at_the_end_of_stsd);
    tcase_add_test(tcase, headers);
    tcase_add_test(tcase, boxes_around_moov);
    tcase_add_test(tcase, another_track_in_a_moov_that_comes_again);
    tcase_add_test(tcase, an_order_that_nobody_writes);
    tcase_add_test(tcase, the_entry_that_a_fragment_names);
    tcase_add_test(tcase, an_entry_is_reported_when_it_changes);
    tcase_add_test(tcase, an_entry_that_is_not_there);
    tcase_add_test(tcase, a_broken_second_entry);
    tcase_add_test(tcase, many_of_a_kind);
    tcase_add_test(tcase, moov_may_come_again);
    tcase_add_test(tcase, version_1_boxes);
    tcase_add_test(tcase, other_tracks_are_ignored);
    tcase_add_loop_test(tcase, bad_moov_is_a_fault_at_its_end, 0, sizeof(bad_moovs) / sizeof(bad_moovs[0]));
    tcase_add_test(tcase, a_track_id_twice_is_refused_after_the_tracks);
    tcase_add_test(tcase, a_plain_mp4_is_refused_after_its_tracks);
    tcase_add_test(tcase, a_moov_without_mvex_and_samples_is_fine);
    tcase_add_test(tcase, bounds);
    tcase_add_loop_test(tcase, sound_of_a_codecs_box, 0, sizeof(sound_cases) / sizeof(sound_cases[0]));
    tcase_add_loop_test(tcase, sample_entries, 0, sizeof(entry_cases) / sizeof(entry_cases[0]));
    tcase_add_test(tcase, every_allocation_may_fail);
    suite_add_tcase(suite, tcase);
    return suite;
}
