/* Reads the messages in which an encoder counts its frames. */
#include "wire/encoder_report.h"

/*
 *   +---------+-+---------+--------------------------+   +-+----------+-----------------+
 *   |kind     |0|times - 1| for each time            |   |0|counters-1| for each counter|
 *   |16 bytes |4|4 bits   | type u8, event u8, time  |   |4|4 bits    | tag u8, u32     |
 *   +---------+-+---------+--------------------------+   +-+----------+-----------------+
 *                                                         not in a message of times
 *   time by type: 1 text as of RFC 3339, ended by a zero byte; 2 milliseconds since 1970, u64; 3 nanoseconds, u64
 *
 * Times are skipped: only counters are of interest.
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
    go(message, message->kind == KIND_TIMES ? STATE_DONE : STATE_TIMES);
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
static void begin_time(struct mpe_encoder_message *message)
{
    if (message->tag == TIME_TEXT)
        go(message, STATE_TIME_TEXT);
    else
        go(message, message->tag == TIME_EPOCH_MS || message->tag == TIME_DELTA_NS ? STATE_TIME_NUMBER : STATE_DONE);
}

static void note_counter(const struct mpe_encoder_message *message, struct mpe_encoder_report *report)
{
    if (message->kind == KIND_SESSION && message->tag == TAG_LAGGED)
        report->lagged_frames = message->value;
    else if (message->kind == KIND_SESSION && message->tag == TAG_DROPPED)
        report->dropped_frames = message->value;
    else if (message->kind == KIND_RENDITION && message->tag == TAG_SKIPPED)
        report->skipped_frames = message->value;
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
        begin_time(message);
        break;
    case STATE_TIME_TEXT:
        if (byte == 0)
            end_one(message, STATE_TIME_TYPE, STATE_COUNTERS);
        break;
    case STATE_TIME_NUMBER:
        if (++message->at == TIME_BYTES)
            end_one(message, STATE_TIME_TYPE, STATE_COUNTERS);
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
