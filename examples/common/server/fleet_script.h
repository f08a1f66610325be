/* The one question of a fleet, fleet.lua: what a process has of a channel, for what the others have. */
#ifndef SERVER_FLEET_SCRIPT_H
#define SERVER_FLEET_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fleet_link.h"

#define FLEET_KEY_TEXT_BYTES   48 /* "mpe:{" and a digest */
#define FLEET_EDGE_DIGITS      16
#define FLEET_SINCE_TEXT_BYTES 24
#define FLEET_LEASE_MS         10000
#define FLEET_MOST_SHARES      256 /* in one answer */

struct fleet_question {
    const char *key;   /* of the channel: "mpe:{...}" */
    const char *edge;  /* FLEET_EDGE_DIGITS */
    const void *share; /* NULL: it leaves */
    size_t share_bytes;
    bool is_news;      /* the others should hear of it at once */
    const char *since; /* up to when it has heard the others: as the last answer says, or "0" */
};

#define FLEET_HASH_BYTES 41
void fleet_script_hash(char hash[FLEET_HASH_BYTES]);

/*
 * hash: of the script; NULL: the server does not know it, it is sent. The callback is as that of fleet_link_ask; false:
 * not asked.
 */
bool fleet_script_ask(struct fleet_link *link, const struct fleet_question *question, const char *hash,
                      redisCallbackFn *callback, void *user);

/* Of the key of a channel the name under which what is news comes: FLEET_EDGE_DIGITS, and a share or nothing. */
#define FLEET_NEWS_BYTES (FLEET_KEY_TEXT_BYTES + 4)
void fleet_script_news_name(const char *key, char name[FLEET_NEWS_BYTES]);

/* What came. Points into the reply. */
struct fleet_answer {
    int64_t there_us; /* the server's clock */
    const char *since;
    const redisReply *reply;
    size_t share_count;
};

/* false: it is no answer. */
bool fleet_script_read(const redisReply *reply, struct fleet_answer *answer);

/* NULL: it is no text. */
const char *fleet_script_share(const struct fleet_answer *answer, size_t index, size_t *bytes);

/* The server does not know the script: it is to be sent. */
bool fleet_script_is_unknown(const redisReply *reply);

#endif
