/* Finds the messages of unregistered user data in a NAL unit of SEI. */
#include "wire/sei.h"

#include <string.h>

/*
 *   +----------------+------+ +----------------+------+ +---------------------------+   +-------
 *   | FF: 255 each   | type | | FF: 255 each   | size | | payload                   |...| 80 ...
 *   +----------------+------+ +----------------+------+ +---------------------------+   +-------
 *
 * In all of it a 03 after two zero bytes is no part of the data (emulation prevention).
 */
enum state { STATE_TYPE, STATE_SIZE, STATE_PAYLOAD };

#define USER_DATA_UNREGISTERED 5u
#define MORE_FOLLOWS           0xFFu
#define EMULATION_PREVENTION   3u
#define ENOUGH                 (UINT32_MAX - MORE_FOLLOWS)

void mpe_sei_begin(struct mpe_sei *sei)
{
    sei->state = STATE_TYPE;
    sei->type = sei->size_bytes = sei->left_bytes = 0;
    sei->zeros = 0;
    sei->is_dropped = false;
}

/* Adds a byte of a number. true: it was the last one. */
static bool add(uint32_t *number, uint8_t byte)
{
    if (*number <= ENOUGH)
        *number += byte;
    return byte != MORE_FOLLOWS;
}

static void next_message(struct mpe_sei *sei)
{
    sei->state = STATE_TYPE;
    sei->type = sei->size_bytes = 0;
    sei->is_dropped = false;
}

static void begin_payload(struct mpe_sei *sei)
{
    sei->left_bytes = sei->size_bytes;
    sei->state = STATE_PAYLOAD;
    if (sei->left_bytes == 0)
        next_message(sei);
}

static bool is_wanted(const struct mpe_sei *sei)
{
    return sei->type == USER_DATA_UNREGISTERED && sei->size_bytes <= MPE_SEI_MOST_BYTES && !sei->is_dropped;
}

/* A byte of the payload. true: it is to be shown. */
static bool payload(struct mpe_sei *sei)
{
    if (--sei->left_bytes == 0)
        sei->state = STATE_TYPE;
    return is_wanted(sei);
}

/* A byte of the data. true: it is to be shown. */
static bool take(struct mpe_sei *sei, uint8_t byte)
{
    switch ((enum state)sei->state) {
    case STATE_TYPE:
        if (sei->left_bytes == 0 && sei->size_bytes != 0) /* a message went before */
            next_message(sei);
        if (add(&sei->type, byte))
            sei->state = STATE_SIZE;
        break;
    case STATE_SIZE:
        if (add(&sei->size_bytes, byte))
            begin_payload(sei);
        break;
    case STATE_PAYLOAD:
        return payload(sei);
    }
    return false;
}

/* Whether the byte only keeps the data from looking like a start code. */
static bool is_prevention(struct mpe_sei *sei, uint8_t byte)
{
    const bool is_one = sei->zeros == 2 && byte == EMULATION_PREVENTION;
    if (byte != 0 || is_one)
        sei->zeros = 0;
    else if (sei->zeros < 2)
        sei->zeros++;
    return is_one;
}

/* Skips what is here of a payload that nobody wants, up to a zero byte or its last byte. */
static void skip_payload(struct mpe_sei *sei, struct mpe_cursor *in)
{
    if (sei->state != STATE_PAYLOAD || is_wanted(sei) || sei->zeros != 0)
        return;
    const size_t here = mpe_cursor_left(in);
    const size_t most = here < sei->left_bytes ? here : sei->left_bytes;
    const uint8_t *const zero = memchr(in->at, 0, most - 1);
    const size_t count = zero != NULL ? (size_t)(zero - in->at) : most - 1;
    in->at += count;
    sei->left_bytes -= (uint32_t)count;
}

bool mpe_sei_take(struct mpe_sei *sei, struct mpe_cursor *in, uint8_t *byte)
{
    while (in->at < in->end) {
        skip_payload(sei, in);
        *byte = *in->at++;
        if (!is_prevention(sei, *byte) && take(sei, *byte))
            return true;
    }
    return false;
}
