/* One POST of notifications, or one OPTIONS of a handshake, in libcurl. */
#include <stdlib.h>

#include "poster.h"

#define CONNECT_WITHIN_MS  5000L
#define ANSWER_WITHIN_MS   30000L /* as Event Grid */
#define MOST_RETRY_AFTER_S 86400

static size_t take_header(char *line, size_t size, size_t count, void *user)
{
    receiver_take_header(user, line, size * count);
    return size * count;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *user)
{
    if (user != NULL) {
        receiver_take_body(user, bytes, size * count);
    }
    return size * count;
}

static void configure(CURL *easy, const struct transfer *transfer)
{
    struct poster *const poster = transfer->poster;
    const bool is_asking = transfer == &poster->asking;
    curl_easy_setopt(easy, CURLOPT_URL, poster->sink->url);
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->post.headers);
    if (transfer->post.body != NULL) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->post.body);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)transfer->post.length);
    } else {
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "OPTIONS");
    }
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, is_asking ? &poster->handshake : NULL);
    if (is_asking) {
        curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
        curl_easy_setopt(easy, CURLOPT_HEADERDATA, &poster->handshake);
    }
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_WITHIN_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, ANSWER_WITHIN_MS);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
}

int transfer_start(struct transfer *transfer, struct poster *poster, struct event_post *post)
{
    CURL *const easy = curl_easy_init();
    transfer->poster = poster;
    transfer->post = *post;
    transfer->easy = easy;
    if (easy != NULL) {
        configure(easy, transfer);
        if (curl_multi_add_handle(poster->multi, easy) == CURLM_OK) {
            return 0;
        }
        curl_easy_cleanup(easy);
    }
    transfer->easy = NULL;
    event_post_free(&transfer->post);
    return -1;
}

void transfer_stop(struct transfer *transfer)
{
    if (transfer->easy != NULL) {
        curl_multi_remove_handle(transfer->poster->multi, transfer->easy);
        curl_easy_cleanup(transfer->easy);
        transfer->easy = NULL;
    }
    event_post_free(&transfer->post);
    for (size_t i = 0; i < transfer->count; i++) {
        spool_event_free(&transfer->events[i]);
    }
    free(transfer->events);
    transfer->events = NULL;
    transfer->count = 0;
}

int64_t transfer_retry_after_ms(const struct transfer *transfer)
{
    curl_off_t seconds = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &seconds);
    return 1000 * (seconds < MOST_RETRY_AFTER_S ? (int64_t)seconds : MOST_RETRY_AFTER_S);
}

long transfer_status(const struct transfer *transfer)
{
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}
