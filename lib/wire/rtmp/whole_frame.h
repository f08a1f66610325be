/*
 * The fast path for nearly all messages: a coded frame, of the codec that its track has, all its chunks here one after
 * the other. The other way, state by state, comes to the same; it is for everything else.
 *
 * What it gains, and FLV's by wire/av_frame.h: instructions for a message of a stream of 4 Mbit/s in feeds of so many
 * bytes, with it and without; and, of 15 alternating runs of each with 4,000 sessions in turn on a busy machine, the
 * median of the ratios of CPU time. tests/bench/recv.c measures one build.
 *
 *                      1,448 bytes                4,096 bytes                16,384 bytes
 *   chunks of 4,096    2,949 of 3,505, 0.76       2,047 of 2,669, 0.77       1,540 of 2,277, 0.77
 *   chunks of 128      3,656 of 4,159, 1.02       2,446 of 3,061, 0.86       1,887 of 2,605, 0.80
 *   FLV                2,309 of 2,586, 0.89       1,487 of 1,814, 0.75       1,120 of 1,497, 0.87
 */
#ifndef MPE_WIRE_RTMP_WHOLE_FRAME_H
#define MPE_WIRE_RTMP_WHOLE_FRAME_H

#include <stdbool.h>

#include "base/bytes.h"
#include "wire/rtmp/rtmp.h"
#include "wire/unit.h"

/*
 * rtmp stands in front of a basic header. true: unit is a complete frame (all but offset_bytes), rtmp stands in front
 * of the next basic header. false: nothing was read.
 */
bool mpe_rtmp_whole_frame(struct mpe_rtmp *rtmp, struct mpe_cursor *in, struct mpe_unit *unit);

/*
 * Skips chunks that are here in full and go on with a message on chunk stream id of which *left bytes are to
 * come, all but the last one.
 */
const uint8_t *mpe_rtmp_skip_chunks(const uint8_t *at, const uint8_t *end, uint32_t size, uint32_t *left, uint32_t id);

#endif
