/* Puts the messages of an RTMP connection together from their chunks. */
#include "wire/rtmp/rtmp.h"

#include "mpe.h"
#include "wire/fault.h"
#include "wire/rtmp/out_of_step.h"
#include "wire/rtmp/payload.h"
#include "wire/rtmp/whole_frame.h"

/*
 * A message is cut into chunks; chunks of different chunk streams interleave.
 *
 *    basic header                  message header        extended timestamp      payload
 *   +------+--------------------+ +--------------------+ +--------------------+ +---------------------------+
 *   |format|chunk stream id     | |11, 7, 3 or 0 bytes | |u32, only when the  | |chunk size, or what is left|
 *   |2 bits|6 bits: 2..63       | |as format says      | |24-bit one is FFFFFF| |of the message             |
 *   |      |0: + u8, id - 64    | |                    | |                    | |                           |
 *   |      |1: + u16 LE, id - 64| |                    | |                    | |                           |
 *   +------+--------------------+ +--------------------+ +--------------------+ +---------------------------+
 */
enum state {
    STATE_HANDSHAKE,
    STATE_BASIC_HEADER,
    STATE_BASIC_HEADER_2, /* of 2 bytes */
    STATE_BASIC_HEADER_3, /* of 3 bytes */
    STATE_MESSAGE_HEADER,
    STATE_EXTENDED_TIMESTAMP,
    STATE_REPEATED_TIMESTAMP,
    STATE_GUESS_TIMESTAMP,
    STATE_PAYLOAD
};

/*
 * Whether chunks that go on with a message repeat its extended timestamp. RTMP 1.0 says so; the draft of 2009 did not,
 * and OBS before 30.1 does not. The first such chunk of a connection decides: its next four bytes are the timestamp, or
 * they are payload.
 */
enum repeats { REPEATS_UNKNOWN, REPEATS_YES, REPEATS_NO };

enum outcome { GO_ON, MORE, UNIT };

#define DEFAULT_CHUNK_SIZE_BYTES 128
#define EXTENDED_TIMESTAMP_BYTES 4
#define MOST_PREFETCHED          8 /* where there are more, they are so close that the processor sees them coming */
#define MIN_EXTENDED_TIMESTAMP   0xFFFFFFu

static enum outcome go(struct mpe_rtmp *rtmp, enum state state)
{
    rtmp->state = (uint8_t)state;
    rtmp->head_len = 0;
    return GO_ON;
}

static enum outcome fault(struct mpe_unit *unit, int32_t reason, const char *what, int64_t value, int64_t limit)
{
    mpe_unit_set_fault(unit, reason, what, value, limit);
    return UNIT;
}

static struct mpe_chunk_stream *current(struct mpe_rtmp *rtmp)
{
    return &rtmp->chunk_streams.items[rtmp->current];
}

/* The next count bytes; NULL: they are not all here yet. */
static const uint8_t *take(struct mpe_rtmp *rtmp, struct mpe_cursor *in, uint32_t count)
{
    return mpe_cursor_take(in, rtmp->head, &rtmp->head_len, count);
}

static enum outcome handshake(struct mpe_rtmp *rtmp, struct mpe_cursor *in, struct mpe_unit *unit)
{
    switch (mpe_handshake_step(&rtmp->handshake, in, unit)) {
    case MPE_HANDSHAKE_DONE:
        return go(rtmp, STATE_BASIC_HEADER);
    case MPE_HANDSHAKE_FAULT:
        return UNIT;
    case MPE_HANDSHAKE_MORE:
        break;
    }
    return MORE;
}

/* ----------------------------------------------------------------- payload */

static enum outcome begin_chunk(struct mpe_rtmp *rtmp)
{
    const uint32_t left = current(rtmp)->left_bytes;
    rtmp->chunk_left_bytes = left < rtmp->chunk_size_bytes ? left : rtmp->chunk_size_bytes;
    return go(rtmp, STATE_PAYLOAD);
}

/* The headers of the next chunks will be read soon, and that of the next message if no others lie between. */
static void prefetch_headers(const struct mpe_rtmp *rtmp, uint32_t message_bytes, const struct mpe_cursor *in)
{
    const size_t size = rtmp->chunk_size_bytes;
    size_t distance = 0;
    uint32_t left = message_bytes;
    for (uint32_t i = 0; i < MOST_PREFETCHED && left > size; i++) {
        mpe_cursor_prefetch(in, distance + size);
        distance += 1 + size;
        left -= (uint32_t)size;
    }
    if (left <= size)
        mpe_cursor_prefetch(in, distance + left);
}

static enum outcome empty_message(struct mpe_rtmp *rtmp, const struct mpe_chunk_stream *stream, struct mpe_unit *unit)
{
    go(rtmp, STATE_BASIC_HEADER);
    if (mpe_message_role_of(stream->message_type) != MPE_MESSAGE_MEDIA)
        return GO_ON;
    *unit = (struct mpe_unit){.kind = MPE_UNIT_NO_FRAME};
    return UNIT;
}

