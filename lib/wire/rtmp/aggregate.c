/* Takes the messages out of an aggregate message. */
#include "wire/rtmp/aggregate.h"

#include "wire/fault.h"

/*
 *   +-------------------+----------+-----------------+-------------------+-
 *   |header: 11 bytes,  |body      |back pointer u32 |header             | ...
 *   |as of an FLV tag   |          |(size of the tag)|                   |
 *   +-------------------+----------+-----------------+-------------------+-
 *
 * The first sub-message has the timestamp of the aggregate, the others keep their distance to it.
 */
enum state { STATE_HEADER, STATE_BODY, STATE_BACK_POINTER };

enum outcome { GO_ON, MORE, UNIT };

static enum outcome go(struct mpe_aggregate *aggregate, enum state state)
{
    aggregate->state = (uint8_t)state;
    aggregate->head_len = 0;
    return GO_ON;
}

static enum outcome begin_body(struct mpe_aggregate *aggregate, struct mpe_message *message,
                               const struct mpe_codec_memory *codecs, struct mpe_unit *unit)
{
    const struct mpe_flv_tag_header tag = mpe_flv_tag_header_read(aggregate->head);
    if (tag.body_bytes > aggregate->left_bytes) {
        mpe_unit_set_malformed(unit, "a message inside an aggregate is longer than the aggregate");
        return UNIT;
    }
    if (!aggregate->is_shift_known)
        aggregate->shift_ms = aggregate->timestamp_ms - tag.timestamp_ms;
    aggregate->is_shift_known = true;
    aggregate->skip_bytes = MPE_FLV_PREVIOUS_TAG_SIZE_BYTES;
    if (tag.body_bytes == 0) {
        go(aggregate, STATE_BACK_POINTER);
        *unit = (struct mpe_unit){.kind = MPE_UNIT_NO_FRAME};
        return mpe_message_role_of(tag.type) == MPE_MESSAGE_MEDIA ? UNIT : GO_ON;
    }
    mpe_message_begin(message, mpe_message_role_of(tag.type), tag.type, codecs, aggregate->stream_id,
                      tag.timestamp_ms + aggregate->shift_ms, tag.body_bytes);
    return go(aggregate, STATE_BODY);
}

/* A rest shorter than a header is padding. */
static enum outcome header(struct mpe_aggregate *aggregate, struct mpe_message *message,
                           const struct mpe_codec_memory *codecs, struct mpe_cursor *in, struct mpe_unit *unit)
{
    while (aggregate->head_len < MPE_FLV_TAG_HEADER_BYTES && in->at < in->end && aggregate->left_bytes != 0) {
        aggregate->head[aggregate->head_len++] = *in->at++;
        aggregate->left_bytes--;
    }
    return aggregate->head_len == MPE_FLV_TAG_HEADER_BYTES ? begin_body(aggregate, message, codecs, unit) : MORE;
}

static enum outcome body(struct mpe_aggregate *aggregate, struct mpe_message *message,
                         const struct mpe_wire_tools *tools, struct mpe_cursor *in, struct mpe_unit *unit)
{
    const uint8_t *const before = in->at;
    const enum mpe_message_result result = mpe_message_step(message, tools, in, unit);
    aggregate->left_bytes -= (uint32_t)(in->at - before);
    if (result == MPE_MESSAGE_UNIT)
        return UNIT;
    if (!mpe_message_ended(message))
        return MORE;
    mpe_message_reset(message, tools->mem);
    return go(aggregate, STATE_BACK_POINTER);
}

static enum outcome back_pointer(struct mpe_aggregate *aggregate, struct mpe_cursor *in)
{
    while (aggregate->skip_bytes != 0 && in->at < in->end && aggregate->left_bytes != 0) {
        in->at++;
        aggregate->skip_bytes--;
        aggregate->left_bytes--;
    }
    return aggregate->skip_bytes != 0 ? MORE : go(aggregate, STATE_HEADER);
}

static enum outcome run(struct mpe_aggregate *aggregate, struct mpe_message *message,
                        const struct mpe_codec_memory *codecs, const struct mpe_wire_tools *tools,
                        struct mpe_cursor *in, struct mpe_unit *unit)
{
    switch ((enum state)aggregate->state) {
    case STATE_HEADER:
        return header(aggregate, message, codecs, in, unit);
    case STATE_BODY:
        return body(aggregate, message, tools, in, unit);
    case STATE_BACK_POINTER:
        return back_pointer(aggregate, in);
    }
    return MORE;
}

void mpe_aggregate_begin(struct mpe_aggregate *aggregate, uint32_t stream_id, uint32_t timestamp_ms,
                         uint32_t body_bytes)
{
    *aggregate = (struct mpe_aggregate){
        .left_bytes = body_bytes, .stream_id = stream_id, .timestamp_ms = timestamp_ms, .state = STATE_HEADER};
}

enum mpe_message_result mpe_aggregate_step(struct mpe_aggregate *aggregate, struct mpe_message *message,
                                           const struct mpe_codec_memory *codecs, const struct mpe_wire_tools *tools,
                                           struct mpe_cursor *in, struct mpe_unit *unit)
{
    enum outcome outcome;
    do
        outcome = run(aggregate, message, codecs, tools, in, unit);
    while (outcome == GO_ON);
    return outcome == UNIT ? MPE_MESSAGE_UNIT : MPE_MESSAGE_MORE;
}
