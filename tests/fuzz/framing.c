/* Frames the input as RTMP messages in chunks, or as FLV tags. */
#include "framing.h"

#include <string.h>

#include "../case/amf.h"
#include "../case/headers.h"

static const uint8_t message_types[16] = {9, 8, 18, 20, 22, 17, 15, 1, 2, 3, 4, 5, 6, 16, 19, 255};

/* ---- canned bodies ---- */

struct canned_body {
    uint8_t type;
    uint8_t chunk_stream;
    struct buffer body;
};

static struct canned_body bodies[CANNED_COUNT];

static struct buffer *begin_body(enum canned canned, uint8_t type, uint8_t chunk_stream)
{
    bodies[canned].type = type;
    bodies[canned].chunk_stream = chunk_stream;
    return &bodies[canned].body;
}

static void put_property(struct buffer *out, const char *key, double number)
{
    amf_key(out, key);
    amf_number(out, number);
}

static void can_commands(void)
{
    struct buffer *out = begin_body(CANNED_CONNECT, 20, 3);

    amf_string(out, "connect");
    amf_number(out, 1);
    amf_object_begin(out);
    amf_key(out, "app");
    amf_string(out, "live/" PLANTED_SECRET "-app");
    amf_key(out, "tcUrl");
    amf_string(out, "rtmp://user:" PLANTED_SECRET "@host:1935/live/" PLANTED_SECRET "-app?token=" PLANTED_SECRET);
    amf_end(out);

    out = begin_body(CANNED_PUBLISH, 20, 4);
    amf_string(out, "publish");
    amf_number(out, 5);
    amf_null(out);
    amf_string(out, PLANTED_NAME "?key=" PLANTED_SECRET);
    amf_string(out, "live");

    out = begin_body(CANNED_UNPUBLISH, 20, 3);
    amf_string(out, "FCUnpublish");
    amf_number(out, 6);
    amf_null(out);
    amf_string(out, PLANTED_NAME);
}

static void put_metadata(struct buffer *out)
{
    amf_string(out, "onMetaData");
    amf_array_begin(out, 4);
    put_property(out, "videocodecid", 7);
    put_property(out, "audiocodecid", 10);
    put_property(out, "videodatarate", 2500);
    put_property(out, "framerate", 30);
    amf_end(out);
}

static void can_metadata(void)
{
    struct buffer *out = begin_body(CANNED_METADATA, 18, 4);

    put_metadata(out);
    out = begin_body(CANNED_SET_DATA_FRAME, 18, 4);
    amf_string(out, "@setDataFrame");
    put_metadata(out);
}

static void can_headers(void)
{
    static const struct picture_shape small = {.width = 1280, .height = 720, .profile = 100, .bit_depth = 8};
    static const struct picture_shape large = {.width = 3840, .height = 2160, .profile = 110, .bit_depth = 10};
    static const struct aac_shape aac = {.object_type = 2, .sample_rate = 44100, .channels = 2};
    struct buffer *out = begin_body(CANNED_AVC_HEADER, 9, 6);

    buffer_be(out, 0x1700000000, 5);
    write_avc_header(out, &small);
    out = begin_body(CANNED_LARGE_AVC_HEADER, 9, 6);
    buffer_be(out, 0x1700000000, 5);
    write_avc_header(out, &large);
    out = begin_body(CANNED_ENHANCED_HEADER, 9, 6);
    buffer_be(out, 0x90, 1);
    buffer_bytes(out, "avc1", 4);
    write_avc_header(out, &small);
    out = begin_body(CANNED_AAC_HEADER, 8, 5);
    buffer_be(out, 0xaf00, 2);
    write_aac_header(out, &aac);
}

static void can_frames(void)
{
    struct buffer *out = begin_body(CANNED_KEY_FRAME, 9, 6);

    buffer_be(out, 0x1701000000, 5);
    buffer_fill(out, 0x65, 40);
    out = begin_body(CANNED_INTER_FRAME, 9, 6);
    buffer_be(out, 0x2701000000, 5);
    buffer_fill(out, 0x41, 20);
    out = begin_body(CANNED_AUDIO_FRAME, 8, 5);
    buffer_be(out, 0xaf01, 2);
    buffer_fill(out, 0x21, 12);
    out = begin_body(CANNED_ENHANCED_FRAME, 9, 6);
    buffer_be(out, 0x93, 1);
    buffer_bytes(out, "avc1", 4);
    buffer_fill(out, 0x65, 20);
    out = begin_body(CANNED_MULTITRACK_FRAME, 9, 6);
    buffer_be(out, 0x9603, 2); /* multitrack; one track, coded frames */
    buffer_bytes(out, "avc1\x01", 5);
    buffer_fill(out, 0x65, 20);
    out = begin_body(CANNED_END_OF_SEQUENCE, 9, 6);
    buffer_be(out, 0x1702000000, 5);
}

