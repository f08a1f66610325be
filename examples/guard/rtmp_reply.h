/* Writes the few messages of an RTMP server that says yes to an encoder; mpe/reply.h has those that say no. */
#ifndef GUARD_RTMP_REPLY_H
#define GUARD_RTMP_REPLY_H

#include <stddef.h>
#include <stdint.h>

#include "rtmp_commands.h"

/* A message of 1 KiB at a chunk size of 1 byte still fits. */
#define REPLY_BODY_BYTES 1024
#define REPLY_BYTES      (2 * REPLY_BODY_BYTES + 512)

struct reply {
    size_t length;
    uint32_t chunk_size; /* of the direction to the encoder */
    unsigned char bytes[REPLY_BYTES];
};

/* An info object of onStatus. The texts are cut where REPLY_BODY_BYTES end. */
struct reply_info {
    const char *level; /* "status" or "error" */
    const char *code;  /* "NetStream.Publish.Rejected", ... */
    const char *description;
};

/* Empties the reply; chunk_size is what holds for its first message. */
void reply_start(struct reply *reply, uint32_t chunk_size);

void reply_acknowledge(struct reply *reply, uint32_t bytes_received);
void reply_window_size(struct reply *reply, uint32_t bytes);
void reply_peer_bandwidth(struct reply *reply, uint32_t bytes);
void reply_chunk_size(struct reply *reply, uint32_t bytes); /* holds for what follows in this reply, too */
void reply_stream_begin(struct reply *reply, uint32_t stream_id);

/* Answers to commands, by their transaction id. */
void reply_connected(struct reply *reply, double transaction);
void reply_result(struct reply *reply, double transaction);
void reply_stream_created(struct reply *reply, double transaction, uint32_t stream_id);
void reply_fcpublish(struct reply *reply, double transaction);
/* Not an answer: the publish that goes to the server in the place of the encoder's, on its chunk stream (2 to 63). */
void reply_publish(struct reply *reply, uint32_t chunk_stream, const struct rtmp_command *publish, const char *name);

void reply_status(struct reply *reply, uint32_t stream_id, const struct reply_info *info);

#endif
