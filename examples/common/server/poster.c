/* The turns of the delivering thread: take what was sent, start POSTs, wait for libcurl. */
#include "poster.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINE_BYTES      1000
#define LONGEST_WAIT_MS 60000
#define MOST_ADDED      256u /* in one change of the spool */
#define BATCH_BYTES     1000000u

/* ------------------------------------------------------------------ the log */

int64_t poster_now_ms(void)
{
    return (int64_t)(uv_hrtime() / 1000000);
}

static int64_t unix_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void poster_say(struct poster *poster, long level, const char *format, ...)
{
    char text[LINE_BYTES];
    const int length = snprintf(text, sizeof(text), "%s: ", poster->name);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + length, sizeof(text) - (size_t)length, format, arguments);
    va_end(arguments);
    mailbox_put(&poster->outbox, level, text);
    uv_async_send(poster->said);
}

void poster_lose(struct poster *poster, unsigned long count, const char *why)
{
    atomic_fetch_sub(&poster->pending, count);
    mailbox_put(&poster->outbox, (long)count, why);
    uv_async_send(poster->said);
}

struct event_sender poster_sender(const struct poster *poster)
{
    const char *const given = poster->sink->subscription_name;
    return (struct event_sender){.sink = poster->sink,
                                 .subscription_name = given != NULL ? given : poster->settings->program,
                                 .own_headers = poster->own_headers,
                                 .key = &poster->key};
}

/* --------------------------------------------------------------- the spool */

static void say_of_spool(struct poster *poster)
{
    if (poster->place.why[0] != '\0') {
        poster_say(poster, POSTER_WARNS, "%s", poster->place.why);
        poster->place.why[0] = '\0';
    }
}

bool poster_spool_ok(struct poster *poster, enum spool_result result)
{
    if (result == SPOOL_OK) {
        return true;
    }
    const uint64_t before = spool_count(poster->place.spool);
    for (unsigned i = 0; i < POSTER_UNDER_WAY; i++) {
        transfer_stop(&poster->transfers[i]);
    }
    poster->is_changing = false;
    spool_place_leave(&poster->place);
    say_of_spool(poster);
    const uint64_t after = poster->place.spool != NULL ? spool_count(poster->place.spool) : 0;
    if (after < before) {
        poster_lose(poster, (unsigned long)(before - after), "the spool could not be read");
    } else {
        atomic_fetch_add(&poster->pending, (unsigned long)(after - before)); /* their removal was not written */
    }
    return false;
}

/* false: this one is lost; the reason was said. */
static bool add_one(struct poster *poster, const char *json)
{
    struct spool_event event = {.channel = event_channel(json), .json = (char *)(uintptr_t)json, .born_ms = unix_ms()};
    enum spool_result result = SPOOL_FAILED;
    if (event.channel != NULL) {
        result = spool_add(poster->place.spool, &event);
        if (result != SPOOL_OK && result != SPOOL_FULL) {
            free(event.channel);
            return false;
        }
    }
    free(event.channel);
    if (result != SPOOL_OK) {
        poster_lose(poster, 1, result == SPOOL_FULL ? "the spool is full" : "out of memory");
    }
    return true;
}

static struct mail *fail_to_add(struct poster *poster, struct mail *mail)
{
    spool_roll_back(poster->place.spool);
    poster_spool_ok(poster, SPOOL_FAILED);
    return mail;
}

/* As one change of the disk. Returns what is left: all of it, where the disk failed. */
static struct mail *add_some(struct poster *poster, struct mail *mail)
{
    struct mail *one = mail;
    if (!poster_spool_ok(poster, spool_begin(poster->place.spool, true))) {
        return mail;
    }
    for (unsigned i = 0; one != NULL && i < MOST_ADDED; i++, one = one->next) {
        if (!add_one(poster, one->text)) {
            return fail_to_add(poster, mail);
        }
    }
    if (spool_commit(poster->place.spool) != SPOOL_OK) {
        return fail_to_add(poster, mail);
    }
    for (struct mail *next; mail != one; mail = next) {
        next = mail->next;
        free(mail);
    }
    return mail;
}

static void take_mail(struct poster *poster)
{
    struct mail *mail = mailbox_take(&poster->inbox);
    while (mail != NULL && poster->place.spool != NULL) {
        mail = add_some(poster, mail);
    }
    for (struct mail *next; mail != NULL; mail = next) {
        next = mail->next;
        free(mail);
        poster_lose(poster, 1, "out of memory");
    }
}

/* ------------------------------------------------------------------ the loop */