static enum outcome begin_message(struct mpe_rtmp *rtmp, const struct mpe_cursor *in, struct mpe_unit *unit)
{
    struct mpe_chunk_stream *const stream = current(rtmp);
    stream->timestamp_ms = mpe_chunk_stream_next_timestamp(stream, rtmp->format);
    stream->left_bytes = stream->message_bytes;
    stream->format = rtmp->format & 3u;
    const char *const what = mpe_rtmp_out_of_step(&rtmp->message_streams, stream);
    if (what != NULL)
        return fault(unit, MPE_REASON_MALFORMED_INPUT, what, 0, 0);
    if (stream->message_bytes == 0)
        return empty_message(rtmp, stream, unit);
    prefetch_headers(rtmp, stream->message_bytes, in);
    if (!mpe_rtmp_begin_payload(rtmp, stream, unit))
        return UNIT;
    return begin_chunk(rtmp);
}

/* Skips coded data, of which quiet bytes are to come, up to the end of this chunk. Gives those then to come. */
static uint32_t skip_rest_of_chunk(struct mpe_rtmp *rtmp, struct mpe_cursor *in, uint32_t quiet)
{
    const size_t here = mpe_cursor_left(in);
    uint32_t rest = rtmp->chunk_left_bytes < quiet ? rtmp->chunk_left_bytes : quiet;
    if (here < rest)
        rest = (uint32_t)here;
    in->at += rest;
    rtmp->chunk_left_bytes -= rest;
    return quiet - rest;
}

/* Skips coded data, of which quiet bytes are to come, from chunk to chunk as long as they follow each other. */
static void skip_quiet_bytes(struct mpe_rtmp *rtmp, struct mpe_chunk_stream *stream, struct mpe_body *body,
                             struct mpe_cursor *in, uint32_t quiet)
{
    const uint32_t size = rtmp->chunk_size_bytes;
    const uint32_t after = stream->left_bytes - quiet; /* of the message, after the coded data */
    uint32_t left = skip_rest_of_chunk(rtmp, in, quiet);
    if (rtmp->chunk_left_bytes == 0 && !stream->is_extended) {
        in->at = mpe_rtmp_skip_chunks(in->at, in->end, size, &left, stream->id);
        if (left != 0 && in->at < in->end && *in->at == MPE_CHUNK_CONTINUES(stream->id)) {
            in->at++;
            rtmp->chunk_left_bytes = left + after < size ? left + after : size;
            left = skip_rest_of_chunk(rtmp, in, left);
        }
    }
    mpe_message_skip_quiet(&body->message, quiet - left);
    stream->left_bytes = left + after;
}

static enum outcome end_chunk(struct mpe_rtmp *rtmp, struct mpe_chunk_stream *stream, struct mpe_body *body)
{
    if (stream->left_bytes == 0)
        mpe_rtmp_end_payload(rtmp, stream, body);
    return go(rtmp, STATE_BASIC_HEADER);
}

/* Shows the body's reader the rest of the chunk. */
static enum outcome read_payload(struct mpe_rtmp *rtmp, struct mpe_chunk_stream *stream, struct mpe_body *body,
                                 struct mpe_cursor *in, struct mpe_unit *unit)
{
    const size_t here = mpe_cursor_left(in);
    const uint32_t size = here < rtmp->chunk_left_bytes ? (uint32_t)here : rtmp->chunk_left_bytes;
    struct mpe_cursor part = {in->at, in->at + size};
    const bool has_unit = mpe_rtmp_step_payload(rtmp, stream, body, &part, unit);
    const uint32_t taken = (uint32_t)(part.at - in->at);

    in->at = part.at;
    rtmp->chunk_left_bytes -= taken;
    stream->left_bytes -= taken;
    if (!has_unit)
        return rtmp->chunk_left_bytes != 0 ? MORE : end_chunk(rtmp, stream, body);
    return UNIT;
}

static enum outcome payload(struct mpe_rtmp *rtmp, struct mpe_cursor *in, struct mpe_unit *unit)
{
    struct mpe_chunk_stream *const stream = current(rtmp);
    struct mpe_body *const body = mpe_reassembly_find(&rtmp->reassembly, stream->id);
    const uint32_t quiet = mpe_rtmp_quiet_bytes(body);
    if (quiet != 0) {
        skip_quiet_bytes(rtmp, stream, body, in, quiet);
        if (mpe_rtmp_quiet_bytes(body) != 0)
            return rtmp->chunk_left_bytes != 0 ? MORE : go(rtmp, STATE_BASIC_HEADER);
    }
    return read_payload(rtmp, stream, body, in, unit);
}

