/* One direction of a TCP connection, put in order again (RFC 9293). */
#include "tcp.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

/* No window reaches further (RFC 7323, 2.3). */
#define MAX_WINDOW (1u << 30)

struct tcp_held {
    struct tcp_held *prev, *next;
    uint64_t offset;
    size_t len;
    bool is_spent; /* given out by the last tcp_next */
    uint8_t data[];
};

void tcp_begin(struct tcp_stream *stream, struct tcp_budget *budget)
{
    *stream = (struct tcp_stream){.budget = budget, .fin_offset = UINT64_MAX};
}

void tcp_begin_at(struct tcp_stream *stream, uint32_t seq)
{
    stream->next_seq = seq;
    stream->is_begun = true;
}

static void advance(struct tcp_stream *stream, size_t count)
{
    stream->next_offset += count;
    stream->next_seq += (uint32_t)count;
}

static void release(struct tcp_stream *stream, struct tcp_held *held)
{
    const size_t bytes = sizeof(*held) + held->len;
    DL_DELETE(stream->held, held);
    stream->held_bytes -= bytes;
    stream->budget->held_bytes -= bytes;
    stream->held_count--;
    free(held);
}

/* Where the first byte of the segment stands; false: far from what can be expected. */
static bool place(const struct tcp_stream *stream, uint32_t seq, int64_t *offset)
{
    const int32_t distance = (int32_t)(seq - stream->next_seq);
    *offset = (int64_t)stream->next_offset + distance;
    return distance < (int32_t)MAX_WINDOW && distance > -(int32_t)MAX_WINDOW;
}

/* Puts it where it belongs; most come at the end. */
static void insert(struct tcp_stream *stream, struct tcp_held *held)
{
    struct tcp_held *before = stream->held == NULL ? NULL : stream->held->prev;
    while (before != NULL && before->offset > held->offset)
        before = before == stream->held ? NULL : before->prev;
    if (before == NULL)
        DL_PREPEND(stream->held, held);
    else
        DL_APPEND_ELEM(stream->held, before, held);
}

static enum tcp_result hold(struct tcp_stream *stream, const struct segment *segment, uint64_t offset)
{
    const size_t bytes = sizeof(struct tcp_held) + segment->captured;
    if (stream->held_bytes + bytes > TCP_HELD_BYTES || stream->held_count >= TCP_HELD_SEGMENTS ||
        stream->budget->held_bytes + bytes > stream->budget->max_bytes)
        return TCP_FULL;
    struct tcp_held *held = malloc(bytes);
    if (held == NULL)
        return TCP_NO_MEMORY;
    held->offset = offset;
    held->len = segment->captured;
    held->is_spent = false;
    memcpy(held->data, segment->data, segment->captured);
    if (stream->held == NULL)
        stream->gap_since_us = segment->time_us;
    insert(stream, held);
    stream->held_bytes += bytes;
    stream->budget->held_bytes += bytes;
    stream->held_count++;
    return TCP_HELD;
}

enum tcp_result tcp_take(struct tcp_stream *stream, const struct segment *segment, struct tcp_span *span)
{
    int64_t offset;
    if (!stream->is_begun)
        tcp_begin_at(stream, segment->seq);
    if (!place(stream, segment->seq, &offset))
        return TCP_NOTHING;
    if ((segment->flags & TCP_FIN) != 0 && stream->fin_offset == UINT64_MAX && offset >= 0)
        stream->fin_offset = (uint64_t)offset + segment->len;
    const int64_t old = (int64_t)stream->next_offset - offset; /* bytes of it that came before */
    if (segment->captured == 0 || (old > 0 && (uint64_t)old >= segment->captured))
        return TCP_NOTHING;
    if (old < 0)
        return hold(stream, segment, (uint64_t)offset);
    *span = (struct tcp_span){segment->data + old, segment->captured - (size_t)old};
    advance(stream, span->len);
    return TCP_IN_ORDER;
}

bool tcp_next(struct tcp_stream *stream, struct tcp_span *span)
{
    while (stream->held != NULL) {
        struct tcp_held *const held = stream->held;
        if (held->offset > stream->next_offset)
            return false;
        const uint64_t old = stream->next_offset - held->offset;
        if (held->is_spent || old >= held->len) {
            release(stream, held);
            continue;
        }
        held->is_spent = true;
        *span = (struct tcp_span){held->data + old, held->len - (size_t)old};
        advance(stream, span->len);
        return true;
    }
    return false;
}

uint64_t tcp_missing(const struct tcp_stream *stream)
{
    if (stream->held != NULL)
        return stream->held->offset > stream->next_offset ? stream->held->offset - stream->next_offset : 0;
    const bool is_short = stream->fin_offset != UINT64_MAX && stream->fin_offset > stream->next_offset;
    return is_short ? stream->fin_offset - stream->next_offset : 0;
}

bool tcp_is_ended(const struct tcp_stream *stream)
{
    return stream->fin_offset <= stream->next_offset;
}

void tcp_drop(struct tcp_stream *stream)
{
    while (stream->held != NULL)
        release(stream, stream->held);
}
