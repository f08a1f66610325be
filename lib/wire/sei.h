/*
 * SEI messages of a NAL unit: finds those of unregistered user data and keeps the beginning of one. H.264
 * and HEVC write them alike (ITU-T H.264 7.3.2.3, H.265 7.3.2.4).
 */
#ifndef MPE_WIRE_NAL_SEI_H
#define MPE_WIRE_NAL_SEI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* What is kept of a message: an identifier, four times and what counts them. */
#define MPE_SEI_KEPT_BYTES 128u

/* Zeroed, it stands after the header of a NAL unit. All fields are private to sei.c. */
struct mpe_sei {
    uint32_t type;
    uint32_t size_bytes; /* of the message, */
    uint32_t left_bytes; /* and those of it to come */
    uint8_t state;       /* enum state of sei.c */
    uint8_t zeros;       /* zero bytes that came in a row, up to 2 */
    uint8_t kept_len;
    uint8_t kept[MPE_SEI_KEPT_BYTES];
};

/* A NAL unit begins. */
void mpe_sei_begin(struct mpe_sei *sei);

/*
 * Takes bytes of the NAL unit up to the end of a message of unregistered user data, of those that are kept as a whole.
 * true: data is that message, until the next call, which goes on after it. false: all of in was read.
 */
bool mpe_sei_take(struct mpe_sei *sei, struct mpe_cursor *in, struct mpe_span *data);

#endif
