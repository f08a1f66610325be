/* Writes AMF0 values and control messages, and cuts them into chunks. */
#include "rtmp_reply.h"

#include <string.h>

#include "rtmp_commands.h"

#define CSID_CONTROL           2
#define CSID_COMMAND           3
#define PEER_BANDWIDTH_DYNAMIC 2
#define NEW_MESSAGE            0x00  /* fmt 0 */
#define SAME_MESSAGE           0xC0u /* fmt 3 */
#define HEADER_BYTES           12

struct body {
    size_t length;
    unsigned char bytes[REPLY_BODY_BYTES];
};

/* ------------------------------------------------------------------- AMF0 */

static size_t room(const struct body *body)
{
    return sizeof(body->bytes) - body->length;
}

static void put(struct body *body, const void *bytes, size_t length)
{
    if (length <= room(body)) {
        memcpy(body->bytes + body->length, bytes, length);
        body->length += length;
    }
}

static void put_big_endian(struct body *body, uint64_t value, size_t count)
{
    unsigned char bytes[8];
    for (size_t i = 0; i < count; i++) {
        bytes[i] = (unsigned char)(value >> (8 * (count - 1 - i)));
    }
    put(body, bytes, count);
}

static void put_name(struct body *body, const char *name)
{
    put_big_endian(body, strlen(name), 2);
    put(body, name, strlen(name));
}

/* Keeps 32 bytes of room for what closes the message. */
static void put_string(struct body *body, const char *text)
{
    size_t length = strlen(text);
    size_t most = room(body) > 35 ? room(body) - 35 : 0;
    length = length < most ? length : most;
    put(body, "\x02", 1);
    put_big_endian(body, length, 2);
    put(body, text, length);
}

static void put_number(struct body *body, double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof(bits));
    put(body, "\x00", 1);
    put_big_endian(body, bits, 8);
}

static void put_null(struct body *body)
{
    put(body, "\x05", 1);
}

static void begin_object(struct body *body)
{
    put(body, "\x03", 1);
}

static void end_object(struct body *body)
{
    put(body, "\x00\x00\x09", 3);
}

static void put_text_field(struct body *body, const char *name, const char *text)
{
    put_name(body, name);
    put_string(body, text);
}

static void put_number_field(struct body *body, const char *name, double number)
{
    put_name(body, name);
    put_number(body, number);
}

static void put_info(struct body *body, const struct reply_info *info)
{
    begin_object(body);
    put_text_field(body, "level", info->level);
    put_text_field(body, "code", info->code);
    put_text_field(body, "description", info->description);
    end_object(body);
}

static void begin_command(struct body *body, const char *name, double transaction)
{
    body->length = 0;
    put_string(body, name);
    put_number(body, transaction);
}

/* --------------------------------------------------------------- messages */

void reply_start(struct reply *reply, uint32_t chunk_size)
{
    reply->length = 0;
    reply->chunk_size = chunk_size;
}

static void append(struct reply *reply, const void *bytes, size_t length)
{
    if (length <= sizeof(reply->bytes) - reply->length) {
        memcpy(reply->bytes + reply->length, bytes, length);
        reply->length += length;
    }
}

/*
 * +---+------+-----------+--------+------+-----------+---------+  +---+------+---------+
 * | 0 | csid | timestamp | length | type | stream id | payload |  | 3 | csid | payload | ...
 * +---+------+-----------+--------+------+-----------+---------+  +---+------+---------+
 *   2    6 bit   3 bytes   3 bytes  1 byte  4 bytes, little-endian
 */
static void append_message(struct reply *reply, uint8_t csid, uint8_t type, uint32_t stream_id, const struct body *body)
{
    const unsigned char header[HEADER_BYTES] = {
        NEW_MESSAGE | csid,
        0,
        0,
        0,
        (unsigned char)(body->length >> 16),
        (unsigned char)(body->length >> 8),
        (unsigned char)body->length,
        type,
        (unsigned char)stream_id,
        (unsigned char)(stream_id >> 8),
        (unsigned char)(stream_id >> 16),
        (unsigned char)(stream_id >> 24),
    };
    const unsigned char same = (unsigned char)(SAME_MESSAGE | csid);
    append(reply, header, sizeof(header));
    for (size_t done = 0; done < body->length;) {
        size_t part = body->length - done;
        part = part < reply->chunk_size ? part : reply->chunk_size;
        append(reply, body->bytes + done, part);
        done += part;
        append(reply, &same, done < body->length ? 1 : 0);
    }
}

