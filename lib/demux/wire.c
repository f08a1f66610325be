/* Chooses the reader of a stream by its protocol or its first bytes, and runs it. */
#include "demux/wire.h"

#include <string.h>

#include "mpe.h"
#include "wire/fault.h"
#include "wire/flv/flv.h"
#include "wire/fmp4/fmp4.h"
#include "wire/key_frames.h"
#include "wire/rtmp/rtmp.h"

void mpe_wire_begin(struct mpe_wire *wire, const struct mpe_wire_tools *tools, int32_t protocol)
{
    *wire = (struct mpe_wire){.tools = tools, .protocol = (uint8_t)protocol};
}

void mpe_wire_clear(struct mpe_wire *wire)
{
    const struct mpe_mem *const mem = wire->tools->mem;
    switch ((enum mpe_wire_state)wire->state) {
    case MPE_WIRE_RTMP:
        mpe_rtmp_clear(wire->format.rtmp);
        mpe_mem_free(mem, wire->format.rtmp);
        break;
    case MPE_WIRE_FLV:
        mpe_flv_clear(wire->format.flv);
        mpe_mem_free(mem, wire->format.flv);
        break;
    case MPE_WIRE_FMP4:
        mpe_fmp4_free(wire->format.fmp4);
        break;
    case MPE_WIRE_DETECT:
    case MPE_WIRE_DEAD:
        break;
    }
    wire->state = MPE_WIRE_DEAD;
    wire->replay_left = 0;
}

/* true: unit is a fault. */
static bool fault(struct mpe_unit *unit, int32_t reason, const char *what, int64_t value)
{
    mpe_unit_set_fault(unit, reason, what, value, 0);
    return true;
}

static bool begin_rtmp(struct mpe_wire *wire, struct mpe_unit *unit)
{
    wire->protocol = MPE_PROTOCOL_RTMP;
    wire->format.rtmp = mpe_mem_new(wire->tools->mem, sizeof(*wire->format.rtmp));
    if (wire->format.rtmp == NULL)
        return fault(unit, MPE_REASON_OUT_OF_MEMORY, "an RTMP session", sizeof(*wire->format.rtmp));
    mpe_rtmp_begin(wire->format.rtmp, wire->tools);
    wire->state = MPE_WIRE_RTMP;
    return false;
}

static bool begin_flv(struct mpe_wire *wire, struct mpe_unit *unit)
{
    wire->protocol = MPE_PROTOCOL_FLV;
    wire->format.flv = mpe_mem_new(wire->tools->mem, sizeof(*wire->format.flv));
    if (wire->format.flv == NULL)
        return fault(unit, MPE_REASON_OUT_OF_MEMORY, "an FLV session", sizeof(*wire->format.flv));
    wire->format.flv->tools = wire->tools;
    wire->state = MPE_WIRE_FLV;
    return false;
}

static bool begin_fmp4(struct mpe_wire *wire, struct mpe_unit *unit)
{
    wire->protocol = MPE_PROTOCOL_FMP4;
    wire->format.fmp4 = mpe_fmp4_new(wire->tools);
    if (wire->format.fmp4 == NULL)
        return fault(unit, MPE_REASON_OUT_OF_MEMORY, "a fragmented MP4 session", 0);
    wire->state = MPE_WIRE_FMP4;
    if (wire->tools->key_frames != NULL && !mpe_fmp4_read_key_frames(wire->format.fmp4, wire->tools->key_frames))
        return fault(unit, MPE_REASON_OUT_OF_MEMORY, "the key frames of a session", 0);
    return false;
}

static bool begin(struct mpe_wire *wire, int32_t protocol, struct mpe_unit *unit)
{
    switch ((enum mpe_protocol)protocol) {
    case MPE_PROTOCOL_RTMP:
        return begin_rtmp(wire, unit);
    case MPE_PROTOCOL_FLV:
        return begin_flv(wire, unit);
    case MPE_PROTOCOL_FMP4:
        return begin_fmp4(wire, unit);
    case MPE_PROTOCOL_AUTO:
        break;
    }
    return fault(unit, MPE_REASON_MALFORMED_INPUT, "the stream is not RTMP, FLV or fragmented MP4", 0);
}

/* What began like a foreign protocol for longer than is kept cannot be read again; it begins like none of ours. */
static bool begin_expected(struct mpe_wire *wire, struct mpe_unit *unit)
{
    return begin(wire, wire->seen_bytes > wire->head_len ? MPE_PROTOCOL_AUTO : wire->protocol, unit);
}

