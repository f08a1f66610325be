/* An FLV stream: file header, then tags, each followed by its size. */
#ifndef MPE_WIRE_FLV_FLV_H
#define MPE_WIRE_FLV_FLV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "wire/codec_memory.h"
#include "wire/flv_tag_header.h"
#include "wire/message.h"
#include "wire/tools.h"
#include "wire/unit.h"

/* Zeroed but for tools, it stands at the first byte of the file. All fields but tools are private to flv.c. */
struct mpe_flv {
    const struct mpe_wire_tools *tools; /* must outlive it */
    struct mpe_message message;         /* the body of the current tag */
    struct mpe_codec_memory codecs;
    uint32_t skip_bytes;
    uint8_t state; /* enum state of flv.c */
    uint8_t head_len;
    uint8_t head[MPE_FLV_TAG_HEADER_BYTES];
};

/* As mpe_wire_step, offset_bytes left to the caller. Not to be called again after MPE_UNIT_FAULT. */
bool mpe_flv_step(struct mpe_flv *flv, struct mpe_cursor *in, struct mpe_unit *unit);

/* Frees what flv holds, not flv. */
void mpe_flv_clear(struct mpe_flv *flv);

#endif
