/* Asks a receiver whether it wants notifications: Event Grid's validation event, or OPTIONS of CloudEvents. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <mpe/mpe.h>
#include <uv.h>

#include "poster.h"

/* 32 digits that nobody knows before. */
static void draw_code(char code[40])
{
    unsigned char bytes[16] = {0};
    uv_random(NULL, NULL, bytes, sizeof(bytes), 0, NULL);
    for (size_t i = 0; i < sizeof(bytes); i++) {
        snprintf(code + 2 * i, 3, "%02x", bytes[i]);
    }
}

static bool is_grid(const struct poster *poster)
{
    return poster->sink->schema == MPE_SCHEMA_EVENT_GRID;
}

/* CloudEvents, HTTP 1.1 Web Hooks for Event Delivery 1.0, section 4.1: who asks is named as a DNS name. */
static int make_options(struct poster *poster, struct event_post *post)
{
    size_t size = sizeof(poster->handshake.origin);
    if (uv_os_gethostname(poster->handshake.origin, &size) != 0) {
        snprintf(poster->handshake.origin, sizeof(poster->handshake.origin), "localhost");
    }
    *post = (struct event_post){0};
    if (event_post_header(&post->headers, "WebHook-Request-Origin", poster->handshake.origin) != 0) {
        return -1;
    }
    for (const struct curl_slist *own = poster->own_headers; own != NULL; own = own->next) {
        struct curl_slist *const longer = curl_slist_append(post->headers, own->data);
        post->headers = longer != NULL ? longer : post->headers;
    }
    return 0;
}

static void ask_later(struct poster *poster, int64_t at_least_ms)
{
    const int64_t pause_ms = receiver_pause_ms(&poster->settings->retries, ++poster->handshake_tries);
    poster->handshake_state = HANDSHAKE_TO_BE_ASKED;
    poster->handshake_due_ms = poster_now_ms() + (pause_ms > at_least_ms ? pause_ms : at_least_ms);
}

/* The same reason is said once. */
static void say_refusal(struct poster *poster, const char *why)
{
    if (strcmp(poster->handshake_said, why) == 0) {
        return;
    }
    snprintf(poster->handshake_said, sizeof(poster->handshake_said), "%s", why);
    poster_say(poster, POSTER_WARNS,
               "the receiver has not agreed to be sent notifications (%s): it gets none until it does, and is asked "
               "again; one that knows no handshake needs --handshake off",
               why);
}

void poster_ask(struct poster *poster)
{
    struct event_post post;
    const struct event_sender sender = poster_sender(poster);
    receiver_forget(&poster->handshake);
    draw_code(poster->handshake.code);
    const int made = is_grid(poster)
                         ? event_post_validation(&post, &sender, poster->handshake.code, (int64_t)time(NULL))
                         : make_options(poster, &post);
    if (made == 0 && transfer_start(&poster->asking, poster, &post) == 0) {
        poster->handshake_state = HANDSHAKE_ASKED;
    } else {
        ask_later(poster, 0);
    }
}

void poster_take_answer(struct poster *poster, CURLcode result)
{
    char why[128];
    const long status = result == CURLE_OK ? transfer_status(&poster->asking) : 0;
    const int64_t retry_after_ms = result == CURLE_OK ? transfer_retry_after_ms(&poster->asking) : 0;
    const bool is_answer = status >= 200 && status < 300;
    const bool agrees = is_grid(poster) ? receiver_has_code(&poster->handshake) : poster->handshake.allows;
    transfer_stop(&poster->asking);
    if (is_answer && agrees) {
        poster->handshake_state = HANDSHAKE_DONE;
        poster->handshake_said[0] = '\0';
        poster_say(poster, POSTER_INFORMS, "the receiver has agreed to be sent notifications");
        return;
    }
    if (result != CURLE_OK) {
        snprintf(why, sizeof(why), "%s", curl_easy_strerror(result));
    } else if (!is_answer) {
        snprintf(why, sizeof(why), "HTTP status %ld", status);
    } else {
        snprintf(why, sizeof(why), "%s",
                 is_grid(poster) ? "no validationResponse with the code in its answer"
                                 : "no WebHook-Allowed-Origin for this host in its answer");
    }
    say_refusal(poster, why);
    ask_later(poster, retry_after_ms);
}