/* Looks at one more byte. true: unit is a fault. */
static bool step_detect(struct mpe_wire *wire, struct mpe_cursor *in, struct mpe_unit *unit)
{
    const uint8_t byte = *in->at++;
    if (wire->head_len < MPE_DETECT_BYTES)
        wire->head[wire->head_len++] = byte;
    wire->replay_left = wire->head_len;
    const struct mpe_beginning beginning = {wire->head, ++wire->seen_bytes, byte};
    const struct mpe_detection detection = mpe_detect(wire->protocol, &beginning);
    switch (detection.result) {
    case MPE_DETECTED_OURS:
        return begin(wire, detection.protocol, unit);
    case MPE_DETECTED_FOREIGN:
        return fault(unit, MPE_REASON_PROTOCOL_NOT_SUPPORTED, detection.what, 0);
    case MPE_DETECTED_NONE:
        return begin_expected(wire, unit);
    case MPE_DETECTED_MORE:
        break;
    }
    return false;
}

static inline bool step_format(struct mpe_wire *wire, struct mpe_cursor *in, struct mpe_unit *unit)
{
    switch ((enum mpe_wire_state)wire->state) {
    case MPE_WIRE_RTMP:
        return mpe_rtmp_step(wire->format.rtmp, in, unit);
    case MPE_WIRE_FLV:
        return mpe_flv_step(wire->format.flv, in, unit);
    case MPE_WIRE_FMP4:
        return mpe_fmp4_step(wire->format.fmp4, in, unit);
    case MPE_WIRE_DETECT:
    case MPE_WIRE_DEAD:
        break;
    }
    in->at = in->end;
    return false;
}

static bool step_replay(struct mpe_wire *wire, struct mpe_unit *unit)
{
    const uint8_t *const end = wire->head + wire->head_len;
    struct mpe_cursor replay = {end - wire->replay_left, end};
    const bool has_unit = step_format(wire, &replay, unit);
    wire->replay_left = (uint8_t)mpe_cursor_left(&replay);
    return has_unit;
}

/* Up to where the format reads on by itself. true: unit is filled. */
static bool step_beginning(struct mpe_wire *wire, struct mpe_cursor *in, struct mpe_unit *unit)
{
    while (wire->state == MPE_WIRE_DETECT) {
        if (in->at == in->end)
            return false;
        if (step_detect(wire, in, unit))
            return true;
    }
    while (wire->replay_left != 0) {
        if (step_replay(wire, unit))
            return true;
    }
    return false;
}

bool mpe_wire_step(struct mpe_wire *wire, struct mpe_cursor *in, struct mpe_unit *unit)
{
    const uint8_t *const before = in->at;
    const bool is_beginning = wire->state == MPE_WIRE_DETECT || wire->replay_left != 0;
    const bool has_unit = (is_beginning && step_beginning(wire, in, unit)) || step_format(wire, in, unit);
    wire->read_bytes += (uint64_t)(in->at - before);
    if (!has_unit)
        return false;
    unit->offset_bytes = wire->read_bytes - 1;
    if (unit->kind == MPE_UNIT_FRAME)
        unit->offset_bytes -= unit->tail_bytes;
    else if (unit->kind == MPE_UNIT_HEADER && wire->tools->key_frames != NULL)
        mpe_key_frames_note_header(wire->tools->key_frames, unit);
    else if (unit->kind == MPE_UNIT_FAULT)
        mpe_wire_clear(wire);
    return true;
}

/* true: unit is a fault. */
static bool next_body(struct mpe_wire *wire, bool is_complete, struct mpe_unit *unit)
{
    if (wire->state == MPE_WIRE_FMP4)
        return mpe_fmp4_next_body(wire->format.fmp4, is_complete, unit);
    const bool is_cut = wire->state == MPE_WIRE_DETECT && wire->seen_bytes != 0;
    if (is_cut && is_complete)
        return fault(unit, MPE_REASON_MALFORMED_INPUT, "the body of a request ends inside a box", 0);
    wire->head_len = wire->seen_bytes = 0;
    return false;
}

bool mpe_wire_next_body(struct mpe_wire *wire, bool is_complete, struct mpe_unit *unit)
{
    if (!next_body(wire, is_complete, unit))
        return false;
    unit->offset_bytes = wire->read_bytes - 1;
    mpe_wire_clear(wire);
    return true;
}
