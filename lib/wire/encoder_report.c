/* Reads the messages in which an encoder counts its frames. */
#include "wire/encoder_report.h"

#include <string.h>

/*
 *   +---------+-+---------+--------------------------+   +-+----------+-----------------+
 *   |kind     |0|times - 1| for each time            |   |0|counters-1| for each counter|
 *   |16 bytes |4|4 bits   | type u8, event u8, time  |   |4|4 bits    | tag u8, u32     |
 *   +---------+-+---------+--------------------------+   +-+----------+-----------------+
 *                                                         not in a message of times
 *   time by type: 1 text as of RFC 3339, ended by a zero byte; 2 milliseconds since 1970, u64; 3 nanoseconds, u64
 */
#define KIND_BYTES 16u

enum kind { KIND_OTHER, KIND_TIMES, KIND_SESSION, KIND_RENDITION };

enum time_type { TIME_TEXT = 1, TIME_EPOCH_MS = 2, TIME_DELTA_NS = 3 };

#define MOST_EPOCH_MS (UINT64_C(1) << 48) /* 8,900 years */

static const uint8_t kinds[][KIND_BYTES] = {
    [KIND_TIMES] = {0x0a, 0xec, 0xff, 0xe7, 0x52, 0x72, 0x4e, 0x2f, 0xa6, 0x2f, 0xd1, 0x9c, 0xd6, 0x1a, 0x93, 0xb5},
    [KIND_SESSION] = {0xca, 0x60, 0xe7, 0x1c, 0x6a, 0x8b, 0x43, 0x88, 0xa3, 0x77, 0x15, 0x1d, 0xf7, 0xbf, 0x8a, 0xc2},
    [KIND_RENDITION] = {0xf1, 0xfb, 0xc1, 0xd5, 0x10, 0x1e, 0x4f, 0xb5, 0xa6, 0x1e, 0xb8, 0xce, 0x3c, 0x07, 0xb8, 0xc0},
};

/* The first counter of each kind, and how many it has: their tags count from 1. */
static const struct {
    uint8_t first;
    uint8_t count;
} counters[] = {
    [KIND_TIMES] = {0, 0},
    [KIND_SESSION] = {MPE_COUNTER_RENDERED, 4},
    [KIND_RENDITION] = {MPE_COUNTER_INPUT, 3},
};

static enum kind kind_of(struct mpe_span data)
{
    for (unsigned kind = KIND_TIMES; data.len >= KIND_BYTES && kind <= KIND_RENDITION; kind++) {
        if (memcmp(data.bytes, kinds[kind], KIND_BYTES) == 0)
            return (enum kind)kind;
    }
    return KIND_OTHER;
}

/* ---- RFC 3339 ---- */

/* count decimal digits, which a character that is none of them ends early. false: they are not there. */
static bool digits(struct mpe_cursor *in, unsigned count, int64_t *number)
{
    *number = 0;
    for (; count != 0; count--) {
        if (in->at == in->end || *in->at < '0' || *in->at > '9')
            return false;
        *number = *number * 10 + (*in->at++ - '0');
    }
    return true;
}

static bool sign(struct mpe_cursor *in, char expected)
{
    return in->at < in->end && *in->at++ == (uint8_t)expected;
}

/* Days since 1970-01-01 of the Gregorian calendar. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    const int64_t y = month > 2 ? year : year - 1; /* years that begin in March: leap days come last */
    const int64_t m = month > 2 ? month - 3 : month + 9;
    return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

/* Digits after the point, as microseconds. */
static int64_t fraction_us(struct mpe_cursor *in)
{
    int64_t us = 0;
    for (int64_t unit = 100000; in->at < in->end && *in->at >= '0' && *in->at <= '9'; unit /= 10)
        us += (*in->at++ - '0') * unit;
    return us;
}