void framing_canned(void)
{
    if (bodies[CANNED_CONNECT].body.len != 0)
        return;
    can_commands();
    can_metadata();
    can_headers();
    can_frames();
}

/* ---- RTMP ---- */

void rtmp_handshake(struct buffer *out)
{
    buffer_byte(out, 3);
    buffer_fill(out, 0, 2 * 1536);
}

/* Of its chunk stream's last message where a header leaves it out: then the body is made as long. */
static void keep_what_repeats(struct framing *framing, struct framed_message *message)
{
    unsigned stream = message->chunk_stream;

    if (!framing->is_used[stream])
        message->format = 0;
    if (message->format >= 2) {
        message->type = framing->last_type[stream];
        if (message->body.len > framing->last_bytes[stream])
            message->body.len = framing->last_bytes[stream];
        buffer_fill(&message->body, 0, framing->last_bytes[stream] - message->body.len);
    }
    framing->is_used[stream] = true;
    framing->last_type[stream] = message->type;
    framing->last_bytes[stream] = message->body.len;
}

static void put_basic_header(struct buffer *out, unsigned format, unsigned chunk_stream)
{
    static const uint32_t ids[FRAMING_CHUNK_STREAMS] = {2, 320, 65, 3, 4, 5, 6, 63};
    uint32_t id = ids[chunk_stream];

    if (id < 64) {
        buffer_byte(out, format << 6 | id);
    } else if (id < 320) {
        buffer_byte(out, format << 6);
        buffer_byte(out, id - 64);
    } else {
        buffer_byte(out, format << 6 | 1);
        buffer_byte(out, (id - 64) & 255);
        buffer_byte(out, (id - 64) >> 8);
    }
}

static void put_first_header(struct buffer *out, const struct framed_message *message)
{
    uint32_t time = message->format == 0 ? message->timestamp_ms : message->step_ms;

    put_basic_header(out, message->format, message->chunk_stream);
    if (message->format < 3)
        buffer_be(out, time < 0xffffff ? time : 0xffffff, 3);
    if (message->format < 2) {
        buffer_be(out, message->body.len, 3);
        buffer_byte(out, message->type);
    }
    if (message->format == 0)
        buffer_le32(out, message->stream_id);
    if (message->format < 3 && time >= 0xffffff)
        buffer_be(out, time, 4);
}

static void put_chunk(struct framing *framing, struct framed_message *message, struct buffer *out)
{
    size_t len = message->body.len - message->sent;
    uint32_t time = message->format == 0 ? message->timestamp_ms : message->step_ms;

    if (len > framing->chunk_bytes)
        len = framing->chunk_bytes;
    if (message->sent == 0) {
        put_first_header(out, message);
    } else {
        put_basic_header(out, 3, message->chunk_stream);
        if (message->format < 3 && time >= 0xffffff)
            buffer_be(out, time, 4);
    }
    if (len > 0)
        buffer_bytes(out, message->body.at + message->sent, len);
    message->sent += len;
}

static bool is_sent(const struct framed_message *message)
{
    return message->sent >= message->body.len;
}

static void end_message(struct framed_message *message)
{
    buffer_free(&message->body);
    *message = (struct framed_message){0};
}

