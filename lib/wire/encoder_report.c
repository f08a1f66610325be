/* Reads the messages in which an encoder counts its frames, and says when it sent them. */
#include "wire/encoder_report.h"

/*
 *   +---------+-+---------+--------------------------+   +-+----------+-----------------+
 *   |kind     |0|times - 1| for each time            |   |0|counters-1| for each counter|
 *   |16 bytes |4|4 bits   | type u8, event u8, time  |   |4|4 bits    | tag u8, u32     |
 *   +---------+-+---------+--------------------------+   +-+----------+-----------------+
 *                                                         not in a message of times
 *   time by type: 1 text as of RFC 3339, ended by a zero byte; 2 milliseconds since 1970, u64; 3 nanoseconds, u64
 *   event: 1 the frame was composed, 2 its encoding began, 3 it ended, 4 it was given to the network
 */
#define KIND_BYTES  16u
#define TIME_BYTES  8u
#define VALUE_BYTES 4u

enum state {
    STATE_KIND,
    STATE_TIMES, /* how many */
    STATE_TIME_TYPE,
    STATE_TIME_EVENT,
    STATE_TIME_TEXT,
    STATE_TIME_NUMBER,
    STATE_COUNTERS, /* how many */
    STATE_TAG,
    STATE_VALUE,
    STATE_DONE
};

enum kind { KIND_TIMES, KIND_SESSION, KIND_RENDITION, KINDS };

enum time_type { TIME_TEXT = 1, TIME_EPOCH_MS = 2, TIME_DELTA_NS = 3 };

#define LAST_EVENT    4u
#define MOST_EPOCH_MS (UINT64_C(1) << 48) /* 8,900 years */

/* Where a text stands that has no digits to come: after its Z, or it is no time. */
enum { AT_ZONE = 254, AT_NONSENSE = 255 };

/* Of a session, and of a rendition: 1 is what was rendered, or went in, the last one what came out. */
enum { TAG_LAGGED = 2, TAG_DROPPED = 3 };
enum { TAG_SKIPPED = 2 };

static const uint8_t kinds[KINDS][KIND_BYTES] = {
    [KIND_TIMES] = {0x0a, 0xec, 0xff, 0xe7, 0x52, 0x72, 0x4e, 0x2f, 0xa6, 0x2f, 0xd1, 0x9c, 0xd6, 0x1a, 0x93, 0xb5},
    [KIND_SESSION] = {0xca, 0x60, 0xe7, 0x1c, 0x6a, 0x8b, 0x43, 0x88, 0xa3, 0x77, 0x15, 0x1d, 0xf7, 0xbf, 0x8a, 0xc2},
    [KIND_RENDITION] = {0xf1, 0xfb, 0xc1, 0xd5, 0x10, 0x1e, 0x4f, 0xb5, 0xa6, 0x1e, 0xb8, 0xce, 0x3c, 0x07, 0xb8, 0xc0},
};

static void go(struct mpe_encoder_message *message, enum state state)
{
    message->state = (uint8_t)state;
    message->at = 0;
}

void mpe_encoder_report_begin(struct mpe_encoder_message *message)
{
    *message = (struct mpe_encoder_message){.state = STATE_KIND};
}

/* A byte of what names the kind: the first one decides which it can be. */
static void kind(struct mpe_encoder_message *message, uint8_t byte, struct mpe_encoder_report *report)
{
    while (message->at == 0 && message->kind < KINDS - 1 && kinds[message->kind][0] != byte)
        message->kind++;
    if (kinds[message->kind][message->at] != byte) {
        go(message, STATE_DONE);
        return;
    }
    if (++message->at < KIND_BYTES)
        return;
    report->is_there = true;
    go(message, STATE_TIMES);
}

/* A nibble that counts from 1. */
static void count(struct mpe_encoder_message *message, uint8_t byte, enum state next)
{
    message->count = (byte & 15u) + 1u;
    go(message, next);
}

/* One of those that are counted ended. */
static void end_one(struct mpe_encoder_message *message, enum state another, enum state after)
{
    go(message, --message->count != 0 ? another : after);
}

/* Nobody knows how long a time of another type is. */
static void begin_time(struct mpe_encoder_message *message, uint8_t event)
{
    message->event = event;
    message->value = 0;
    if (message->tag == TIME_TEXT)
        go(message, STATE_TIME_TEXT);
    else
        go(message, message->tag == TIME_EPOCH_MS || message->tag == TIME_DELTA_NS ? STATE_TIME_NUMBER : STATE_DONE);
}

/* A message of times has no counters. */
static void end_time(struct mpe_encoder_message *message)
{
    end_one(message, STATE_TIME_TYPE, message->kind == KIND_TIMES ? STATE_DONE : STATE_COUNTERS);
}

