/* Bytes in, units out: chooses the format by protocol or first bytes and walks it. */
#ifndef MPE_DEMUX_WIRE_H
#define MPE_DEMUX_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "demux/detect.h"
#include "wire/tools.h"
#include "wire/unit.h"

struct mpe_rtmp;
struct mpe_flv;
struct mpe_fmp4;

enum mpe_wire_state { MPE_WIRE_DETECT, MPE_WIRE_RTMP, MPE_WIRE_FLV, MPE_WIRE_FMP4, MPE_WIRE_DEAD };

/* All fields but protocol are private to this layer. It must not move while it is used. */
struct mpe_wire {
    const struct mpe_wire_tools *tools;
    union {
        struct mpe_rtmp *rtmp;
        struct mpe_flv *flv;
        struct mpe_fmp4 *fmp4;
    } format; /* by state; allocated once the protocol is known */
    uint64_t read_bytes;
    uint8_t state;       /* enum mpe_wire_state */
    uint8_t protocol;    /* enum mpe_protocol: as given, or as found by the first bytes */
    uint8_t head_len;    /* first bytes, kept to detect the protocol, */
    uint8_t replay_left; /* then to be read again by its reader */
    uint8_t seen_bytes;  /* while the protocol is detected: those that came, of which head has the first */
    uint8_t head[MPE_DETECT_BYTES];
};

/* protocol: enum mpe_protocol of mpe.h. tools must outlive it. */
void mpe_wire_begin(struct mpe_wire *wire, const struct mpe_wire_tools *tools, int32_t protocol);

/* Frees what wire holds, not wire; it then stands after a fault. */
void mpe_wire_clear(struct mpe_wire *wire);

/* Whether MPE_UNIT_FAULT was given: nothing is read any more. */
static inline bool mpe_wire_is_dead(const struct mpe_wire *wire)
{
    return wire->state == MPE_WIRE_DEAD;
}

/*
 * Reads from in until a unit is complete. true: unit is filled, call again. false: all of in was read, more is needed.
 * Spans in unit stay valid until the next call. After MPE_UNIT_FAULT every call skips its input and gives false.
 */
bool mpe_wire_step(struct mpe_wire *wire, struct mpe_cursor *in, struct mpe_unit *unit);

/*
 * What follows is the body of another HTTP request; is_complete: the one before was not cut short by the network. The
 * protocol is fragmented MP4, or not known yet. true: unit is a fault of the body before, at its last byte.
 */
bool mpe_wire_next_body(struct mpe_wire *wire, bool is_complete, struct mpe_unit *unit);

#endif