/* The chunk of a message that is held back goes after each chunk of the message that is not. */
static void send_message(struct framing *framing, struct framed_message *message, struct buffer *out)
{
    struct framed_message *waiting = &framing->waiting;
    bool is_alone = waiting->body.len == 0 || waiting->chunk_stream == message->chunk_stream;

    if (is_alone)
        while (!is_sent(waiting))
            put_chunk(framing, waiting, out);
    keep_what_repeats(framing, message);
    if (message->held && message->body.len > 0 && is_sent(waiting)) {
        end_message(waiting);
        put_chunk(framing, message, out);
        *waiting = *message;
        return;
    }
    do {
        put_chunk(framing, message, out);
        if (!is_sent(waiting))
            put_chunk(framing, waiting, out);
    } while (!is_sent(message));
    if (message->type == 1 && message->body.len >= 4) {
        uint32_t size = (uint32_t)message->body.at[0] << 24 | (uint32_t)message->body.at[1] << 16 |
                        (uint32_t)message->body.at[2] << 8 | message->body.at[3];

        if (size > 0 && size <= 0x7fffffff)
            framing->chunk_bytes = size;
    }
    buffer_free(&message->body);
}

/* ---- records ---- */

static void read_body(struct input *input, struct buffer *body)
{
    size_t len = input_byte(input);
    const uint8_t *bytes;

    if (len >= 0xf0)
        len = (len & 15) << 8 | input_byte(input);
    bytes = input_bytes(input, &len);
    if (len > 0)
        buffer_bytes(body, bytes, len);
}

static struct framed_message read_record(struct framing *framing, struct input *input)
{
    struct framed_message message = {0};
    unsigned what = input_byte(input), how = input_byte(input);
    unsigned step = (unsigned)input_be(input, 2);

    message.type = message_types[what & 15];
    message.format = how & 3;
    message.chunk_stream = how >> 2 & 7;
    message.held = (how & 32) != 0;
    message.stream_id = (uint8_t)(how >> 6);
    message.step_ms = (uint32_t)(int32_t)(int16_t)step;
    message.timestamp_ms = step == 0x7fff ? (uint32_t)input_be(input, 4) : framing->timestamp_ms + message.step_ms;
    message.step_ms = message.timestamp_ms - framing->timestamp_ms;
    framing->timestamp_ms = message.timestamp_ms;
    if (what >> 4 != 0) {
        message.type = bodies[what >> 4].type;
        buffer_bytes(&message.body, bodies[what >> 4].body.at, bodies[what >> 4].body.len);
    } else {
        read_body(input, &message.body);
    }
    return message;
}

static struct framed_message canned_message(struct framing *framing, unsigned canned, uint32_t step_ms)
{
    struct framed_message message = {0};

    message.type = bodies[canned].type;
    message.chunk_stream = bodies[canned].chunk_stream;
    message.stream_id = 1;
    framing->timestamp_ms += step_ms;
    message.timestamp_ms = framing->timestamp_ms;
    buffer_bytes(&message.body, bodies[canned].body.at, bodies[canned].body.len);
    return message;
}

void rtmp_record(struct framing *framing, struct input *input, struct buffer *out)
{
    struct framed_message message = read_record(framing, input);

    send_message(framing, &message, out);
}

void rtmp_canned(struct framing *framing, unsigned canned, uint32_t step_ms, struct buffer *out)
{
    struct framed_message message = canned_message(framing, canned, step_ms);

    send_message(framing, &message, out);
}

void rtmp_open(struct framing *framing, struct buffer *out)
{
    rtmp_canned(framing, CANNED_CONNECT, 0, out);
    rtmp_canned(framing, CANNED_PUBLISH, 0, out);
}

/* ---- FLV ---- */

void flv_file_header(struct buffer *out)
{
    buffer_bytes(out, "FLV\x01\x05\0\0\0\x09\0\0\0\0", 13);
}

static void put_tag(struct framed_message *message, struct buffer *out)
{
    buffer_byte(out, message->type);
    buffer_be(out, message->body.len, 3);
    buffer_be(out, message->timestamp_ms & 0xffffff, 3);
    buffer_byte(out, message->timestamp_ms >> 24);
    buffer_be(out, 0, 3);
    if (message->body.len > 0)
        buffer_bytes(out, message->body.at, message->body.len);
    buffer_be(out, message->body.len + 11, 4);
    buffer_free(&message->body);
}

void flv_record(struct framing *framing, struct input *input, struct buffer *out)
{
    struct framed_message message = read_record(framing, input);

    put_tag(&message, out);
}

void flv_canned(struct framing *framing, unsigned canned, uint32_t step_ms, struct buffer *out)
{
    struct framed_message message = canned_message(framing, canned, step_ms);

    put_tag(&message, out);
}

void framing_free(struct framing *framing)
{
    buffer_free(&framing->waiting.body);
}
