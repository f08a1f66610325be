/* A hash table of refusals by channel, names and address; each lasts 10 to 30 s. */
#include "refusal_memory.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "hash.h"
#include "siphash.h"

#define FIRST_US   10000000
#define LONGEST_US 30000000
#define AGAIN_US   60000000 /* a try that comes later than this after the time was over is no next try */

/* Its own bytes alone, for the hash: refusal_key has padding. */
struct identity {
    uint64_t names[2];
    unsigned char address[16];
};

struct remembered_refusal {
    struct identity who;
    mpe_error error;
    int64_t lasts_us;
    int64_t until_us;
    uint64_t count; /* tries that this has refused, the first included */
    UT_hash_handle hh;
};

int refusal_memory_open(struct refusal_memory *memory)
{
    memory->all = NULL;
    return getrandom(memory->secrets, sizeof(memory->secrets), 0) == sizeof(memory->secrets) ? 0 : -1;
}

/* IPv4 as inside IPv6. false: it is neither. */
static bool copy_address(unsigned char to[16], const struct sockaddr *address)
{
    static const unsigned char v4_prefix[12] = {[10] = 0xFF, [11] = 0xFF};
    if (address->sa_family == AF_INET6) {
        memcpy(to, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, 16);
        return true;
    }
    memcpy(to, v4_prefix, sizeof(v4_prefix));
    if (address->sa_family == AF_INET) {
        memcpy(to + 12, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
    }
    return address->sa_family == AF_INET;
}

struct refusal_key refusal_key_of(const struct refusal_memory *memory, const char *channel, const char *app,
                                  const char *stream_name, const struct sockaddr *address)
{
    struct refusal_key key;
    memset(&key, 0, sizeof(key));
    key.is_known = copy_address(key.address, address);
    for (int i = 0; i < 2; i++) {
        const uint64_t parts[3] = {siphash(memory->secrets[i], channel, strlen(channel)),
                                   siphash(memory->secrets[i], app, strlen(app)),
                                   siphash(memory->secrets[i], stream_name, strlen(stream_name))};
        key.names[i] = siphash(memory->secrets[i], parts, sizeof(parts));
    }
    return key;
}

static struct identity identity_of(const struct refusal_key *key)
{
    struct identity who;
    memcpy(who.names, key->names, sizeof(who.names));
    memcpy(who.address, key->address, sizeof(who.address));
    return who;
}

static struct remembered_refusal *find_refusal(const struct refusal_memory *memory, const struct refusal_key *key)
{
    const struct identity who = identity_of(key);
    struct remembered_refusal *found = NULL;
    HASH_FIND(hh, memory->all, &who, sizeof(who), found);
    return found;
}

static void drop_refusal(struct refusal_memory *memory, struct remembered_refusal *one)
{
    HASH_DEL(memory->all, one);
    free(one);
}

/* Codec and bit depth, size, frame rate, metadata: what a second encoder does not change, and waiting neither. */
static bool is_fact(const mpe_error *error)
{
    switch (error->code) {
    case MPE_INGEST_CODEC_NOT_SUPPORTED:
    case MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED:
    case MPE_INGEST_FRAMERATE_EXCEEDED:
    case MPE_INGEST_RTMP_SETDATAFRAME_NOT_RECEIVED:
        return true;
    default:
        return false;
    }
}

static bool is_same(const struct remembered_refusal *one, const mpe_error *error, int64_t now_us)
{
    return one->error.code == error->code && one->error.reason == error->reason && now_us < one->until_us + AGAIN_US;
}

static void add(struct refusal_memory *memory, const struct refusal_key *key, const struct remembered_refusal *content)
{
    bool added = true;
    if (HASH_COUNT(memory->all) >= REFUSAL_MEMORY_MOST) {
        drop_refusal(memory, memory->all);
    }
    struct remembered_refusal *const one = malloc(sizeof(*one));
    if (one == NULL) {
        return;
    }
    *one = *content;
    one->who = identity_of(key);
    HASH_ADD(hh, memory->all, who, sizeof(one->who), one);
    if (!added) {
        free(one);
    }
}

void refusal_memory_note(struct refusal_memory *memory, const struct refusal_key *key, const mpe_error *error,
                         int64_t now_us)
{
    struct remembered_refusal content = {.error = *error, .lasts_us = FIRST_US, .count = 1};
    struct remembered_refusal *const before = key->is_known ? find_refusal(memory, key) : NULL;
    if (before != NULL && is_same(before, error, now_us)) {
        content.lasts_us = 2 * before->lasts_us < LONGEST_US ? 2 * before->lasts_us : LONGEST_US;
        content.count = before->count + 1;
    }
    content.until_us = now_us + content.lasts_us;
    if (before != NULL) {
        drop_refusal(memory, before);
    }
    if (key->is_known && is_fact(error)) {
        add(memory, key, &content);
    }
}

/* After the sentence, which is cut between two characters where there is no room. */
static void add_sentence(mpe_error *error, uint64_t count, int64_t left_us)
{
    char more[120];
    const int length =
        snprintf(more, sizeof(more),
                 " (Known from your last try; refusal %" PRIu64 " for it. Mend it and try again in %" PRId64 " s.)",
                 count, (left_us + 999999) / 1000000);
    size_t at = strlen(error->message);
    const size_t most = sizeof(error->message) - (size_t)length - 1;
    at = at > most ? most : at;
    while (at > 0 && ((unsigned char)error->message[at] & 0xC0) == 0x80) {
        at--;
    }
    memcpy(error->message + at, more, (size_t)length + 1);
}

bool refusal_memory_find(struct refusal_memory *memory, const struct refusal_key *key, int64_t now_us, mpe_error *error)
{
    struct remembered_refusal *const one = key->is_known ? find_refusal(memory, key) : NULL;
    if (one == NULL || now_us >= one->until_us) {
        return false;
    }
    one->count++;
    *error = one->error;
    error->event = MPE_EVENT_CONNECTION_REJECTED;
    error->now_us = now_us;
    add_sentence(error, one->count, one->until_us - now_us);
    return true;
}

bool refusal_memory_knows(const struct refusal_memory *memory, const struct sockaddr *address, int64_t now_us)
{
    unsigned char wanted[16];
    if (memory->all == NULL || !copy_address(wanted, address)) {
        return false;
    }
    for (const struct remembered_refusal *one = memory->all; one != NULL; one = one->hh.next) {
        if (now_us < one->until_us && memcmp(one->who.address, wanted, sizeof(wanted)) == 0) {
            return true;
        }
    }
    return false;
}

void refusal_memory_forget(struct refusal_memory *memory)
{
    struct remembered_refusal *one;
    struct remembered_refusal *next;
    HASH_ITER(hh, memory->all, one, next)
    {
        drop_refusal(memory, one);
    }
}
