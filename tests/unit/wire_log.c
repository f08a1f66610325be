/* Parses bytes from text, feeds them at every cut, and prints their units. */
#include "wire_log.h"

#include <check.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demux/wire.h"
#include "mpe.h"
#include "unit_text.h"
#include "wire/key_frames.h"

/* --------------------------------------------------------------- the bytes */

/* Bytes are written one after the other, and start again with each expectation. */
static uint8_t arena[WIRE_BYTES_MAX];
static size_t arena_len;

static void put(struct wire_bytes *bytes, uint8_t byte)
{
    ck_assert_uint_lt(arena_len, sizeof(arena));
    arena[arena_len++] = byte;
    bytes->len++;
}

static const char *put_text(struct wire_bytes *bytes, const char *text)
{
    for (; *text != '\''; text++) {
        ck_assert_msg(*text != 0, "a quote is missing");
        put(bytes, (uint8_t)*text);
    }
    return text + 1;
}

static const char *put_hex(struct wire_bytes *bytes, const char *text)
{
    for (; isxdigit((unsigned char)*text); text += 2)
        put(bytes, hex_byte(text));
    return text;
}

static const char *put_run(struct wire_bytes *bytes, const char *text, const char *star)
{
    for (long count = strtol(text, NULL, 10); count > 0; count--)
        put(bytes, hex_byte(star + 1));
    return star + 3;
}

/* Text after its length of 2 bytes. */
static const char *put_counted_text(struct wire_bytes *bytes, const char *text)
{
    const size_t length_at = bytes->len;
    put(bytes, 0);
    put(bytes, 0);
    const char *const rest = put_text(bytes, text);
    const size_t len = bytes->len - length_at - 2;
    bytes->at[length_at] = (uint8_t)(len >> 8);
    bytes->at[length_at + 1] = (uint8_t)len;
    return rest;
}

/* "?" makes room for a length of 3 bytes, "(" and ")" stand around what it counts. */
static size_t length_at, counted_from;

static const char *put_length(struct wire_bytes *bytes, const char *word)
{
    if (*word == '?') {
        length_at = bytes->len;
        for (int i = 0; i < 3; i++)
            put(bytes, 0);
    } else if (*word == '(') {
        counted_from = bytes->len;
    } else {
        const size_t len = bytes->len - counted_from;
        for (int i = 0; i < 3; i++)
            bytes->at[length_at + (size_t)i] = (uint8_t)(len >> (16 - 8 * i));
    }
    return word + 1;
}

static const char *put_word(struct wire_bytes *bytes, const char *word)
{
    if (*word == '\'')
        return put_text(bytes, word + 1);
    if (*word == 's')
        return put_counted_text(bytes, word + 2);
    if (strchr("?()", *word) != NULL)
        return put_length(bytes, word);
    const size_t digits = strspn(word, "0123456789");
    if (digits != 0 && word[digits] == '*')
        return put_run(bytes, word, word + digits);
    ck_assert_msg(isxdigit((unsigned char)*word), "not a word of bytes: %s", word);
    return put_hex(bytes, word);
}

struct wire_bytes bytes_of(const char *text)
{
    struct wire_bytes bytes = {arena + arena_len, 0};
    while (*text != 0) {
        if (isspace((unsigned char)*text) || *text == '|')
            text++;
        else
            text = put_word(&bytes, text);
    }
    return bytes;
}

struct wire_bytes bytes_join(struct wire_bytes a, struct wire_bytes b)
{
    struct wire_bytes both = {arena + arena_len, 0};
    for (size_t i = 0; i < a.len; i++)
        put(&both, a.at[i]);
    for (size_t i = 0; i < b.len; i++)
        put(&both, b.at[i]);
    return both;
}

/* ----------------------------------------------------------------- the log */

static void say(struct wire_log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct wire_log *log, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int len = vsnprintf(log->text + log->len, sizeof(log->text) - log->len, format, args);
    va_end(args);
    log->len += (size_t)len;
    ck_assert_uint_lt(log->len, sizeof(log->text));
}

