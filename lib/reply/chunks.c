/* Cuts a message into chunks (Adobe RTMP 1.0, section 5.3). */
#include <string.h>

#include "reply/rtmp.h"

enum { TYPE_COMMAND_AMF0 = 20, HEADER_BYTES = 12, FORMAT_3 = 0xC0 };

/* Two messages whose chunks hold one byte each. */
_Static_assert(2 * (HEADER_BYTES + 2 * MPE_REPLY_RTMP_MESSAGE_MAX_BYTES) <= MPE_REPLY_RTMP_MAX_BYTES,
               "any reply fits at any chunk size");

static void put(struct mpe_chunks_out *out, const void *bytes, size_t len)
{
    memcpy(out->bytes + out->len, bytes, len);
    out->len += len;
}

/*
 * +---+------+-----------+--------+------+-----------+---------+  +---+------+---------+
 * | 0 | csid | timestamp | length | type | stream id | payload |  | 3 | csid | payload | ...
 * +---+------+-----------+--------+------+-----------+---------+  +---+------+---------+
 *   2    6 bit   3 bytes   3 bytes  1 byte  4 bytes, little-endian
 */
void mpe_chunks_put(struct mpe_chunks_out *out, uint8_t csid, const struct mpe_rtmp_message *message)
{
    const size_t len = message->payload.len;
    const uint32_t stream_id = message->stream_id;
    const uint8_t header[HEADER_BYTES] = {[0] = csid,
                                          [4] = (uint8_t)(len >> 16),
                                          [5] = (uint8_t)(len >> 8),
                                          [6] = (uint8_t)len,
                                          [7] = TYPE_COMMAND_AMF0,
                                          [8] = (uint8_t)stream_id,
                                          [9] = (uint8_t)(stream_id >> 8),
                                          [10] = (uint8_t)(stream_id >> 16),
                                          [11] = (uint8_t)(stream_id >> 24)};
    const uint8_t continuation = FORMAT_3 | csid;
    put(out, header, sizeof(header));
    for (size_t done = 0; done < len;) {
        const size_t left = len - done;
        const size_t part = left < out->chunk_size_bytes ? left : out->chunk_size_bytes;
        put(out, message->payload.bytes + done, part);
        done += part;
        put(out, &continuation, done < len ? 1 : 0);
    }
}
