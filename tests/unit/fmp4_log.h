/* For the tests of fragmented MP4: boxes written as text, and a log of the units they give. */
#ifndef TESTS_UNIT_FMP4_LOG_H
#define TESTS_UNIT_FMP4_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "limits/limits.h"
#include "unit_text.h"

struct box_bytes {
    uint8_t at[1 << 19];
    size_t len;
};

/*
 * Appends the bytes of a text of words: hexadecimal digits, 'text' as it is, 100*FF for a hundred bytes FF, (moof for
 * the head of a box, ) for its end, which fills in its size.
 */
void boxes_add(struct box_bytes *bytes, const char *text);

struct fmp4_log {
    char text[1 << 18];
    size_t len;
};

/*
 * One line per unit: what, @offset, track, then what the kind has; a frame and its end are one line, and anything but
 * a frame's end after it at the same byte fails the test. Pieces of most_bytes at most, 0: whole.
 */
void fmp4_log_of(const uint8_t *bytes, size_t len, const struct mpe_limits *limits, size_t most_bytes,
                 struct fmp4_log *log);

/* The same with an allocator of the test's own; its failures are OUT_OF_MEMORY in the log, or "no memory". */
void fmp4_log_with(const struct mpe_mem *mem, const uint8_t *bytes, size_t len, const struct mpe_limits *limits,
                   size_t most_bytes, struct fmp4_log *log);

/* Expects that text gives this log however it is cut. limits NULL: the default. */
void expect_fmp4(const char *text, const struct mpe_limits *limits, const char *expected);

/* A file that "ffmpeg INPUT OPTIONS" makes, in *bytes (to be freed). 0: there is no ffmpeg, or not that encoder. */
size_t fmp4_by_ffmpeg(const char *options, uint8_t **bytes);

/* ---- texts of boxes ---- */

#define FTYP "(ftyp 'isml' 00000200 'piff' ) " /* 20 bytes */

#define TKHD(id)                            "(tkhd 00000007 00000000 00000000 " id " 00000000 00000000 ) "
#define MDHD(timescale)                     "(mdhd 00000000 00000000 00000000 " timescale " 00000000 ) "
#define HDLR(handler)                       "(hdlr 00000000 00000000 '" handler "' ) "
#define STSD(entry)                         "(stsd 00000000 00000001 " entry " ) "
#define STBL(stsd)                          "(minf (stbl " stsd "(stts 00000000 00000000 ) ) ) "
#define TRAK_OF(tkhd, mdia)                 "(trak " tkhd "(mdia " mdia ") ) "
#define TRAK(id, handler, timescale, entry) TRAK_OF(TKHD(id), MDHD(timescale) HDLR(handler) STBL(STSD(entry)))
#define TREX(id, duration, size, flags)     "(trex 00000000 " id " 00000001 " duration " " size " " flags " ) "

#define VIDEO(format, boxes) "(" format " 78*00 " boxes ") "
#define AUDIO(format, boxes) "(" format " 28*00 " boxes ") "

#define AVC_TRAK  TRAK("00000001", "vide", "00000064", VIDEO("avc1", ""))
#define AAC_TRAK  TRAK("00000002", "soun", "000003E8", AUDIO("mp4a", ""))
#define TEXT_TRAK TRAK("00000003", "text", "000003E8", "")
#define AVC_TREX  TREX("00000001", "00000004", "00000000", "01010000")
#define AAC_TREX  TREX("00000002", "00000014", "00000005", "00000000")
#define TEXT_TREX TREX("00000003", "00000000", "00000000", "00000000")

/* Track 1 is video of 100 ticks a second, 2 is sound of 1000, 3 is text. */
#define MOOV "(moov " AVC_TRAK AAC_TRAK TEXT_TRAK "(mvex " AVC_TREX AAC_TREX TEXT_TREX ") ) "

#define MFHD           "(mfhd 00000000 00000001 ) "
#define TFHD(id)       "(tfhd 00020000 " id " ) "
#define TFDT(time)     "(tfdt 00000000 " time " ) "
#define TFXD(body)     "(uuid 6D1D9B0542D544E680E2141DAFF757B2 " body ") "
#define MANIFEST(body) "(uuid A5D40B30E81411DDBA2F0800200C9A66 00000000 " body ") "
#define MOOF(trafs)    "(moof " MFHD trafs ") "
#define TRAF(boxes)    "(traf " boxes ") "

#endif