static void say_place(struct wire_log *log, const struct mpe_unit *unit)
{
    say(log, "%s @%lld", unit_kind_name(unit->kind), (long long)(unit->offset_bytes - log->base_offset));
    if (unit->stream_id != 0)
        say(log, " stream %u", unit->stream_id);
    if (unit->track_id != 0)
        say(log, " track %u", unit->track_id);
    if (unit->media != MPE_MEDIA_NONE)
        say(log, unit->media == MPE_MEDIA_VIDEO ? " video" : " audio");
    for (int shift = 24; unit->fourcc != 0 && shift >= 0; shift -= 8)
        say(log, shift == 24 ? " %c" : "%c", (int)(unit->fourcc >> shift & 255));
}

static void say_frame(struct wire_log *log, const struct mpe_unit *unit)
{
    say(log, " %u ms", (unsigned)unit->dts);
    if (unit->dts_nano != 0)
        say(log, " +%u ns", unit->dts_nano);
    if (unit->composition_offset != 0)
        say(log, " ct %d", unit->composition_offset);
    say(log, " %u bytes%s", unit->size_bytes, unit->key_frame ? " key" : "");
}

static void say_declared(struct wire_log *log, const struct mpe_declared *declared)
{
    say(log, " %lld bps %lld bps %lld mfps%s%s", (long long)declared->video_bps, (long long)declared->audio_bps,
        (long long)declared->frame_rate_mfps, declared->has_video ? " V" : "", declared->has_audio ? " A" : "");
}

static void say_span(struct wire_log *log, const char *name, struct mpe_span span)
{
    if (span.len != 0)
        say(log, " %s=%.*s", name, (int)span.len, (const char *)span.bytes);
}

static void say_fault(struct wire_log *log, const struct mpe_fault *fault)
{
    say(log, " %s: %s", mpe_reason_name(fault->reason), fault->what);
    if (fault->value != 0 || fault->limit != 0)
        say(log, " (%lld, %lld)", (long long)fault->value, (long long)fault->limit);
}

static void say_report(struct wire_log *log, const struct mpe_encoder_report *report)
{
    if (report->lagged_frames != 0)
        say(log, " L%u", report->lagged_frames);
    if (report->dropped_frames != 0)
        say(log, " D%u", report->dropped_frames);
    if (report->skipped_frames != 0)
        say(log, " s%u", report->skipped_frames);
}

static void say_key_frame(struct wire_log *log, const struct mpe_unit *unit)
{
    static const char *const names[] = {"", " idr", " open"};
    say(log, "%s%s%s", names[unit->refresh], unit->has_rasl ? " rasl" : "", unit->report != NULL ? " report" : "");
    if (unit->report != NULL)
        say_report(log, unit->report);
}

static void say_details(struct wire_log *log, const struct mpe_unit *unit)
{
    switch ((enum mpe_unit_kind)unit->kind) {
    case MPE_UNIT_FRAME:
    case MPE_UNIT_FRAME_END:
        say_frame(log, unit);
        break;
    case MPE_UNIT_KEY_FRAME:
        say_key_frame(log, unit);
        break;
    case MPE_UNIT_METADATA:
        say_declared(log, &unit->declared);
        break;
    case MPE_UNIT_CONNECT:
        say_span(log, "name", unit->name);
        say_span(log, "url", unit->url);
        if (unit->caps_ex != 0)
            say(log, " caps %u", unit->caps_ex);
        break;
    case MPE_UNIT_COMMAND:
        say(log, unit->creates_stream ? " createStream %u" : " %u", unit->transaction);
        break;
    case MPE_UNIT_PUBLISH:
        say_span(log, "name", unit->name);
        break;
    case MPE_UNIT_HEADER:
        for (size_t i = 0; i < unit->data.len; i++)
            say(log, i == 0 ? " %02X" : "%02X", unit->data.bytes[i]);
        break;
    case MPE_UNIT_FAULT:
        say_fault(log, &unit->fault);
        break;
    default:
        break;
    }
}

