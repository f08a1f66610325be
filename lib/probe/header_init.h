/* The smallest init segment that shows a demuxer one track: its decoder configuration, and no sample. */
#ifndef MPE_PROBE_HEADER_INIT_H
#define MPE_PROBE_HEADER_INIT_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* What stands around the header. */
#define MPE_HEADER_INIT_MORE_BYTES 512

/*
 * Writes moov with one track.
 *
 * out     room for the header and MPE_HEADER_INIT_MORE_BYTES
 * codec   MPE_CODEC_AVC or MPE_CODEC_AAC
 * header  an SPS, which avcC is written around, or the AudioSpecificConfig in esds; below 2^16 bytes
 *
 * Returns the bytes written.
 */
size_t mpe_header_init_make(uint8_t *out, int32_t codec, struct mpe_span header);

#endif
