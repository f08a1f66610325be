/* The smallest FLV file that shows a demuxer one track: file header and one sequence header tag, no frame. */
#ifndef MPE_PROBE_FLV_PREFIX_H
#define MPE_PROBE_FLV_PREFIX_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* File header, PreviousTagSize0, tag header, AVC or AAC tag header. */
#define MPE_FLV_PREFIX_MAX_BYTES (9 + 4 + 11 + 5)
/* PreviousTagSize. */
#define MPE_FLV_SUFFIX_BYTES 4

/* What stands before and after the header in the file. */
struct mpe_flv_prefix {
    uint8_t before[MPE_FLV_PREFIX_MAX_BYTES];
    size_t before_bytes;
    uint8_t after[MPE_FLV_SUFFIX_BYTES];
};

/* codec: MPE_CODEC_AVC or MPE_CODEC_AAC; header_bytes: length of the sequence header, below 2^24 - 16. */
void mpe_flv_prefix_make(struct mpe_flv_prefix *prefix, int32_t codec, size_t header_bytes);

#endif
