/*
 * What an encoder was refused for lately, where that is a fact of the encoder itself: one that comes again by itself,
 * and hears no reason in mid-stream, is told it as the answer to its next publish. By channel, names and address:
 * nobody else is ever refused from here.
 */
#ifndef SERVER_REFUSAL_MEMORY_H
#define SERVER_REFUSAL_MEMORY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include <mpe/mpe.h>

#define REFUSAL_MEMORY_MOST 4096u /* encoders; beyond, the one that was refused longest ago is forgotten */

struct remembered_refusal;

struct refusal_memory {
    uint64_t secrets[2][2]; /* names are kept as two hashes that nobody else can make */
    struct remembered_refusal *all;
};

/* Who publishes what; is_known false: its address is not known, and nothing of it is remembered. */
struct refusal_key {
    uint64_t names[2];
    unsigned char address[16];
    bool is_known;
};

/* 0, or -1: there is no randomness to be had. */
int refusal_memory_open(struct refusal_memory *memory);

/* channel is its public name, or "". app and stream_name count as they are, with their queries. */
struct refusal_key refusal_key_of(const struct refusal_memory *memory, const char *channel, const char *app,
                                  const char *stream_name, const struct sockaddr *address);

/* A finding that ended a session. For 10 s; 20 s and then 30 s where the try before ended by the same code and reason.
 */
void refusal_memory_note(struct refusal_memory *memory, const struct refusal_key *key, const mpe_error *error,
                         int64_t now_us);

/*
 * Whether a publish is refused from memory. true: error is the finding as it was, as a rejection; its sentence says how
 * often that was now and when to try again.
 */
bool refusal_memory_find(struct refusal_memory *memory, const struct refusal_key *key, int64_t now_us,
                         mpe_error *error);

/* Something of this address is remembered, whatever was published. */
bool refusal_memory_knows(const struct refusal_memory *memory, const struct sockaddr *address, int64_t now_us);

/* Forgets everything: the configuration has changed. */
void refusal_memory_forget(struct refusal_memory *memory);

#endif
