/* Writes the few AMF0 values of a reply into a buffer of fixed size. */
#ifndef MPE_REPLY_AMF0_OUT_H
#define MPE_REPLY_AMF0_OUT_H

#include <stddef.h>
#include <stdint.h>

#include "reply.h"

/* The payload of one message. What would not fit is left out: callers bound their texts, so that all of it fits. */
struct mpe_amf0_out {
    size_t len;
    uint8_t bytes[MPE_REPLY_RTMP_MESSAGE_MAX_BYTES];
};

void mpe_amf0_out_number(struct mpe_amf0_out *out, double number);
void mpe_amf0_out_string(struct mpe_amf0_out *out, const char *text);
void mpe_amf0_out_null(struct mpe_amf0_out *out);

/* An object of strings: begin, any number of fields, end. */
void mpe_amf0_out_begin_object(struct mpe_amf0_out *out);
void mpe_amf0_out_field(struct mpe_amf0_out *out, const char *name, const char *text);
void mpe_amf0_out_end_object(struct mpe_amf0_out *out);

#endif
