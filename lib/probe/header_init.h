/* The smallest init segment that shows a demuxer one track: its sequence header, and no sample. */
#ifndef MPE_PROBE_HEADER_INIT_H
#define MPE_PROBE_HEADER_INIT_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* What stands around the header. */
#define MPE_HEADER_INIT_MORE_BYTES 512

/*
 * Writes moov with one track; the sequence header of RTMP and FLV is what MP4 keeps in avcC or esds, byte for byte.
 *
 * out     room for the header and MPE_HEADER_INIT_MORE_BYTES
 * codec   MPE_CODEC_AVC or MPE_CODEC_AAC
 * header  below 2^28 bytes
 *
 * Returns the bytes written.
 */
size_t mpe_header_init_make(uint8_t *out, int32_t codec, struct mpe_span header);

#endif
