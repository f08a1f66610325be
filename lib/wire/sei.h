/*
 * SEI messages of a NAL unit: finds those of unregistered user data and shows their bytes, one by one. H.264 and HEVC
 * write them alike (ITU-T H.264 7.3.2.3, H.265 7.3.2.4).
 */
#ifndef MPE_WIRE_NAL_SEI_H
#define MPE_WIRE_NAL_SEI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* No longer message is shown: an identifier, four times and what counts them are. */
#define MPE_SEI_MOST_BYTES 128u

/* Zeroed, it stands after the header of a NAL unit. All fields are private to sei.c. */
struct mpe_sei {
    uint32_t type;
    uint32_t size_bytes; /* of the message, */
    uint32_t left_bytes; /* and those of it to come */
    uint8_t state;       /* enum state of sei.c */
    uint8_t zeros;       /* zero bytes that came in a row, up to 2 */
    bool is_dropped;     /* nobody wants the rest of the message */
};

/* A NAL unit begins. */
void mpe_sei_begin(struct mpe_sei *sei);

/*
 * Takes bytes of the NAL unit up to the next one of a message of unregistered user data. true: byte is that one. false:
 * all of in was read.
 */
bool mpe_sei_take(struct mpe_sei *sei, struct mpe_cursor *in, uint8_t *byte);

/* Whether the byte that was taken last is the first one of its message. */
static inline bool mpe_sei_begins_message(const struct mpe_sei *sei)
{
    return sei->left_bytes + 1 == sei->size_bytes;
}

/* The rest of that message is to be skipped. */
static inline void mpe_sei_drop_message(struct mpe_sei *sei)
{
    sei->is_dropped = true;
}

#endif
