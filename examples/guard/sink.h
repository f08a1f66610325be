/*
 * The smallest server that an encoder publishes to: it shakes hands, says yes to every command that matters to an
 * encoder, acknowledges bytes and keeps nothing.
 */
#ifndef GUARD_SINK_H
#define GUARD_SINK_H

#include "rtmp_commands.h"

struct sink {
    void (*send)(void *user, const void *bytes, size_t length);
    void *user;
    uint64_t received;
    uint64_t acknowledged;
    uint32_t streams; /* message streams handed out */
    uint32_t chunk_size;
};

void sink_start(struct sink *sink, void (*send)(void *user, const void *bytes, size_t length), void *user);

/* Everything the encoder sends goes through here (handshake, acknowledgement), each command also through the other. */
void sink_bytes(struct sink *sink, const unsigned char *data, size_t length);
void sink_command(struct sink *sink, const struct rtmp_command *command);

/* S0, S1, and an S2 that echoes nothing: for a client that gets its refusal before it was answered at all. */
void sink_shake_hands_blindly(struct sink *sink);

#endif
