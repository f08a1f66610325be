/*
 * The short way for nearly all messages: a coded frame, of the codec that its track has, all its chunks here one behind
 * the other. The long way, state by state, comes to the same; it is for everything else.
 *
 * 10,000 sessions in turn, RTMP in chunks of 4,096 bytes, feeds of 16,384 bytes in the cache: 1.16 and 1.26 us a feed
 * with it, 1.64 and 1.65 us without, in two runs on a busy machine; smaller feeds varied too much there to say
 * anything. tests/bench/turns.c measures them.
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
 * Passes over chunks that are here in full and go on with a message on chunk stream id of which *left bytes are to
 * come, all but the last one.
 */
const uint8_t *mpe_rtmp_pass_over_chunks(const uint8_t *at, const uint8_t *end, uint32_t size, uint32_t *left,
                                         uint32_t id);

#endif
