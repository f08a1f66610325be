/* Starts the delivering thread of a URL, gives it notifications, and takes what it reports. */
#include "webhook.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <openssl/evp.h>

#include "poster.h"

#define OUTBOX_BYTES (1u << 18)

struct webhook {
    struct poster poster;
    struct log_out *log;
    struct loss loss;
    uv_thread_t thread;
    uv_async_t said;
};

/* ------------------------------------------------------------------- the URL */

/* The port, where one is written: libcurl takes 0. */
static bool port_is_zero(CURLU *parsed)
{
    char *port = NULL;
    bool is_zero = curl_url_get(parsed, CURLUPART_PORT, &port, 0) == CURLUE_OK && strtol(port, NULL, 10) == 0;
    curl_free(port);
    return is_zero;
}

const char *webhook_url_fault(const char *url)
{
    CURLU *parsed = curl_url();
    CURLUcode result = parsed != NULL ? curl_url_set(parsed, CURLUPART_URL, url, 0) : CURLUE_OUT_OF_MEMORY;
    const char *slashes = strstr(url, "://");
    size_t host_bytes = slashes != NULL ? strcspn(slashes + 3, "/?#") : 0;
    const char *fault = NULL;
    if (result == CURLUE_OUT_OF_MEMORY) {
        fault = "out of memory";
    } else if (host_bytes == 0 || slashes[3] == ':') {
        fault = "the URL has no host; write http://HOST[:PORT]/PATH";
    } else if (result == CURLUE_BAD_PORT_NUMBER || (result == CURLUE_OK && port_is_zero(parsed))) {
        fault = "the port of the URL is no number from 1 to 65535; write http://HOST[:PORT]/PATH";
    } else if (result == CURLUE_UNSUPPORTED_SCHEME) {
        fault = "this libcurl cannot speak https; write http://HOST[:PORT]/PATH";
    } else if (result != CURLUE_OK) {
        fault = "the URL cannot be read; write http://HOST[:PORT]/PATH, with %XX for what is no letter or digit";
    }
    curl_url_cleanup(parsed);
    return fault;
}

/* Host and port: user, password, path and query may be secrets. */
static void name_it(struct poster *poster, unsigned sink)
{
    CURLU *const parsed = curl_url();
    char *host = NULL;
    char *port = NULL;
    if (parsed != NULL && curl_url_set(parsed, CURLUPART_URL, poster->sink->url, 0) == CURLUE_OK) {
        curl_url_get(parsed, CURLUPART_HOST, &host, 0);
        curl_url_get(parsed, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
    }
    snprintf(poster->name, sizeof(poster->name), "events %u, %.255s:%s", sink + 1, host != NULL ? host : "",
             port != NULL ? port : "");
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(parsed);
}

/* Of the same URL and schema it is the same at the next start. */
static void name_spool(struct poster *poster)
{
    unsigned char digest[EVP_MAX_MD_SIZE] = {0};
    EVP_MD_CTX *const context = EVP_MD_CTX_new();
    EVP_DigestInit_ex(context, EVP_sha256(), NULL);
    EVP_DigestUpdate(context, poster->sink->url, strlen(poster->sink->url));
    EVP_DigestUpdate(context, &(unsigned char){(unsigned char)poster->sink->schema}, 1);
    EVP_DigestFinal_ex(context, digest, NULL);
    EVP_MD_CTX_free(context);
    for (size_t i = 0; i < 16; i++) {
        snprintf(poster->spool_name + 2 * i, 3, "%02x", digest[i]);
    }
}

/* ----------------------------------------------------------- what it reports */

static void count_losses(struct loss *loss, unsigned long count, const char *why)
{
    loss->count += count - 1;
    loss_count(loss, why);
}

static void take_outbox(struct webhook *webhook)
{
    for (struct mail *mail = mailbox_take(&webhook->poster.outbox), *next; mail != NULL; mail = next) {
        next = mail->next;
        if (mail->count > 0) {
            count_losses(&webhook->loss, (unsigned long)mail->count, mail->text);
        } else {
            log_say_at(webhook->log, mail->count == POSTER_WARNS ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "%s",
                       mail->text);
        }
        free(mail);
    }
}

static void on_said(uv_async_t *said)
{
    take_outbox(said->data);
}

void webhook_send(struct webhook *webhook, const char *json)
{
    atomic_fetch_add(&webhook->poster.pending, 1);
    const char *const why = mailbox_put(&webhook->poster.inbox, 0, json);
    if (why != NULL) {
        atomic_fetch_sub(&webhook->poster.pending, 1);
        loss_count(&webhook->loss, why);
    }
    curl_multi_wakeup(webhook->poster.multi);
}

struct notify_counts webhook_counts(const struct webhook *webhook)
{
    return (struct notify_counts){.sent = atomic_load(&webhook->poster.delivered),
                                  .lost = webhook->loss.count,
                                  .waiting = webhook_pending(webhook)};
}

unsigned long webhook_pending(const struct webhook *webhook)
{
    return atomic_load(&webhook->poster.pending);
}

/* ------------------------------------------------------------ open and close */

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void release_parts(struct webhook *webhook)
{
    mailbox_close(&webhook->poster.inbox);
    mailbox_close(&webhook->poster.outbox);
    curl_multi_cleanup(webhook->poster.multi);
    uv_close((uv_handle_t *)&webhook->said, on_closed);
}

static int open_poster(struct poster *poster, const struct delivery_settings *settings, unsigned sink)
{
    poster->settings = settings;
    poster->sink = &settings->sinks[sink];
    name_it(poster, sink);
    name_spool(poster);
    atomic_init(&poster->pending, 0);
    atomic_init(&poster->delivered, 0);
    atomic_init(&poster->to_stop, false);
    poster->multi = curl_multi_init();
    if (poster->multi == NULL || mailbox_open(&poster->inbox, settings->most_bytes) != 0) {
        curl_multi_cleanup(poster->multi);
        return -1;
    }
    if (mailbox_open(&poster->outbox, OUTBOX_BYTES) != 0) {
        mailbox_close(&poster->inbox);
        curl_multi_cleanup(poster->multi);
        return -1;
    }
    curl_multi_setopt(poster->multi, CURLMOPT_MAXCONNECTS, (long)POSTER_UNDER_WAY);
    return 0;
}

struct webhook *webhook_open(uv_loop_t *loop, struct log_out *log, const struct delivery_settings *settings,
                             unsigned sink)
{
    struct webhook *const webhook = calloc(1, sizeof(*webhook));
    if (webhook == NULL || open_poster(&webhook->poster, settings, sink) != 0) {
        free(webhook);
        return NULL;
    }
    webhook->log = log;
    webhook->loss = (struct loss){.log = log, .loop = loop, .what = "notifications were not delivered"};
    webhook->poster.said = &webhook->said;
    uv_async_init(loop, &webhook->said, on_said);
    webhook->said.data = webhook;
    if (uv_thread_create(&webhook->thread, poster_run, &webhook->poster) != 0) {
        release_parts(webhook);
        return NULL;
    }
    return webhook;
}

void webhook_close(struct webhook *webhook)
{
    atomic_store(&webhook->poster.to_stop, true);
    curl_multi_wakeup(webhook->poster.multi);
    uv_thread_join(&webhook->thread);
    take_outbox(webhook);
    loss_close(&webhook->loss);
    release_parts(webhook);
}
