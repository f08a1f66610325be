/* Parses boxes from text, feeds them at every cut, and prints their units. */
#include "fmp4_log.h"

#include <check.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codes/codec.h"
#include "mpe.h"
#include "wire/fmp4/fmp4.h"

/* --------------------------------------------------------------- the bytes */

static void put(struct box_bytes *bytes, uint8_t byte)
{
    ck_assert_uint_lt(bytes->len, sizeof(bytes->at));
    bytes->at[bytes->len++] = byte;
}

static void put_size(struct box_bytes *bytes, size_t start)
{
    const size_t size = bytes->len - start;
    for (int i = 0; i < 4; i++)
        bytes->at[start + (size_t)i] = (uint8_t)(size >> (24 - 8 * i));
}

static const char *put_text(struct box_bytes *bytes, const char *text)
{
    for (; *text != '\''; text++) {
        ck_assert_msg(*text != 0, "a quote is missing");
        put(bytes, (uint8_t)*text);
    }
    return text + 1;
}

static const char *put_hex(struct box_bytes *bytes, const char *word)
{
    const size_t digits = strspn(word, "0123456789");
    if (digits != 0 && word[digits] == '*') {
        for (long count = strtol(word, NULL, 10); count > 0; count--)
            put(bytes, hex_byte(word + digits + 1));
        return word + digits + 3;
    }
    ck_assert_msg(isxdigit((unsigned char)*word), "not a word of bytes: %s", word);
    for (; isxdigit((unsigned char)*word); word += 2)
        put(bytes, hex_byte(word));
    return word;
}

void boxes_add(struct box_bytes *bytes, const char *text)
{
    size_t open[16];
    size_t depth = 0;
    while (*text != 0) {
        if (isspace((unsigned char)*text)) {
            text++;
        } else if (*text == '(') {
            open[depth++] = bytes->len;
            for (int i = 0; i < 4; i++)
                put(bytes, 0);
            for (int i = 1; i <= 4; i++)
                put(bytes, (uint8_t)text[i]);
            text += 5;
        } else if (*text == ')') {
            ck_assert_uint_gt(depth, 0);
            put_size(bytes, open[--depth]);
            text++;
        } else {
            text = *text == '\'' ? put_text(bytes, text + 1) : put_hex(bytes, text);
        }
    }
    ck_assert_uint_eq(depth, 0);
}

/* ----------------------------------------------------------------- the log */

static void say(struct fmp4_log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct fmp4_log *log, const char *format, ...)
{
    va_list args;
    if (log->len > sizeof(log->text) - 1024) /* more than any test looks at */
        return;
    va_start(args, format);
    log->len += (size_t)vsnprintf(log->text + log->len, 1024, format, args);
    va_end(args);
}

static void say_details(struct fmp4_log *log, const struct mpe_unit *unit)
{
    switch ((enum mpe_unit_kind)unit->kind) {
    case MPE_UNIT_TRACK:
        say(log, " %c%c%c%c %s", (int)(unit->fourcc >> 24), (int)(unit->fourcc >> 16 & 255),
            (int)(unit->fourcc >> 8 & 255), (int)(unit->fourcc & 255), mpe_codec_row(unit->codec)->name);
        break;
    case MPE_UNIT_HEADER:
        say(log, " %zu bytes", unit->data.len);
        if (unit->entry.width_px != 0)
            say(log, ", %dx%d", unit->entry.width_px, unit->entry.height_px);
        if (unit->entry.channels != 0)
            say(log, ", %d channels of %d Hz", unit->entry.channels, unit->entry.sample_rate_hz);
        break;
    case MPE_UNIT_FRAME:
        say(log, " %lld+%lld/%u ct %lld %u bytes%s", (long long)unit->dts, (long long)unit->duration,
            unit->clock.ticks_per_s, (long long)unit->composition_offset, unit->size_bytes,
            unit->key_frame ? " key" : "");
        break;
    case MPE_UNIT_DECLARED:
        say(log, " %lld bps",
            (long long)(unit->media == MPE_MEDIA_VIDEO ? unit->declared.video_bps : unit->declared.audio_bps));
        break;
    case MPE_UNIT_FAULT:
        say(log, " %s: %s", mpe_reason_name(unit->fault.reason), unit->fault.what);
        if (unit->fault.value != 0 || unit->fault.limit != 0)
            say(log, " (%lld, %lld)", (long long)unit->fault.value, (long long)unit->fault.limit);
        break;
    case MPE_UNIT_ORPHAN:
        say(log, ": %s", unit->fault.what);
        break;
    default:
        break;
    }
}

