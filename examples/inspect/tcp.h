/* One direction of a TCP connection, put together again: lost, doubled, reordered and overlapping segments. */
#ifndef INSPECT_TCP_H
#define INSPECT_TCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packet.h"

/* What waits for a segment that did not come yet: at most this of one direction. */
#define TCP_HELD_BYTES    (1u << 20)
#define TCP_HELD_SEGMENTS 2048u
/* ... and of all connections of a capture. */
#define TCP_HELD_TOTAL_BYTES (64u << 20)

struct tcp_held;

/* What all streams of a capture hold together. */
struct tcp_budget {
    size_t held_bytes;
    size_t max_bytes;
};

struct tcp_stream {
    struct tcp_budget *budget;
    struct tcp_held *held; /* in order, without overlap with what was given out */
    size_t held_bytes;
    size_t held_count;
    uint64_t next_offset; /* of the byte that is given out next, from 0 */
    uint64_t fin_offset;  /* UINT64_MAX: no FIN yet */
    int64_t gap_since_us; /* when the first held segment came */
    uint32_t next_seq;    /* its sequence number */
    bool is_begun;        /* next_seq is known */
};

/* Bytes in order. */
struct tcp_span {
    const uint8_t *data;
    size_t len;
};

enum tcp_result {
    TCP_IN_ORDER, /* span was filled; it lies in the packet */
    TCP_HELD,     /* kept until what is before it comes */
    TCP_NOTHING,  /* nothing new: came before, is empty, or lies outside any window */
    TCP_FULL,     /* must be held and cannot be: the gap before it is to be taken for a hole */
    TCP_NO_MEMORY
};

void tcp_begin(struct tcp_stream *stream, struct tcp_budget *budget);

/* The first byte of the stream will have this sequence number. */
void tcp_begin_at(struct tcp_stream *stream, uint32_t seq);

enum tcp_result tcp_take(struct tcp_stream *stream, const struct segment *segment, struct tcp_span *span);

/*
 * After TCP_IN_ORDER, until false: what was held and is in order now. The span stays valid until the next call on the
 * stream.
 */
bool tcp_next(struct tcp_stream *stream, struct tcp_span *span);

/* Bytes that are missing before the first held one, or before the FIN; 0: none is. */
uint64_t tcp_missing(const struct tcp_stream *stream);

/* Whether everything up to the FIN was given out. */
bool tcp_is_ended(const struct tcp_stream *stream);

/* Drops what is held. */
void tcp_drop(struct tcp_stream *stream);

#endif
