/* What a client sends before its first chunk: C0, C1, C2. Nothing in it matters but its version and its length. */
#ifndef MPE_WIRE_RTMP_HANDSHAKE_H
#define MPE_WIRE_RTMP_HANDSHAKE_H

#include <stdint.h>

#include "base/bytes.h"
#include "wire/unit.h"

/* A zeroed one stands at the first byte of the connection. */
struct mpe_handshake {
    uint8_t state; /* enum state of handshake.c */
    uint8_t preamble_high;
    uint16_t skip_bytes;
};

enum mpe_handshake_result {
    MPE_HANDSHAKE_MORE = 0, /* all of in was read */
    MPE_HANDSHAKE_DONE,     /* chunks follow */
    MPE_HANDSHAKE_FAULT     /* unit is filled: not RTMP, or encrypted */
};

enum mpe_handshake_result mpe_handshake_step(struct mpe_handshake *handshake, struct mpe_cursor *in,
                                             struct mpe_unit *unit);

#endif
