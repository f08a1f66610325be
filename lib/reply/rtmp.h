/* The messages of an RTMP reply, and their chunks. */
#ifndef MPE_REPLY_RTMP_H
#define MPE_REPLY_RTMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reply/amf0_out.h"
#include "reply/requests.h"

/* One message of type 20. */
struct mpe_rtmp_message {
    uint32_t stream_id;
    struct mpe_amf0_out payload;
};

/* Message index of the reply to the requests. false: there are no more. answered: enum mpe_answered. */
bool mpe_rtmp_refusal(const struct mpe_requests *requests, const mpe_error *error, int32_t answered, int32_t index,
                      struct mpe_rtmp_message *message);

/* Each text may be NULL: left out, one of ours. They are bounded as reply.h says. */
void mpe_rtmp_reconnect(const char *tc_url, const char *description, struct mpe_rtmp_message *message);

/* The chunks of all messages of a reply. */
struct mpe_chunks_out {
    uint32_t chunk_size_bytes; /* > 0 */
    size_t len;
    uint8_t bytes[MPE_REPLY_RTMP_MAX_BYTES];
};

/* Appends a message, the second one at most. csid: 2..63 */
void mpe_chunks_put(struct mpe_chunks_out *out, uint8_t csid, const struct mpe_rtmp_message *message);

#endif
