/* A second reader of RTMP, for captures that are all there. Plain, and without a line in common with lib/wire. */
#ifndef TESTS_TRUST_DECHUNK_H
#define TESTS_TRUST_DECHUNK_H

#include "unit/stream_out.h"

/* Appends the tags that the audio and video messages of a connection make. bytes: handshake and chunks. */
void dechunk(const uint8_t *bytes, size_t len, struct out *flv);

#endif