static void say_unit(struct fmp4_log *log, const struct mpe_unit *unit)
{
    say(log, "%s @%lld", unit_kind_name(unit->kind), (long long)unit->offset_bytes);
    if (unit->track_id != 0)
        say(log, " %u", unit->track_id);
    if (unit->media != MPE_MEDIA_NONE)
        say(log, unit->media == MPE_MEDIA_VIDEO ? " video" : " audio");
    say_details(log, unit);
    say(log, "\n");
}

struct replay {
    struct mpe_fmp4 *fmp4;
    struct fmp4_log *log;
    uint64_t read_bytes;
    int dead;
};

static void take(struct replay *replay, const struct mpe_unit *unit)
{
    ck_assert_int_ne(unit->kind, MPE_UNIT_FRAME_END);
    ck_assert(unit->kind != MPE_UNIT_FRAME || (unit->is_complete && unit->tail_bytes == 0));
    say_unit(replay->log, unit);
    replay->dead = unit->kind == MPE_UNIT_FAULT;
}

/* Each piece has a block of its own, so that a sanitizer sees a read beyond it. */
static void feed(struct replay *replay, const uint8_t *at, size_t len)
{
    uint8_t *const piece = malloc(len);
    memcpy(piece, at, len);
    struct mpe_cursor in = {piece, piece + len};
    struct mpe_unit unit;
    const uint8_t *before = in.at;
    while (!replay->dead && mpe_fmp4_step(replay->fmp4, &in, &unit)) {
        replay->read_bytes += (uint64_t)(in.at - before);
        before = in.at;
        unit.offset_bytes = replay->read_bytes - 1;
        take(replay, &unit);
    }
    replay->read_bytes += (uint64_t)(in.at - before);
    if (!replay->dead)
        ck_assert_ptr_eq(in.at, in.end);
    free(piece);
}

void fmp4_log_with(const struct mpe_mem *mem, const uint8_t *bytes, size_t len, const struct mpe_limits *limits,
                   size_t most_bytes, struct fmp4_log *log)
{
    const struct mpe_wire_tools tools = {.mem = mem, .limits = limits};
    struct replay replay = {.fmp4 = mpe_fmp4_new(&tools), .log = log};
    log->len = 0;
    log->text[0] = 0;
    if (replay.fmp4 == NULL)
        say(log, "no memory\n");
    for (size_t at = 0; replay.fmp4 != NULL && at < len && !replay.dead;) {
        size_t piece = most_bytes == 0 || most_bytes > len - at ? len - at : most_bytes;
        if (most_bytes > 1 && piece > 1)
            piece = 1 + (size_t)rand() % piece;
        feed(&replay, bytes + at, piece);
        at += piece;
    }
    mpe_fmp4_free(replay.fmp4);
}

void fmp4_log_of(const uint8_t *bytes, size_t len, const struct mpe_limits *limits, size_t most_bytes,
                 struct fmp4_log *log)
{
    const struct mpe_mem mem = mpe_mem_default();
    fmp4_log_with(&mem, bytes, len, limits, most_bytes, log);
}

void expect_fmp4(const char *text, const struct mpe_limits *limits, const char *expected)
{
    static const size_t cuts[] = {0, 1, 3, 9, 40, 200, 5000};
    static struct box_bytes bytes;
    static struct fmp4_log log;
    const struct mpe_limits standard = wire_limits();
    bytes.len = 0;
    boxes_add(&bytes, text);
    for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
        fmp4_log_of(bytes.at, bytes.len, limits != NULL ? limits : &standard, cuts[i], &log);
        ck_assert_msg(strcmp(log.text, expected) == 0, "pieces of %zu give\n%s\ninstead of\n%s", cuts[i], log.text,
                      expected);
    }
}

/* -------------------------------------------------------------- real media */

#define FFMPEG                                                                                                         \
    "ffmpeg -v error -nostdin -f lavfi -i testsrc=size=128x96:rate=25 -f lavfi -i sine=sample_rate=48000 -t 3 "
#define MAX_FILE_BYTES (1u << 22)

size_t fmp4_by_ffmpeg(const char *options, uint8_t **bytes)
{
    char command[1024];
    size_t len = 0;
    size_t got;
    snprintf(command, sizeof(command), FFMPEG "%s - 2>/dev/null", options);
    FILE *const pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    *bytes = malloc(MAX_FILE_BYTES);
    while ((got = fread(*bytes + len, 1, MAX_FILE_BYTES - len, pipe)) != 0)
        len += got;
    if (pclose(pipe) != 0 || len == 0) {
        free(*bytes);
        *bytes = NULL;
        return 0;
    }
    return len;
}