static void append_control(struct reply *reply, uint8_t type, uint32_t value)
{
    struct body body = {0};
    put_big_endian(&body, value, 4);
    append_message(reply, CSID_CONTROL, type, 0, &body);
}

static void append_command(struct reply *reply, uint32_t stream_id, const struct body *body)
{
    append_message(reply, CSID_COMMAND, RTMP_COMMAND_AMF0, stream_id, body);
}

void reply_acknowledge(struct reply *reply, uint32_t bytes_received)
{
    append_control(reply, RTMP_ACKNOWLEDGEMENT, bytes_received);
}

void reply_window_size(struct reply *reply, uint32_t bytes)
{
    append_control(reply, RTMP_WINDOW_SIZE, bytes);
}

void reply_peer_bandwidth(struct reply *reply, uint32_t bytes)
{
    struct body body = {0};
    put_big_endian(&body, bytes, 4);
    put_big_endian(&body, PEER_BANDWIDTH_DYNAMIC, 1);
    append_message(reply, CSID_CONTROL, RTMP_PEER_BANDWIDTH, 0, &body);
}

void reply_chunk_size(struct reply *reply, uint32_t bytes)
{
    append_control(reply, RTMP_SET_CHUNK_SIZE, bytes);
    reply->chunk_size = bytes;
}

void reply_stream_begin(struct reply *reply, uint32_t stream_id)
{
    struct body body = {0};
    put_big_endian(&body, 0, 2); /* event 0: Stream Begin */
    put_big_endian(&body, stream_id, 4);
    append_message(reply, CSID_CONTROL, RTMP_USER_CONTROL, 0, &body);
}

void reply_connected(struct reply *reply, double transaction)
{
    struct body body;
    begin_command(&body, "_result", transaction);
    begin_object(&body);
    put_text_field(&body, "fmsVer", "FMS/3,0,1,123"); /* encoders compare it with a version of Flash Media Server */
    put_number_field(&body, "capabilities", 31);
    end_object(&body);
    begin_object(&body);
    put_text_field(&body, "level", "status");
    put_text_field(&body, "code", "NetConnection.Connect.Success");
    put_text_field(&body, "description", "Connection succeeded.");
    put_number_field(&body, "objectEncoding", 0);
    end_object(&body);
    append_command(reply, 0, &body);
}

void reply_result(struct reply *reply, double transaction)
{
    struct body body;
    begin_command(&body, "_result", transaction);
    put_null(&body);
    put_null(&body);
    append_command(reply, 0, &body);
}

void reply_stream_created(struct reply *reply, double transaction, uint32_t stream_id)
{
    struct body body;
    begin_command(&body, "_result", transaction);
    put_null(&body);
    put_number(&body, stream_id);
    append_command(reply, 0, &body);
}

void reply_fcpublish(struct reply *reply, double transaction)
{
    const struct reply_info info = {"status", "NetStream.Publish.Start", "FCPublish"};
    struct body body;
    begin_command(&body, "onFCPublish", transaction);
    put_null(&body);
    put_info(&body, &info);
    append_command(reply, 0, &body);
}

void reply_publish(struct reply *reply, uint32_t chunk_stream, const struct rtmp_command *publish, const char *name)
{
    struct body body;
    begin_command(&body, "publish", publish->transaction);
    put_null(&body);
    put_string(&body, name);
    put_string(&body, "live");
    append_message(reply, (unsigned char)chunk_stream, RTMP_COMMAND_AMF0, publish->stream_id, &body);
}

void reply_status(struct reply *reply, uint32_t stream_id, const struct reply_info *info)
{
    struct body body;
    begin_command(&body, "onStatus", 0);
    put_null(&body);
    put_info(&body, info);
    append_command(reply, stream_id, &body);
}