/* ----------------------------------------------------- repeated timestamps */

static enum outcome repeated_timestamp(struct mpe_rtmp *rtmp, struct mpe_cursor *in)
{
    return take(rtmp, in, EXTENDED_TIMESTAMP_BYTES) != NULL ? begin_chunk(rtmp) : MORE;
}

/* Encoders repeat the field as it was, be it a time or a delta, or the time that it came to. */
static bool may_be_timestamp(const struct mpe_rtmp *rtmp, const struct mpe_chunk_stream *stream)
{
    const unsigned unseen_bits = 8u * (EXTENDED_TIMESTAMP_BYTES - rtmp->held_len);
    uint32_t seen = 0;
    for (unsigned i = 0; i < rtmp->held_len; i++)
        seen = seen << 8 | rtmp->held[i];
    return seen == stream->timestamp_field >> unseen_bits || seen == stream->timestamp_ms >> unseen_bits;
}

static enum outcome guess_timestamp(struct mpe_rtmp *rtmp, struct mpe_cursor *in)
{
    if (in->at == in->end)
        return MORE;
    rtmp->held[rtmp->held_len++] = *in->at++;
    if (!may_be_timestamp(rtmp, current(rtmp))) {
        rtmp->repeats = REPEATS_NO;
        rtmp->replay_left = rtmp->held_len;
        return begin_chunk(rtmp);
    }
    if (rtmp->held_len < EXTENDED_TIMESTAMP_BYTES)
        return GO_ON;
    /* A field below the mark, all zeros say, would prove nothing: payload may look like it. */
    if (mpe_load_be32(rtmp->held) >= MIN_EXTENDED_TIMESTAMP)
        rtmp->repeats = REPEATS_YES;
    return begin_chunk(rtmp);
}

/* ----------------------------------------------------------------- headers */

static enum outcome continue_message(struct mpe_rtmp *rtmp, struct mpe_unit *unit)
{
    /* Nobody sends this on purpose; SRS, gortmplib and Monibuca end the connection. */
    if (rtmp->format != MPE_CHUNK_CONTINUATION)
        return fault(unit, MPE_REASON_MALFORMED_INPUT, MPE_OUT_OF_STEP("a message header in the middle of a message"),
                     0, 0);
    if (!current(rtmp)->is_extended || rtmp->repeats == REPEATS_NO)
        return begin_chunk(rtmp);
    rtmp->held_len = 0;
    return go(rtmp, rtmp->repeats == REPEATS_YES ? STATE_REPEATED_TIMESTAMP : STATE_GUESS_TIMESTAMP);
}

/* Format 1 is taken for the first chunk of a chunk stream: librtmp opens one so for its ping. false: a fault. */
static bool open_chunk_stream(struct mpe_rtmp *rtmp, uint32_t id, struct mpe_unit *unit)
{
    const int64_t max = rtmp->tools->limits->max_chunk_streams;
    const uint32_t count = rtmp->chunk_streams.count;
    if (rtmp->format > MPE_CHUNK_SAME_STREAM)
        fault(unit, MPE_REASON_MALFORMED_INPUT, MPE_OUT_OF_STEP("the first chunk of a chunk stream has no full header"),
              0, 0);
    else if (count >= max)
        fault(unit, MPE_REASON_INTERNAL_LIMIT, "RTMP chunk streams", (int64_t)count + 1, max);
    else if (!mpe_chunk_streams_add(&rtmp->chunk_streams, rtmp->tools->mem, id))
        fault(unit, MPE_REASON_OUT_OF_MEMORY, "a chunk stream", sizeof(struct mpe_chunk_stream), 0);
    else
        return true;
    return false;
}

static enum outcome select_chunk_stream(struct mpe_rtmp *rtmp, uint32_t id, const struct mpe_cursor *in,
                                        struct mpe_unit *unit)
{
    const uint32_t index = mpe_chunk_streams_find(&rtmp->chunk_streams, id, rtmp->current);
    if (index == rtmp->chunk_streams.count && !open_chunk_stream(rtmp, id, unit))
        return UNIT;
    rtmp->current = index;
    if (current(rtmp)->left_bytes != 0)
        return continue_message(rtmp, unit);
    if (rtmp->format != MPE_CHUNK_CONTINUATION)
        return go(rtmp, STATE_MESSAGE_HEADER);
    return current(rtmp)->is_extended ? go(rtmp, STATE_EXTENDED_TIMESTAMP) : begin_message(rtmp, in, unit);
}

static enum outcome basic_header(struct mpe_rtmp *rtmp, struct mpe_cursor *in, struct mpe_unit *unit)
{
    if (in->at == in->end)
        return MORE;
    const uint8_t byte = *in->at++;
    rtmp->format = byte >> 6;
    switch (byte & 63) {
    case 0:
        return go(rtmp, STATE_BASIC_HEADER_2);
    case 1:
        return go(rtmp, STATE_BASIC_HEADER_3);
    default:
        return select_chunk_stream(rtmp, byte & 63, in, unit);
    }
}

