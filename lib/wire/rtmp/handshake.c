/* Reads C0, C1 and C2, and what a proxy puts before them. */
#include "wire/rtmp/handshake.h"

#include <stdbool.h>

#include "mpe.h"
#include "wire/fault.h"
#include "wire/rtmp/version.h"

/*
 *   +---------------------+----+-----------------+-----------------+
 *   | F3 length u16 bytes | C0 | C1              | C2              | chunks ...
 *   | behind some proxies | u8 | 1536 bytes      | 1536 bytes      |
 *   +---------------------+----+-----------------+-----------------+
 *
 * C1 may be plain or carry a digest, C2 echoes the server's S1: a passive reader can check neither, nor needs to.
 */
enum state { STATE_VERSION, STATE_PREAMBLE_HIGH, STATE_PREAMBLE_LOW, STATE_PREAMBLE, STATE_C1_C2 };

#define C1_C2_BYTES        3072
#define MAX_PREAMBLE_BYTES 1024 /* as many as SRS takes */

static enum mpe_handshake_result fault(struct mpe_unit *unit, int32_t reason, const char *what)
{
    mpe_unit_set_fault(unit, reason, what, 0, 0);
    return MPE_HANDSHAKE_FAULT;
}

static enum mpe_handshake_result go(struct mpe_handshake *handshake, enum state state)
{
    handshake->state = (uint8_t)state;
    return MPE_HANDSHAKE_MORE;
}

static enum mpe_handshake_result version(struct mpe_handshake *handshake, uint8_t byte, struct mpe_unit *unit)
{
    switch (byte) {
    case MPE_RTMP_VERSION_PLAIN:
        handshake->skip_bytes = C1_C2_BYTES;
        return go(handshake, STATE_C1_C2);
    case MPE_RTMP_VERSION_PREAMBLE:
        return go(handshake, STATE_PREAMBLE_HIGH);
    case MPE_RTMP_VERSION_RTMPE:
    case MPE_RTMP_VERSION_RTMPE_XTEA:
    case MPE_RTMP_VERSION_RTMPE_BLOWFISH:
        return fault(
            unit, MPE_REASON_PROTOCOL_NOT_SUPPORTED,
            "RTMPE (encrypted RTMP); use rtmp:// in the encoder, or rtmps:// where TLS ends in front of the server");
    default:
        return fault(unit, MPE_REASON_MALFORMED_INPUT, "the first byte is no RTMP version");
    }
}

static enum mpe_handshake_result preamble_low(struct mpe_handshake *handshake, uint8_t low, struct mpe_unit *unit)
{
    handshake->skip_bytes = (uint16_t)(handshake->preamble_high << 8 | low);
    if (handshake->skip_bytes > MAX_PREAMBLE_BYTES)
        return fault(unit, MPE_REASON_MALFORMED_INPUT, "the proxy's preamble is longer than 1024 bytes");
    return go(handshake, handshake->skip_bytes == 0 ? STATE_VERSION : STATE_PREAMBLE);
}

/* Whether all is skipped. */
static bool skip(struct mpe_handshake *handshake, struct mpe_cursor *in)
{
    const size_t left = mpe_cursor_left(in);
    const uint16_t skipped = left < handshake->skip_bytes ? (uint16_t)left : handshake->skip_bytes;
    in->at += skipped;
    handshake->skip_bytes = (uint16_t)(handshake->skip_bytes - skipped);
    return handshake->skip_bytes == 0;
}

/* in is not empty. MORE: at least one byte was read. */
static enum mpe_handshake_result run(struct mpe_handshake *handshake, struct mpe_cursor *in, struct mpe_unit *unit)
{
    switch ((enum state)handshake->state) {
    case STATE_VERSION:
        return version(handshake, *in->at++, unit);
    case STATE_PREAMBLE_HIGH:
        handshake->preamble_high = *in->at++;
        return go(handshake, STATE_PREAMBLE_LOW);
    case STATE_PREAMBLE_LOW:
        return preamble_low(handshake, *in->at++, unit);
    case STATE_PREAMBLE:
        return skip(handshake, in) ? go(handshake, STATE_VERSION) : MPE_HANDSHAKE_MORE;
    case STATE_C1_C2:
        return skip(handshake, in) ? MPE_HANDSHAKE_DONE : MPE_HANDSHAKE_MORE;
    }
    return MPE_HANDSHAKE_MORE;
}

enum mpe_handshake_result mpe_handshake_step(struct mpe_handshake *handshake, struct mpe_cursor *in,
                                             struct mpe_unit *unit)
{
    enum mpe_handshake_result result = MPE_HANDSHAKE_MORE;
    while (in->at < in->end && result == MPE_HANDSHAKE_MORE)
        result = run(handshake, in, unit);
    return result;
}
