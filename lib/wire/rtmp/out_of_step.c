/* Judges message headers: do they belong to the streams that this connection has? */
#include "wire/rtmp/out_of_step.h"

#include "wire/fault.h"
#include "wire/message.h"
#include "wire/rtmp/message_type.h"

/* Control messages have 4 to 14 bytes. */
#define MAX_CONTROL_BYTES 64

/* Commands and metadata have some hundred bytes; an index of the key frames of a file may have more. */
#define MAX_COMMAND_BYTES 65536

/* RTMP 1.0, 5.4 and 7.1. Encoders and servers may have types of their own beside these. */
enum family { FAMILY_NONE, FAMILY_CONTROL, FAMILY_MEDIA, FAMILY_DATA, FAMILY_COMMAND };

static const uint8_t families[] = {
    [MPE_RTMP_TYPE_SET_CHUNK_SIZE] = FAMILY_CONTROL,  [MPE_RTMP_TYPE_ABORT] = FAMILY_CONTROL,
    [MPE_RTMP_TYPE_ACKNOWLEDGEMENT] = FAMILY_CONTROL, [MPE_RTMP_TYPE_USER_CONTROL] = FAMILY_CONTROL,
    [MPE_RTMP_TYPE_WINDOW_SIZE] = FAMILY_CONTROL,     [MPE_RTMP_TYPE_PEER_BANDWIDTH] = FAMILY_CONTROL,
    [MPE_MESSAGE_TYPE_AUDIO] = FAMILY_MEDIA,          [MPE_MESSAGE_TYPE_VIDEO] = FAMILY_MEDIA,
    [MPE_MESSAGE_TYPE_DATA_AMF3] = FAMILY_DATA,       [MPE_RTMP_TYPE_SHARED_OBJECT_AMF3] = FAMILY_DATA,
    [MPE_RTMP_TYPE_COMMAND_AMF3] = FAMILY_COMMAND,    [MPE_MESSAGE_TYPE_DATA] = FAMILY_DATA,
    [MPE_RTMP_TYPE_SHARED_OBJECT] = FAMILY_DATA,      [MPE_RTMP_TYPE_COMMAND] = FAMILY_COMMAND,
    [MPE_RTMP_TYPE_AGGREGATE] = FAMILY_MEDIA,
};

static enum family family_of(uint32_t type)
{
    return type < sizeof(families) ? (enum family)families[type] : FAMILY_NONE;
}

static bool has_codec(const struct mpe_message_streams *streams)
{
    for (uint32_t i = 0; i < streams->count; i++) {
        if (streams->items[i].codecs.video != 0 || streams->items[i].codecs.audio != 0)
            return true;
    }
    return false;
}

/* Message stream 0 is the connection's own; the others were published, or had media before. */
static bool is_on_stream(const struct mpe_message_streams *streams, uint32_t id)
{
    return id == 0 || mpe_message_streams_find(streams, id) != NULL;
}

/* NULL: nothing is wrong, or it would be if no codec were known. */
static const char *why_not(const struct mpe_message_streams *streams, const struct mpe_chunk_stream *stream)
{
    switch (family_of(stream->message_type)) {
    case FAMILY_MEDIA:
        if (mpe_message_streams_find(streams, stream->stream_id) == NULL)
            return MPE_OUT_OF_STEP("audio or video on a message stream that is not published");
        break;
    case FAMILY_DATA:
        if (!is_on_stream(streams, stream->stream_id))
            return MPE_OUT_OF_STEP("data on a message stream that is not published");
        break;
    case FAMILY_CONTROL:
        if (stream->message_bytes > MAX_CONTROL_BYTES)
            return MPE_OUT_OF_STEP("a control message is longer than any can be");
        break;
    case FAMILY_COMMAND:
        if (stream->message_bytes > MAX_COMMAND_BYTES)
            return MPE_OUT_OF_STEP("a command is longer than any can be");
        break;
    case FAMILY_NONE:
        if (stream->format != MPE_CHUNK_FULL || !is_on_stream(streams, stream->stream_id))
            return MPE_OUT_OF_STEP("a message of no known type");
        break;
    }
    return NULL;
}

const char *mpe_rtmp_out_of_step(const struct mpe_message_streams *streams, const struct mpe_chunk_stream *stream)
{
    const char *const what = why_not(streams, stream);
    return what != NULL && has_codec(streams) ? what : NULL;
}
