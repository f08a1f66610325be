/*
 * The body of one message: audio, video or data, as RTMP messages and FLV tags carry them, or bytes that the owner
 * decodes itself.
 */
#ifndef MPE_WIRE_MESSAGE_H
#define MPE_WIRE_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "mpe.h"
#include "wire/av_tag.h"
#include "wire/codec_memory.h"
#include "wire/gather.h"
#include "wire/tools.h"
#include "wire/unit.h"

/* Message types that RTMP and FLV share. */
enum {
    MPE_MESSAGE_TYPE_AUDIO = 8,
    MPE_MESSAGE_TYPE_VIDEO = 9,
    MPE_MESSAGE_TYPE_DATA_AMF3 = 15,
    MPE_MESSAGE_TYPE_DATA = 18
};

enum mpe_message_role {
    MPE_MESSAGE_SKIP, /* nobody reads the body */
    MPE_MESSAGE_MEDIA,
    MPE_MESSAGE_DATA,
    MPE_MESSAGE_DATA_REST, /* of metadata that is longer than a header may be */
    MPE_MESSAGE_BODY /* the owner gets the whole body: mpe_message_body */
};

struct mpe_message {
    uint8_t role;        /* enum mpe_message_role */
    uint32_t left_bytes; /* roles other than MEDIA */
    uint32_t stream_id;
    struct mpe_gather gather;
    struct mpe_av_tag tag; /* MEDIA; last, as its end is what few messages look at */
};

enum mpe_message_result {
    MPE_MESSAGE_MORE = 0, /* all that in has of the body was read */
    MPE_MESSAGE_UNIT,     /* unit is filled (all but offset_bytes); step again even when in is empty */
    MPE_MESSAGE_GATHERED  /* role BODY: it is all here, and stays until mpe_message_reset */
};

/* enum mpe_media of a type whose role is MEDIA. */
static inline uint8_t mpe_message_media_of(uint8_t type)
{
    return type == MPE_MESSAGE_TYPE_VIDEO ? MPE_MEDIA_VIDEO : MPE_MEDIA_AUDIO;
}

/* The role of a type: MEDIA, DATA or SKIP. */
static inline enum mpe_message_role mpe_message_role_of(uint8_t type)
{
    switch (type) {
    case MPE_MESSAGE_TYPE_AUDIO:
    case MPE_MESSAGE_TYPE_VIDEO:
        return MPE_MESSAGE_MEDIA;
    case MPE_MESSAGE_TYPE_DATA:
    case MPE_MESSAGE_TYPE_DATA_AMF3:
        return MPE_MESSAGE_DATA;
    default:
        return MPE_MESSAGE_SKIP;
    }
}

/*
 * Begins a body of at least 1 byte; message is zeroed or was reset. For MEDIA alone: type, and codecs, what is known of
 * the tracks that the message belongs to; NULL: nothing.
 */
void mpe_message_begin(struct mpe_message *message, enum mpe_message_role role, uint8_t type,
                       const struct mpe_codec_memory *codecs, uint32_t stream_id, uint32_t timestamp_ms,
                       uint32_t body_bytes);

/* Reads from in, never past the body. A body of role BODY must not be longer than limits->max_header_bytes. */
enum mpe_message_result mpe_message_step(struct mpe_message *message, const struct mpe_wire_tools *tools,
                                         struct mpe_cursor *in, struct mpe_unit *unit);

/* As mpe_av_tag_quiet_bytes. */
static inline uint32_t mpe_message_quiet_bytes(const struct mpe_message *message)
{
    return message->role == MPE_MESSAGE_MEDIA ? mpe_av_tag_quiet_bytes(&message->tag) : 0;
}

/* As mpe_av_tag_skip_quiet; for role MEDIA alone, or count 0. */
static inline void mpe_message_skip_quiet(struct mpe_message *message, uint32_t count)
{
    mpe_av_tag_skip_quiet(&message->tag, count);
}

/* Whether the whole body was read and gives no more units. Until then there is a step to be done. */
static inline bool mpe_message_ended(const struct mpe_message *message)
{
    if (message->role == MPE_MESSAGE_MEDIA)
        return mpe_av_tag_ended(&message->tag);
    return message->role == MPE_MESSAGE_SKIP && message->left_bytes == 0;
}

static inline struct mpe_span mpe_message_body(const struct mpe_message *message)
{
    return (struct mpe_span){message->gather.bytes, message->gather.len_bytes};
}

/* Skips what is left of a body of role MEDIA. */
static inline void mpe_message_skip(struct mpe_message *message)
{
    mpe_av_tag_skip(&message->tag);
}

/* Forgets a body, complete or not; of media a small block is kept for sequence headers to come. */
void mpe_message_reset(struct mpe_message *message, const struct mpe_mem *mem);

void mpe_message_free(struct mpe_message *message, const struct mpe_mem *mem);

#endif
