/* What becomes of notifications in the spool: sent when due, tried again, given up, removed once delivered. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "poster.h"

#define DEFAULT_ATTEMPTS  30u
#define DEFAULT_WITHIN_MS 86400000
#define MINUTE_MS         60000

/* ------------------------------------------------------ changes of the spool */

/* Opens the change that take_results closes. */
static bool begin_change(struct poster *poster)
{
    if (!poster->is_changing) {
        if (!poster_spool_ok(poster, spool_begin(poster->place.spool, false))) {
            return false;
        }
        poster->is_changing = true;
    }
    return true;
}

static bool remove_one(struct poster *poster, const struct spool_event *event)
{
    return begin_change(poster) && poster_spool_ok(poster, spool_remove(poster->place.spool, event));
}

/* The channels of these are free again; of one channel they stand side by side. */
static bool release(struct poster *poster, const struct spool_event *events, size_t count, int64_t due_ms)
{
    for (size_t i = 0; i < count; i++) {
        const bool is_first = i == 0 || strcmp(events[i].channel, events[i - 1].channel) != 0;
        if (is_first && !poster_spool_ok(poster, spool_release(poster->place.spool, events[i].channel, due_ms))) {
            return false;
        }
    }
    return true;
}

/* ---------------------------------------------------------------- what ends */

static unsigned attempts_of(const struct poster *poster)
{
    const unsigned given = poster->settings->retries.attempts;
    return given > 0 ? given : DEFAULT_ATTEMPTS;
}

static bool is_too_old(const struct poster *poster, const struct spool_event *event)
{
    const int64_t given = poster->settings->retries.within_ms;
    return (int64_t)time(NULL) * 1000 - event->born_ms > (given > 0 ? given : DEFAULT_WITHIN_MS);
}

static void give_up(struct poster *poster, const struct transfer *transfer, const char *why)
{
    unsigned long removed = 0;
    for (size_t i = 0; i < transfer->count; i++) {
        if (!remove_one(poster, &transfer->events[i])) {
            return;
        }
        removed++;
    }
    poster_lose(poster, removed, why);
    release(poster, transfer->events, transfer->count, 0);
}

static void delivered(struct poster *poster, const struct transfer *transfer)
{
    for (size_t i = 0; i < transfer->count; i++) {
        if (!remove_one(poster, &transfer->events[i])) {
            return;
        }
        atomic_fetch_sub(&poster->pending, 1);
        atomic_fetch_add(&poster->delivered, 1);
    }
    if (release(poster, transfer->events, transfer->count, 0) && poster->was_away) {
        poster->was_away = false;
        poster_spool_ok(poster, spool_release_all(poster->place.spool, poster_now_ms()));
    }
}

/* Counts the try; those that had their last one are given up. */
static void try_again(struct poster *poster, const struct transfer *transfer, int64_t pause_ms, const char *why)
{
    unsigned long removed = 0;
    for (size_t i = 0; i < transfer->count; i++) {
        const struct spool_event *const event = &transfer->events[i];
        const bool is_last = event->tries + 1 >= attempts_of(poster);
        if (is_last ? !remove_one(poster, event)
                    : !begin_change(poster) || !poster_spool_ok(poster, spool_count_try(poster->place.spool, event))) {
            return;
        }
        removed += is_last ? 1 : 0;
    }
    if (removed > 0) {
        poster_lose(poster, removed, why);
    }
    release(poster, transfer->events, transfer->count, poster_now_ms() + pause_ms);
}

/* The headers of the file have changed, and are those of the next try. */
static bool has_new_headers(struct poster *poster)
{
    char why[DELIVERY_WHY_BYTES];
    struct curl_slist *list = NULL;
    if (poster->sink->headers_file == NULL ||
        header_file_read(poster->sink->headers_file, &list, why, sizeof(why)) != 0) {
        return false;
    }
    if (header_lists_equal(list, poster->own_headers)) {
        header_list_free(list);
        return false;
    }
    header_list_free(poster->own_headers);
    poster->own_headers = list;
    return true;
}

static int64_t pause_after(struct poster *poster, const struct transfer *transfer, CURLcode result)
{
    const int64_t pause_ms = receiver_pause_ms(&poster->settings->retries, transfer->events[0].tries + 1);
    const int64_t asked_ms = result == CURLE_OK ? transfer_retry_after_ms(transfer) : 0;
    if (asked_ms > 0) {
        poster->held_until_ms = poster_now_ms() + asked_ms; /* for all of this receiver */
    }
    return pause_ms > asked_ms ? pause_ms : asked_ms;
}

