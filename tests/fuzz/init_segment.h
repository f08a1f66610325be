/* Fragmented MP4 that is well: for the sessions of the fuzz targets. */
#ifndef TESTS_FUZZ_INIT_SEGMENT_H
#define TESTS_FUZZ_INIT_SEGMENT_H

#include <stdbool.h>

#include "../case/buffer.h"

/* ftyp and moov: track 1, H.264 of 1280x720, 1000 ticks a second; and AAC as track 2. */
void init_segment(struct buffer *out, bool has_audio);

/* moof and mdat with one sample of track 1, or 2. variant changes what the fragment says of itself. */
void media_fragment(struct buffer *out, int64_t time, uint32_t duration, unsigned variant);

#endif
