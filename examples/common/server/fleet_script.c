/* The words of a question, and those of its answer. */
#include "fleet_script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#define AS_TEXT(value)  AS_TEXT_(value)
#define AS_TEXT_(value) #value
#define HEADERS         2 /* of an answer, before the shares */
#define PARTS           11

static const char script[] = {
#include "fleet.lua.inc"
    '\0'};

void fleet_script_hash(char text[FLEET_HASH_BYTES])
{
    unsigned char hash[SHA_DIGEST_LENGTH];
    SHA1((const unsigned char *)script, sizeof(script) - 1, hash);
    for (size_t i = 0; i < sizeof(hash); i++) {
        snprintf(text + 2 * i, 3, "%02x", hash[i]);
    }
}

bool fleet_script_ask(struct fleet_link *link, const struct fleet_question *question, const char *hash,
                      redisCallbackFn *callback, void *user)
{
    char written[FLEET_NEWS_BYTES];
    char shares[FLEET_NEWS_BYTES];
    size_t lengths[PARTS];
    fleet_script_news_name(question->key, written);
    snprintf(shares, sizeof(shares), "%s:s", question->key);
    const char *parts[PARTS] = {hash == NULL ? "EVAL" : "EVALSHA",
                                hash == NULL ? script : hash,
                                "2",
                                written,
                                shares,
                                question->edge,
                                question->share != NULL ? question->share : "",
                                question->is_news ? "1" : "0",
                                question->since,
                                AS_TEXT(FLEET_LEASE_MS),
                                AS_TEXT(FLEET_MOST_SHARES)};
    for (size_t i = 0; i < PARTS; i++) {
        lengths[i] = parts[i] == question->share ? question->share_bytes : strlen(parts[i]);
    }
    return fleet_link_ask(link, callback, user, PARTS, parts, lengths);
}

void fleet_script_news_name(const char *key, char name[FLEET_NEWS_BYTES])
{
    snprintf(name, FLEET_NEWS_BYTES, "%s:w", key);
}

static bool is_number(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_STRING && reply->len > 0 && reply->len < FLEET_SINCE_TEXT_BYTES &&
           strspn(reply->str, "0123456789") == (size_t)reply->len;
}

bool fleet_script_read(const redisReply *reply, struct fleet_answer *answer)
{
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements < HEADERS || !is_number(reply->element[0]) ||
        !is_number(reply->element[1])) {
        return false;
    }
    *answer = (struct fleet_answer){.there_us = strtoll(reply->element[0]->str, NULL, 10),
                                    .since = reply->element[1]->str,
                                    .reply = reply,
                                    .share_count = reply->elements - HEADERS};
    return true;
}

const char *fleet_script_share(const struct fleet_answer *answer, size_t index, size_t *bytes)
{
    const redisReply *const share = answer->reply->element[HEADERS + index];
    *bytes = share->type == REDIS_REPLY_STRING ? (size_t)share->len : 0;
    return share->type == REDIS_REPLY_STRING ? share->str : NULL;
}

bool fleet_script_is_unknown(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "NOSCRIPT", 8) == 0;
}
