/* An RTMP aggregate message (type 22): messages in the form of FLV tags, one after the other. */
#ifndef MPE_WIRE_RTMP_AGGREGATE_H
#define MPE_WIRE_RTMP_AGGREGATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "wire/flv_tag_header.h"
#include "wire/message.h"
#include "wire/tools.h"
#include "wire/unit.h"

/* All fields are private to aggregate.c. */
struct mpe_aggregate {
    uint32_t left_bytes; /* of the aggregate */
    uint32_t stream_id;
    uint32_t timestamp_ms;
    uint32_t shift_ms;   /* from the times of the tags to those of the connection */
    uint32_t skip_bytes; /* of a tag's back pointer */
    bool is_shift_known;
    uint8_t state; /* enum state of aggregate.c */
    uint8_t head_len;
    uint8_t head[MPE_FLV_TAG_HEADER_BYTES];
};

void mpe_aggregate_begin(struct mpe_aggregate *aggregate, uint32_t stream_id, uint32_t timestamp_ms,
                         uint32_t body_bytes);

/*
 * As mpe_message_step; message is the place for one sub-message at a time, codecs as for mpe_message_begin. Never
 * MPE_MESSAGE_GATHERED.
 */
enum mpe_message_result mpe_aggregate_step(struct mpe_aggregate *aggregate, struct mpe_message *message,
                                           const struct mpe_codec_memory *codecs, const struct mpe_wire_tools *tools,
                                           struct mpe_cursor *in, struct mpe_unit *unit);

#endif