static enum outcome long_basic_header(struct mpe_rtmp *rtmp, struct mpe_cursor *in, struct mpe_unit *unit,
                                      uint32_t id_bytes)
{
    const uint8_t *const head = take(rtmp, in, id_bytes);
    if (head == NULL)
        return MORE;
    const uint32_t high = id_bytes == 2 ? head[1] : 0;
    return select_chunk_stream(rtmp, 64 + head[0] + 256 * high, in, unit);
}

static enum outcome message_header(struct mpe_rtmp *rtmp, struct mpe_cursor *in, struct mpe_unit *unit)
{
    const uint8_t *const head = take(rtmp, in, mpe_chunk_message_header_bytes(rtmp->format));
    if (head == NULL)
        return MORE;
    struct mpe_chunk_stream *const stream = current(rtmp);
    mpe_chunk_stream_read_header(stream, rtmp->format, head);
    const int64_t max = rtmp->tools->limits->max_message_bytes;
    if (stream->message_bytes > max)
        return fault(unit, MPE_REASON_INTERNAL_LIMIT, "bytes of an RTMP message", stream->message_bytes, max);
    return stream->is_extended ? go(rtmp, STATE_EXTENDED_TIMESTAMP) : begin_message(rtmp, in, unit);
}

/* At the beginning of a message, format 3 included, the four bytes are always there. */
static enum outcome extended_timestamp(struct mpe_rtmp *rtmp, struct mpe_cursor *in, struct mpe_unit *unit)
{
    const uint8_t *const head = take(rtmp, in, EXTENDED_TIMESTAMP_BYTES);
    if (head == NULL)
        return MORE;
    current(rtmp)->timestamp_field = mpe_load_be32(head);
    return begin_message(rtmp, in, unit);
}

static enum outcome run(struct mpe_rtmp *rtmp, struct mpe_cursor *in, struct mpe_unit *unit)
{
    switch ((enum state)rtmp->state) {
    case STATE_PAYLOAD:
        return payload(rtmp, in, unit);
    case STATE_BASIC_HEADER:
        return basic_header(rtmp, in, unit);
    case STATE_BASIC_HEADER_2:
        return long_basic_header(rtmp, in, unit, 1);
    case STATE_BASIC_HEADER_3:
        return long_basic_header(rtmp, in, unit, 2);
    case STATE_MESSAGE_HEADER:
        return message_header(rtmp, in, unit);
    case STATE_EXTENDED_TIMESTAMP:
        return extended_timestamp(rtmp, in, unit);
    case STATE_REPEATED_TIMESTAMP:
        return repeated_timestamp(rtmp, in);
    case STATE_GUESS_TIMESTAMP:
        return guess_timestamp(rtmp, in);
    case STATE_HANDSHAKE:
        return handshake(rtmp, in, unit);
    }
    return MORE;
}

/* Bytes held back that turned out to be payload are read before in. */
static enum outcome run_replay(struct mpe_rtmp *rtmp, struct mpe_unit *unit)
{
    const uint8_t *const end = rtmp->held + rtmp->held_len;
    struct mpe_cursor replay = {end - rtmp->replay_left, end};
    const enum outcome outcome = run(rtmp, &replay, unit);
    rtmp->replay_left = (uint8_t)mpe_cursor_left(&replay);
    return outcome == UNIT ? UNIT : GO_ON;
}

void mpe_rtmp_begin(struct mpe_rtmp *rtmp, const struct mpe_wire_tools *tools)
{
    *rtmp = (struct mpe_rtmp){.tools = tools, .chunk_size_bytes = DEFAULT_CHUNK_SIZE_BYTES};
}

bool mpe_rtmp_step(struct mpe_rtmp *rtmp, struct mpe_cursor *in, struct mpe_unit *unit)
{
    enum outcome outcome = GO_ON;
    while (outcome == GO_ON) {
        if (rtmp->replay_left != 0)
            outcome = run_replay(rtmp, unit);
        else if (rtmp->state == STATE_BASIC_HEADER && mpe_rtmp_whole_frame(rtmp, in, unit))
            outcome = UNIT;
        else
            outcome = run(rtmp, in, unit);
    }
    return outcome == UNIT;
}

void mpe_rtmp_clear(struct mpe_rtmp *rtmp)
{
    mpe_reassembly_free(&rtmp->reassembly, rtmp->tools->mem);
    mpe_mem_free(rtmp->tools->mem, rtmp->chunk_streams.items);
    mpe_mem_free(rtmp->tools->mem, rtmp->message_streams.items);
}
