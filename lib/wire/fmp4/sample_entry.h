/* stsd: which codec a track has. */
#ifndef MPE_WIRE_FMP4_SAMPLE_ENTRY_H
#define MPE_WIRE_FMP4_SAMPLE_ENTRY_H

#include <stdint.h>

#include "base/bytes.h"
#include "wire/fmp4/fmp4_fault.h"

struct mpe_sample_entry {
    uint32_t fourcc; /* of an encrypted entry the original format */
    uint8_t codec;   /* enum mpe_codec */
};

/*
 * Reads the first entry of a stsd; an encoder has no use for more, and a fragment that names another has the same
 * codec in practice. stsd: the body of the box; media: enum mpe_media, video or audio.
 */
enum mpe_fmp4_fault mpe_sample_entry_read(struct mpe_span stsd, uint8_t media, struct mpe_sample_entry *entry);

#endif