static void say_unit(struct wire_log *log, const struct mpe_unit *unit)
{
    say_place(log, unit);
    say_details(log, unit);
    say(log, "\n");
}

/* The end of a complete frame is said as that of any other, so that a log does not tell how the bytes were cut. */
void log_unit(struct wire_log *log, const struct mpe_unit *unit)
{
    struct mpe_unit end = *unit;
    say_unit(log, unit);
    if (unit->kind != MPE_UNIT_FRAME || !unit->is_complete)
        return;
    end.kind = MPE_UNIT_FRAME_END;
    end.offset_bytes += unit->tail_bytes;
    say_unit(log, &end);
}

/* --------------------------------------------------------------- the tests */

size_t next_cut(enum wire_cut cut, size_t left)
{
    if (cut == CUT_NONE)
        return left;
    if (cut == CUT_EVERYWHERE || left == 1)
        return 1;
    const size_t most = left < 16u << (unsigned)(cut - CUT_RANDOM) ? left : 16u << (unsigned)(cut - CUT_RANDOM);
    return 1 + (size_t)rand() % most;
}

/* Each piece has a block of its own, so that a sanitizer sees a read beyond it. */
static void feed(struct mpe_wire *wire, const uint8_t *at, size_t len, struct wire_log *log)
{
    uint8_t *const piece = malloc(len);
    memcpy(piece, at, len);
    struct mpe_cursor in = {piece, piece + len};
    struct mpe_unit unit;
    while (mpe_wire_step(wire, &in, &unit))
        log_unit(log, &unit);
    ck_assert_ptr_eq(in.at, in.end);
    free(piece);
}

static bool are_key_frames_read;

static void replay(struct wire_bytes bytes, int32_t protocol, const struct mpe_limits *limits, enum wire_cut cut,
                   struct wire_log *log)
{
    const struct mpe_mem mem = mpe_mem_default();
    struct mpe_key_frames keys = {0};
    const struct mpe_wire_tools tools = {&mem, limits, are_key_frames_read ? &keys : NULL};
    struct mpe_wire wire;
    mpe_wire_begin(&wire, &tools, protocol);
    for (size_t at = 0; at < bytes.len;) {
        const size_t len = next_cut(cut, bytes.len - at);
        feed(&wire, bytes.at + at, len, log);
        at += len;
    }
    mpe_wire_clear(&wire);
}

void expect_wire(struct wire_bytes bytes, int32_t protocol, const struct mpe_limits *limits, uint64_t base_offset,
                 const char *expected)
{
    const struct mpe_limits standard = wire_limits();
    static struct wire_log log;
    for (int cut = CUT_NONE; cut < CUT_KINDS; cut++) {
        log.text[0] = 0;
        log.len = 0;
        log.base_offset = base_offset;
        replay(bytes, protocol, limits != NULL ? limits : &standard, (enum wire_cut)cut, &log);
        ck_assert_msg(strcmp(log.text, expected) == 0, "cut %d gives\n%s\ninstead of\n%s", cut, log.text, expected);
    }
    arena_len = 0;
}

void expect_key_frames(struct wire_bytes bytes, int32_t protocol, uint64_t base_offset, const char *expected)
{
    are_key_frames_read = true;
    expect_wire(bytes, protocol, NULL, base_offset, expected);
    are_key_frames_read = false;
}

void expect_flv(const char *text, const char *expected)
{
    const struct wire_bytes bytes = bytes_join(bytes_of("'FLV' 01 05 00000009 00000000"), bytes_of(text));
    expect_wire(bytes, MPE_PROTOCOL_AUTO, NULL, 13, expected);
}

void expect_rtmp_limited(const char *text, const struct mpe_limits *limits, const char *expected)
{
    const struct wire_bytes bytes = bytes_join(bytes_of("03 3072*00"), bytes_of(text));
    expect_wire(bytes, MPE_PROTOCOL_AUTO, limits, 3073, expected);
}

void expect_rtmp(const char *text, const char *expected)
{
    expect_rtmp_limited(text, NULL, expected);
}