static void take_results(struct poster *poster)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(poster->multi, &left)) != NULL) {
        struct transfer *transfer = NULL;
        const CURLcode result = message->data.result;
        if (message->msg != CURLMSG_DONE ||
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer) != CURLE_OK) {
            continue;
        }
        if (transfer == &poster->asking) {
            poster_take_answer(poster, result);
        } else {
            poster_finish(poster, transfer, result);
        }
    }
    if (poster->is_changing && poster->place.spool != NULL) {
        poster->is_changing = false;
        poster_spool_ok(poster, spool_commit(poster->place.spool));
    }
}

static bool has_free_transfer(const struct poster *poster)
{
    for (unsigned i = 0; i < POSTER_UNDER_WAY; i++) {
        if (poster->transfers[i].easy == NULL) {
            return true;
        }
    }
    return false;
}

/* Until there is something to start; libcurl wakes by itself for what is on its way. */
static int wait_ms(struct poster *poster)
{
    const int64_t now_ms = poster_now_ms();
    int64_t due_ms = INT64_MAX;
    if (poster->handshake_state == HANDSHAKE_TO_BE_ASKED) {
        due_ms = poster->handshake_due_ms;
    } else if (poster->handshake_state == HANDSHAKE_DONE && has_free_transfer(poster)) {
        due_ms = spool_next_ms(poster->place.spool);
        due_ms = due_ms > poster->held_until_ms ? due_ms : poster->held_until_ms;
        due_ms = due_ms > poster->rate_due_ms ? due_ms : poster->rate_due_ms;
    }
    if (due_ms <= now_ms) {
        return 1;
    }
    return (int)(due_ms - now_ms < LONGEST_WAIT_MS ? due_ms - now_ms : LONGEST_WAIT_MS);
}

static void turn(struct poster *poster)
{
    int running;
    take_mail(poster);
    if (poster->place.spool != NULL) {
        poster_start_due(poster);
    }
    curl_multi_perform(poster->multi, &running);
    take_results(poster);
}

static void begin(struct poster *poster)
{
    char why[DELIVERY_WHY_BYTES];
    const struct delivery_sink *const sink = poster->sink;
    poster->batch =
        (struct spool_batch){.most_events = sink->batch_events > 1 ? sink->batch_events : 1, .most_bytes = BATCH_BYTES};
    if (sink->headers_file != NULL &&
        header_file_read(sink->headers_file, &poster->own_headers, why, sizeof(why)) != 0) {
        poster_say(poster, POSTER_WARNS, "headers: %s", why);
    }
    if (sink->key_file != NULL && signing_key_read(sink->key_file, &poster->key, why, sizeof(why)) != 0) {
        poster_say(poster, POSTER_WARNS, "key: %s", why);
    }
    /* A topic of Event Grid takes notifications from who has its key, and asks nobody back. */
    const bool is_topic = header_list_has(poster->own_headers, "aeg-sas-key");
    poster->handshake_state = sink->no_handshake || is_topic ? HANDSHAKE_DONE : HANDSHAKE_TO_BE_ASKED;
    poster->place.memory_bytes = poster->settings->most_bytes;
    spool_place_open(&poster->place, &poster->settings->spool, poster->spool_name);
    say_of_spool(poster);
    if (poster->place.spool != NULL && spool_count(poster->place.spool) > 0) {
        const uint64_t count = spool_count(poster->place.spool);
        atomic_fetch_add(&poster->pending, (unsigned long)count);
        poster_say(poster, POSTER_INFORMS, "%" PRIu64 " notifications of before are in the spool", count);
    }
}

static void end(struct poster *poster)
{
    take_mail(poster); /* on a disk it is safe */
    for (unsigned i = 0; i < POSTER_UNDER_WAY; i++) {
        transfer_stop(&poster->transfers[i]);
    }
    transfer_stop(&poster->asking);
    receiver_forget(&poster->handshake);
    const uint64_t count = poster->place.spool != NULL ? spool_count(poster->place.spool) : 0;
    if (count > 0 && poster->place.is_on_disk) {
        poster_say(poster, POSTER_INFORMS, "%" PRIu64 " notifications stay in the spool", count);
    } else if (count > 0) {
        poster_lose(poster, (unsigned long)count, "the program ends");
    }
    spool_close(poster->place.spool);
    header_list_free(poster->own_headers);
    memset(&poster->key, 0, sizeof(poster->key));
}

void poster_run(void *user)
{
    struct poster *const poster = user;
    begin(poster);
    while (!atomic_load(&poster->to_stop)) {
        turn(poster);
        if (poster->place.spool == NULL) {
            curl_multi_poll(poster->multi, NULL, 0, LONGEST_WAIT_MS, NULL);
        } else {
            curl_multi_poll(poster->multi, NULL, 0, wait_ms(poster), NULL);
        }
    }
    end(poster);
}
