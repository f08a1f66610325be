/*
 * The thread that delivers the notifications of one URL: it owns the spool and libcurl, and waits on disks and
 * receivers so that nobody else does.
 */
#ifndef SERVER_POSTER_H
#define SERVER_POSTER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <curl/curl.h>
#include <uv.h>

#include "delivery_settings.h"
#include "event_post.h"
#include "mailbox.h"
#include "receiver.h"
#include "spool_place.h"

#define POSTER_UNDER_WAY 8u
#define POSTER_NAME      300
#define POSTER_INFORMS   0
#define POSTER_WARNS     (-1)

struct poster;

/* One POST on its way. */
struct transfer {
    struct poster *poster;
    CURL *easy; /* NULL: free */
    struct event_post post;
    struct spool_event *events;
    size_t count;
};

enum handshake_state { HANDSHAKE_TO_BE_ASKED, HANDSHAKE_ASKED, HANDSHAKE_DONE };

struct poster {
    /* Set before the thread runs, and then only read. */
    const struct delivery_settings *settings;
    const struct delivery_sink *sink;
    char name[POSTER_NAME]; /* of the log: no secret */
    char spool_name[40];
    CURLM *multi;
    uv_async_t *said; /* something is in outbox */

    /* Of both threads. */
    struct mailbox inbox;  /* notifications */
    struct mailbox outbox; /* POSTER_INFORMS, POSTER_WARNS: lines of the log; from 1 on: losses and why */
    atomic_ulong pending;  /* notifications that are neither delivered nor given up */
    atomic_ulong delivered;
    atomic_bool to_stop;

    /* Of the thread. */
    struct spool_place place;
    struct curl_slist *own_headers;
    struct signing_key key;
    struct spool_batch batch;
    struct transfer transfers[POSTER_UNDER_WAY];
    struct transfer asking; /* the handshake */
    struct receiver_handshake handshake;
    enum handshake_state handshake_state;
    unsigned handshake_tries;
    char handshake_said[128]; /* why it failed last */
    int64_t handshake_due_ms;
    int64_t held_until_ms; /* Retry-After */
    int64_t rate_due_ms;   /* WebHook-Allowed-Rate */
    bool was_away;         /* the last try had no answer */
    bool is_changing;      /* of the spool */
};

/* The body of the thread; poster->to_stop and curl_multi_wakeup end it. */
void poster_run(void *poster);

/* Of its parts: each in the thread only. */

int64_t poster_now_ms(void);
__attribute__((format(printf, 3, 4))) void poster_say(struct poster *poster, long level, const char *format, ...);
void poster_lose(struct poster *poster, unsigned long count, const char *why);

/* What the spool answered; where it can no longer be used, it goes on in memory, and what is on its way is stopped. */
bool poster_spool_ok(struct poster *poster, enum spool_result result);

/* Starts what is due. */
void poster_start_due(struct poster *poster);

/* One that has ended. */
void poster_finish(struct poster *poster, struct transfer *transfer, CURLcode result);

/* Asks the receiver whether it wants notifications, and takes its answer. */
void poster_ask(struct poster *poster);
void poster_take_answer(struct poster *poster, CURLcode result);

/* A transfer with its post; -1: out of memory, the post is freed. */
int transfer_start(struct transfer *transfer, struct poster *poster, struct event_post *post);
void transfer_stop(struct transfer *transfer);

/* Milliseconds that the receiver asks for (Retry-After), at most a day; 0: it does not. */
int64_t transfer_retry_after_ms(const struct transfer *transfer);
long transfer_status(const struct transfer *transfer);

struct event_sender poster_sender(const struct poster *poster);

#endif
