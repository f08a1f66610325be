/* Answers the handshake and the commands of an encoder where there is no upstream server. */
#include "sink.h"

#include <string.h>

#include "rtmp_reply.h"

#define RTMP_VERSION    3
#define WINDOW_BYTES    2500000u /* what Flash Media Server announces, and most servers after it */
#define SINK_CHUNK_SIZE 4096u

static const unsigned char silence[RTMP_HANDSHAKE_PART]; /* S1: time 0, zeros, and no need for randomness */

void sink_start(struct sink *sink, void (*send)(void *user, const void *bytes, size_t length), void *user)
{
    memset(sink, 0, sizeof(*sink));
    sink->send = send;
    sink->user = user;
    sink->chunk_size = RTMP_DEFAULT_CHUNK_SIZE;
}

static void send_greeting(struct sink *sink)
{
    const unsigned char version = RTMP_VERSION;
    sink->send(sink->user, &version, 1);
    sink->send(sink->user, silence, sizeof(silence));
}

void sink_shake_hands_blindly(struct sink *sink)
{
    send_greeting(sink);
    sink->send(sink->user, silence, sizeof(silence));
}

/* S0 and S1 answer the first byte; S2 is C1, sent back as it comes. */
static void shake_hands(struct sink *sink, const unsigned char *data, size_t length)
{
    const uint64_t end_of_c1 = 1 + RTMP_HANDSHAKE_PART;
    if (sink->received == 0 && length > 0) {
        send_greeting(sink);
        data++;
        length--;
        sink->received++;
    }
    if (length > 0 && sink->received < end_of_c1) {
        uint64_t left = end_of_c1 - sink->received;
        size_t part = length < left ? length : (size_t)left;
        sink->send(sink->user, data, part);
    }
    sink->received += length;
}

static void send_reply(struct sink *sink, const struct reply *reply)
{
    sink->chunk_size = reply->chunk_size;
    sink->send(sink->user, reply->bytes, reply->length);
}

void sink_bytes(struct sink *sink, const unsigned char *data, size_t length)
{
    if (sink->received <= RTMP_HANDSHAKE_PART) {
        shake_hands(sink, data, length);
    } else {
        sink->received += length;
    }
    /* The first half of the window is enough: some encoders stop at a full one. */
    if (sink->received - sink->acknowledged >= WINDOW_BYTES / 2) {
        struct reply reply;
        reply_start(&reply, sink->chunk_size);
        reply_acknowledge(&reply, (uint32_t)sink->received);
        send_reply(sink, &reply);
        sink->acknowledged = sink->received;
    }
}

static void answer_connect(struct reply *reply, double transaction)
{
    reply_window_size(reply, WINDOW_BYTES);
    reply_peer_bandwidth(reply, WINDOW_BYTES);
    reply_chunk_size(reply, SINK_CHUNK_SIZE);
    reply_connected(reply, transaction);
}

static void answer_publish(struct reply *reply, uint32_t stream_id)
{
    const struct reply_info info = {"status", "NetStream.Publish.Start", "Publishing."};
    reply_stream_begin(reply, stream_id);
    reply_status(reply, stream_id, &info);
}

void sink_command(struct sink *sink, const struct rtmp_command *command)
{
    struct reply reply;
    reply_start(&reply, sink->chunk_size);
    if (strcmp(command->name, "connect") == 0) {
        answer_connect(&reply, command->transaction);
    } else if (strcmp(command->name, "releaseStream") == 0) {
        reply_result(&reply, command->transaction);
    } else if (strcmp(command->name, "FCPublish") == 0) {
        reply_fcpublish(&reply, command->transaction);
    } else if (strcmp(command->name, "createStream") == 0) {
        reply_stream_created(&reply, command->transaction, ++sink->streams);
    } else if (strcmp(command->name, "publish") == 0) {
        answer_publish(&reply, command->stream_id);
    }
    if (reply.length > 0) {
        send_reply(sink, &reply);
    }
}
