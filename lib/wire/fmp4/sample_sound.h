/* What a sample entry of sound says of its channels and rate. */
#ifndef MPE_WIRE_FMP4_SAMPLE_SOUND_H
#define MPE_WIRE_FMP4_SAMPLE_SOUND_H

#include "base/bytes.h"
#include "wire/unit.h"

/*
 * fields: of the entry, 28 bytes and what QuickTime's version 1 or 2 adds; boxes: those after them; codec: enum
 * mpe_codec. Where a codec has a box that says more, that is right: writers put 2 channels into the fields.
 */
void mpe_sample_sound_read(struct mpe_span fields, struct mpe_span boxes, uint8_t codec,
                           struct mpe_sample_facts *facts);

#endif