/* "2024-05-31T12:26:03.591Z". false: it is no such time. OBS writes no other offset than Z. */
static bool read_text(struct mpe_cursor text, int64_t *unix_us)
{
    int64_t year, month, day, hour, minute, second;
    if (!digits(&text, 4, &year) || !sign(&text, '-') || !digits(&text, 2, &month) || !sign(&text, '-') ||
        !digits(&text, 2, &day) || !sign(&text, 'T') || !digits(&text, 2, &hour) || !sign(&text, ':') ||
        !digits(&text, 2, &minute) || !sign(&text, ':') || !digits(&text, 2, &second))
        return false;
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60)
        return false;
    *unix_us = ((days_of(year, month, day) * 24 + hour) * 60 + minute) * 60 * 1000000 + second * 1000000;
    if (text.at < text.end && *text.at == '.') {
        text.at++;
        *unix_us += fraction_us(&text);
    }
    return sign(&text, 'Z') && text.at == text.end;
}

/* ---- times ---- */

/* Takes a text up to its zero byte, which is not part of it. false: it has none. */
static bool take_text(struct mpe_cursor *in, struct mpe_cursor *text)
{
    const uint8_t *const zero = in->at < in->end ? memchr(in->at, 0, mpe_cursor_left(in)) : NULL;
    if (zero == NULL)
        return false;
    *text = (struct mpe_cursor){in->at, zero};
    in->at = zero + 1;
    return true;
}

/* A time in its form; 0: it is none since 1970. false: the message cannot be read on. */
static bool take_time(struct mpe_cursor *in, uint8_t type, int64_t *unix_us)
{
    struct mpe_cursor text;
    *unix_us = 0;
    if (type == TIME_TEXT) {
        if (!take_text(in, &text))
            return false;
        if (!read_text(text, unix_us))
            *unix_us = 0;
        return true;
    }
    if ((type != TIME_EPOCH_MS && type != TIME_DELTA_NS) || mpe_cursor_left(in) < 8)
        return false;
    const uint64_t value = mpe_load_be64(in->at);
    in->at += 8;
    if (type == TIME_EPOCH_MS && value < MOST_EPOCH_MS)
        *unix_us = (int64_t)value * 1000;
    return true;
}

/* A nibble that counts from 1. false: nothing is left. */
static bool take_count(struct mpe_cursor *in, unsigned *count)
{
    if (in->at == in->end)
        return false;
    *count = (*in->at++ & 15u) + 1u;
    return true;
}

static bool take_times(struct mpe_cursor *in, struct mpe_encoder_report *report)
{
    unsigned count;
    if (!take_count(in, &count))
        return false;
    for (; count != 0; count--) {
        int64_t unix_us;
        if (mpe_cursor_left(in) < 2)
            return false;
        const uint8_t type = *in->at++;
        const uint8_t event = *in->at++;
        if (!take_time(in, type, &unix_us))
            return false;
        if (event >= 1 && event <= MPE_ENCODER_TIMES && unix_us != 0)
            report->unix_us[event - 1] = unix_us;
    }
    return true;
}

/* ---- counters ---- */

static void take_counters(struct mpe_cursor *in, enum kind kind, struct mpe_encoder_report *report)
{
    unsigned count;
    if (!take_count(in, &count))
        return;
    for (; count != 0 && mpe_cursor_left(in) >= 5; count--) {
        const uint8_t tag = *in->at++;
        const uint32_t value = mpe_load_be32(in->at);
        in->at += 4;
        if (tag == 0 || tag > counters[kind].count)
            continue;
        const unsigned counter = counters[kind].first + tag - 1u;
        report->frames[counter] = value;
        report->known |= (uint8_t)(1u << counter);
    }
}

void mpe_encoder_report_read(struct mpe_span data, struct mpe_encoder_report *report)
{
    const enum kind kind = kind_of(data);
    if (kind == KIND_OTHER)
        return;
    struct mpe_cursor in = {data.bytes + KIND_BYTES, data.bytes + data.len};
    report->is_there = true;
    if (take_times(&in, report) && counters[kind].count != 0)
        take_counters(&in, kind, report);
}
