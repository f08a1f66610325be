/* Evidence that the reader has lost its place among the chunks: message headers that no encoder sends. */
#ifndef MPE_WIRE_RTMP_OUT_OF_STEP_H
#define MPE_WIRE_RTMP_OUT_OF_STEP_H

#include "wire/rtmp/chunk_stream.h"
#include "wire/rtmp/message_stream.h"

/*
 * What is wrong with the message that stream begins: a fixed text; NULL: nothing. Before a codec is known nothing is:
 * what encoders do until then differs.
 */
const char *mpe_rtmp_out_of_step(const struct mpe_message_streams *streams, const struct mpe_chunk_stream *stream);

#endif
