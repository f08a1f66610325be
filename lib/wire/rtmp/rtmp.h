/* The client-to-server bytes of an RTMP connection: handshake, then messages cut into interleaved chunks. */
#ifndef MPE_WIRE_RTMP_RTMP_H
#define MPE_WIRE_RTMP_RTMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "wire/rtmp/chunk_stream.h"
#include "wire/rtmp/handshake.h"
#include "wire/rtmp/message_stream.h"
#include "wire/rtmp/reassembly.h"
#include "wire/tools.h"
#include "wire/unit.h"

/* One connection. All fields are private to rtmp.c and payload.c. */
struct mpe_rtmp {
    const struct mpe_wire_tools *tools;
    struct mpe_chunk_streams chunk_streams;
    struct mpe_reassembly reassembly;
    uint32_t chunk_size_bytes;
    uint32_t chunk_left_bytes; /* of the current chunk's payload */
    uint32_t current;          /* index of its chunk stream */
    uint8_t state;             /* enum state of rtmp.c */
    uint8_t format;            /* of the current chunk */
    uint8_t repeats;           /* enum repeats of rtmp.c: do continuations repeat the extended timestamp? */
    uint8_t held_len;          /* bytes held back until it is known what they are */
    uint8_t held[4];
    uint8_t replay_left; /* of them, those to be read before in */
    uint8_t head_len;    /* what each feed looks at ends here */
    struct mpe_message_streams message_streams;
    struct mpe_handshake handshake;
    uint8_t head[MPE_CHUNK_MAX_MESSAGE_HEADER_BYTES];
};

/* tools must outlive it. */
void mpe_rtmp_begin(struct mpe_rtmp *rtmp, const struct mpe_wire_tools *tools);

/* As mpe_wire_step, offset_bytes left to the caller. Not to be called again after MPE_UNIT_FAULT. */
bool mpe_rtmp_step(struct mpe_rtmp *rtmp, struct mpe_cursor *in, struct mpe_unit *unit);

/* Frees what rtmp holds, not rtmp. */
void mpe_rtmp_clear(struct mpe_rtmp *rtmp);

#endif