static void settle(struct poster *poster, const struct transfer *transfer, CURLcode result, const char *why)
{
    switch (receiver_judge(result, transfer_status(transfer))) {
    case RECEIVER_TOOK_IT:
        delivered(poster, transfer);
        return;
    case RECEIVER_TRY_AGAIN:
        poster->was_away = poster->was_away || result != CURLE_OK;
        try_again(poster, transfer, pause_after(poster, transfer, result), why);
        return;
    case RECEIVER_UNAUTHORIZED:
        if (has_new_headers(poster)) {
            try_again(poster, transfer, 0, why);
            return;
        }
        break;
    case RECEIVER_TOO_LARGE:
        if (transfer->count > 1) {
            poster->batch.most_events = transfer->count / 2;
            release(poster, transfer->events, transfer->count, 0);
            return;
        }
        break;
    case RECEIVER_GONE:
        poster->held_until_ms = INT64_MAX;
        poster_say(poster, POSTER_WARNS, "the receiver is gone for good (HTTP status 410): nothing more is sent to it");
        break;
    case RECEIVER_REFUSED:
        break;
    }
    give_up(poster, transfer, why);
}

void poster_finish(struct poster *poster, struct transfer *transfer, CURLcode result)
{
    char why[128];
    if (result != CURLE_OK) {
        snprintf(why, sizeof(why), "%s", curl_easy_strerror(result));
    } else {
        snprintf(why, sizeof(why), "HTTP status %ld", transfer_status(transfer));
    }
    settle(poster, transfer, result, why);
    transfer_stop(transfer);
}

/* ---------------------------------------------------------------- what begins */

static struct transfer *free_transfer(struct poster *poster)
{
    for (unsigned i = 0; i < POSTER_UNDER_WAY; i++) {
        if (poster->transfers[i].easy == NULL) {
            return &poster->transfers[i];
        }
    }
    return NULL;
}

/* Those that have waited too long go; the channels of all others stay taken. */
static void drop_old(struct poster *poster, struct transfer *transfer)
{
    unsigned long removed = 0;
    for (size_t i = 0; i < transfer->count && is_too_old(poster, &transfer->events[i]); i++) {
        if (!remove_one(poster, &transfer->events[i])) {
            return;
        }
        removed++;
    }
    if (removed > 0) {
        poster_lose(poster, removed, "they have waited too long");
        release(poster, transfer->events, transfer->count, 0); /* what is left of them comes again */
        transfer_stop(transfer);
    }
}

/* false: nothing is due, or the spool does not answer. */
static bool take_batch(struct poster *poster, struct transfer *transfer)
{
    transfer->poster = poster;
    transfer->events = calloc(poster->batch.most_events, sizeof(*transfer->events));
    if (transfer->events == NULL) {
        return false;
    }
    const enum spool_result result =
        spool_take(poster->place.spool, &poster->batch, poster_now_ms(), transfer->events, &transfer->count);
    if (!poster_spool_ok(poster, result)) {
        return false;
    }
    if (transfer->count == 0) {
        transfer_stop(transfer);
        return false;
    }
    drop_old(poster, transfer);
    return true;
}

static void start(struct poster *poster, struct transfer *transfer)
{
    struct event_post post;
    const struct event_sender sender = poster_sender(poster);
    if (event_post_make(&post, &sender, transfer->events, transfer->count, (int64_t)time(NULL)) != 0 ||
        transfer_start(transfer, poster, &post) != 0) {
        give_up(poster, transfer, "out of memory");
        transfer_stop(transfer);
        return;
    }
    if (poster->handshake.per_minute > 0) {
        poster->rate_due_ms = poster_now_ms() + MINUTE_MS / poster->handshake.per_minute;
    }
}

static bool may_start(const struct poster *poster)
{
    const int64_t now_ms = poster_now_ms();
    return poster->handshake_state == HANDSHAKE_DONE && now_ms >= poster->held_until_ms &&
           now_ms >= poster->rate_due_ms;
}

void poster_start_due(struct poster *poster)
{
    struct transfer *transfer;
    if (poster->handshake_state == HANDSHAKE_TO_BE_ASKED && poster_now_ms() >= poster->handshake_due_ms) {
        poster_ask(poster);
    }
    while (may_start(poster) && (transfer = free_transfer(poster)) != NULL && take_batch(poster, transfer)) {
        if (transfer->count > 0) {
            start(poster, transfer);
        }
    }
}
