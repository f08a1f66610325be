/* What becomes of a message: who reads its body, and what its commands and control messages do. */
#ifndef MPE_WIRE_RTMP_PAYLOAD_H
#define MPE_WIRE_RTMP_PAYLOAD_H

#include <stdbool.h>

#include "base/bytes.h"
#include "wire/rtmp/chunk_stream.h"
#include "wire/rtmp/rtmp.h"
#include "wire/unit.h"

/* Begins the message whose header is in stream. false: unit is a fault. */
bool mpe_rtmp_begin_payload(struct mpe_rtmp *rtmp, const struct mpe_chunk_stream *stream, struct mpe_unit *unit);

/*
 * Reads in, which holds nothing but bytes of this message, until a unit is complete. body: its body, NULL: nobody
 * reads it.
 * true: unit is filled (all but offset_bytes). false: all of in was read.
 */
bool mpe_rtmp_step_payload(struct mpe_rtmp *rtmp, const struct mpe_chunk_stream *stream, struct mpe_body *body,
                           struct mpe_cursor *in, struct mpe_unit *unit);

/* So many bytes of the message under way come that nobody looks at: see mpe_message_quiet_bytes. NULL is allowed. */
static inline uint32_t mpe_rtmp_quiet_bytes(const struct mpe_body *body)
{
    return body != NULL && body->aggregate == NULL ? mpe_message_quiet_bytes(&body->message) : 0;
}

/* Lets go of the message of stream, complete or not. body: as above. */
void mpe_rtmp_end_payload(struct mpe_rtmp *rtmp, struct mpe_chunk_stream *stream, struct mpe_body *body);

#endif
