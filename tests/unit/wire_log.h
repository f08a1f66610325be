/* For the tests of the wire layer: bytes written as text, and a log of the units they give. */
#ifndef TESTS_UNIT_WIRE_LOG_H
#define TESTS_UNIT_WIRE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limits/limits.h"
#include "unit_text.h"
#include "wire/unit.h"

#define WIRE_BYTES_MAX (4 << 20)

struct wire_bytes {
    uint8_t *at;
    size_t len;
};

/*
 * Bytes from a text of words: hexadecimal digits, 'text' as it is, s'text' after a length of 2 bytes, 100*FF for a
 * hundred bytes FF, "?" for 3 bytes that hold the length of what stands in the next (), "|" for nothing.
 * The bytes live until the next expect_ function returns.
 */
struct wire_bytes bytes_of(const char *text);

struct wire_bytes bytes_join(struct wire_bytes a, struct wire_bytes b);

/* One line per unit: what, @offset less base_offset, stream, track, media, FourCC, and what is set of the rest. */
struct wire_log {
    char text[1 << 16];
    size_t len;
    uint64_t base_offset;
};

void log_unit(struct wire_log *log, const struct mpe_unit *unit);

/* How input is cut: whole, into single bytes, or at random places. */
enum wire_cut { CUT_NONE, CUT_EVERYWHERE, CUT_RANDOM, CUT_KINDS = CUT_RANDOM + 8 };

/* Length of the next piece of left bytes. */
size_t next_cut(enum wire_cut cut, size_t left);

/* Expects that bytes give this log however they are cut. limits NULL: the default. */
void expect_wire(struct wire_bytes bytes, int32_t protocol, const struct mpe_limits *limits, uint64_t base_offset,
                 const char *expected);

/* As expect_wire, where key frames are looked into. */
void expect_key_frames(struct wire_bytes bytes, int32_t protocol, uint64_t base_offset, const char *expected);

/* An FLV header and the bytes of text after it; offsets count from there. */
void expect_flv(const char *text, const char *expected);

/* A handshake and the bytes of text after it; offsets count from there. */
void expect_rtmp(const char *text, const char *expected);
void expect_rtmp_limited(const char *text, const struct mpe_limits *limits, const char *expected);

#endif