/* Of all events that have a time the last one on the frame's way: least of the encoder's own work is counted in. */
static void note_time(const struct mpe_encoder_message *message, uint64_t unix_ms, struct mpe_encoder_report *report)
{
    if (unix_ms == 0 || unix_ms >= MOST_EPOCH_MS || message->event > LAST_EVENT || message->event == 0 ||
        message->event < report->sent_event)
        return;
    report->sent_event = message->event;
    report->sent_unix_us = (int64_t)unix_ms * 1000;
}

/* Days since 1970-01-01 of the Gregorian calendar; month 13 is the next January. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    const int64_t y = month > 2 ? year : year - 1; /* years that begin in March: leap days come last */
    const int64_t m = month > 2 ? month - 3 : month + 9;
    return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

/* Cuts the last digits off. */
static int64_t cut_off(uint64_t *digits, unsigned base)
{
    const int64_t last = (int64_t)(*digits % base);
    *digits /= base;
    return last;
}

/* YYYYMMDDhhmmssnnn. 0: there is no such time since 1970. */
static uint64_t calendar_ms(uint64_t digits)
{
    const int64_t ms = cut_off(&digits, 1000);
    const int64_t second = cut_off(&digits, 100), minute = cut_off(&digits, 100), hour = cut_off(&digits, 100);
    const int64_t day = cut_off(&digits, 100), month = cut_off(&digits, 100), year = (int64_t)digits;
    if (year < 1970 || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 60)
        return 0;
    if (day < 1 || day > days_of(year, month + 1, 1) - days_of(year, month, 1))
        return 0;
    return (uint64_t)((((days_of(year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1000 + ms);
}

/* The next character of "2024-05-31T12:26:03.591Z", any fraction or none. Gives where it stands after it. */
static uint8_t text_after(struct mpe_encoder_message *message, uint8_t byte)
{
    static const char form[] = "0000-00-00T00:00:00.000";
    enum { POINT = 19, LAST = sizeof(form) - 1 };
    unsigned at = message->at;
    if (at >= AT_ZONE)
        return AT_NONSENSE;
    if (byte == 'Z' && (at == POINT || at > POINT + 1)) {
        for (at = at == POINT ? POINT + 1 : at; at < LAST; at++)
            message->value *= 10;
        return AT_ZONE;
    }
    if (at < LAST && form[at] != '0')
        return byte == (uint8_t)form[at] ? (uint8_t)(at + 1) : AT_NONSENSE;
    if (byte < '0' || byte > '9')
        return AT_NONSENSE;
    if (at == LAST)
        return LAST; /* less than a millisecond */
    message->value = message->value * 10 + (byte - '0');
    return (uint8_t)(at + 1);
}

static void text(struct mpe_encoder_message *message, uint8_t byte, struct mpe_encoder_report *report)
{
    if (byte != 0) {
        message->at = text_after(message, byte);
        return;
    }
    if (message->at == AT_ZONE)
        note_time(message, calendar_ms(message->value), report);
    end_time(message);
}

static void number(struct mpe_encoder_message *message, uint8_t byte, struct mpe_encoder_report *report)
{
    message->value = message->value << 8 | byte;
    if (++message->at < TIME_BYTES)
        return;
    if (message->tag == TIME_EPOCH_MS)
        note_time(message, message->value, report);
    end_time(message);
}

static void note_counter(const struct mpe_encoder_message *message, struct mpe_encoder_report *report)
{
    const uint32_t frames = (uint32_t)message->value;
    if (message->kind == KIND_SESSION && message->tag == TAG_LAGGED)
        report->lagged_frames = frames;
    else if (message->kind == KIND_SESSION && message->tag == TAG_DROPPED)
        report->dropped_frames = frames;
    else if (message->kind == KIND_RENDITION && message->tag == TAG_SKIPPED)
        report->skipped_frames = frames;
}

static void value(struct mpe_encoder_message *message, uint8_t byte, struct mpe_encoder_report *report)
{
    message->value = message->value << 8 | byte;
    if (++message->at < VALUE_BYTES)
        return;
    note_counter(message, report);
    end_one(message, STATE_TAG, STATE_DONE);
}

bool mpe_encoder_report_take(struct mpe_encoder_message *message, uint8_t byte, struct mpe_encoder_report *report)
{
    switch ((enum state)message->state) {
    case STATE_KIND:
        kind(message, byte, report);
        break;
    case STATE_TIMES:
        count(message, byte, STATE_TIME_TYPE);
        break;
    case STATE_TIME_TYPE:
        message->tag = byte;
        go(message, STATE_TIME_EVENT);
        break;
    case STATE_TIME_EVENT:
        begin_time(message, byte);
        break;
    case STATE_TIME_TEXT:
        text(message, byte, report);
        break;
    case STATE_TIME_NUMBER:
        number(message, byte, report);
        break;
    case STATE_COUNTERS:
        count(message, byte, STATE_TAG);
        break;
    case STATE_TAG:
        message->tag = byte;
        go(message, STATE_VALUE);
        break;
    case STATE_VALUE:
        value(message, byte, report);
        break;
    case STATE_DONE:
        break;
    }
    return message->state != STATE_DONE;
}
