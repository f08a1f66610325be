/* The 11 bytes before the body of an FLV tag, or of a sub-message of an RTMP aggregate. */
#ifndef MPE_WIRE_FLV_TAG_HEADER_H
#define MPE_WIRE_FLV_TAG_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

#define MPE_FLV_TAG_HEADER_BYTES        11
#define MPE_FLV_PREVIOUS_TAG_SIZE_BYTES 4

/*
 *    0      1          4               7            8         11
 *   +------+----------+---------------+------------+---------+
 *   |type  |body size |timestamp      |timestamp   |stream id|
 *   |      |u24       |bits 0-23, u24 |bits 24-31  |u24      |
 *   +------+----------+---------------+------------+---------+
 *    type: 2 bits reserved, 1 bit filtered (encrypted), 5 bits tag type
 */
struct mpe_flv_tag_header {
    uint8_t type;
    bool is_filtered;
    uint32_t body_bytes;
    uint32_t timestamp_ms;
    uint32_t stream_id; /* 0, says the specification; some muxers number their streams */
};

static inline struct mpe_flv_tag_header mpe_flv_tag_header_read(const uint8_t bytes[MPE_FLV_TAG_HEADER_BYTES])
{
    return (struct mpe_flv_tag_header){.type = bytes[0] & 0x1F,
                                       .is_filtered = (bytes[0] & 0x20) != 0,
                                       .body_bytes = mpe_load_be24(bytes + 1),
                                       .timestamp_ms = (uint32_t)bytes[7] << 24 | mpe_load_be24(bytes + 4),
                                       .stream_id = mpe_load_be24(bytes + 8)};
}

#endif
