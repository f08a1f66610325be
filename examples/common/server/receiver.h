/* What the answers of a receiver mean: to a notification, and to the question whether it wants any. */
#ifndef SERVER_RECEIVER_H
#define SERVER_RECEIVER_H

#include <stdbool.h>
#include <stdint.h>

#include <curl/curl.h>

#include "delivery_settings.h"

enum receiver_answer {
    RECEIVER_TOOK_IT,
    RECEIVER_TRY_AGAIN,    /* no answer, or one that asks for patience */
    RECEIVER_REFUSED,      /* it will not take this one, ever */
    RECEIVER_UNAUTHORIZED, /* nor this, unless the headers change */
    RECEIVER_TOO_LARGE,
    RECEIVER_GONE /* it wants no more of them */
};

enum receiver_answer receiver_judge(CURLcode result, long status);

/* Until the next try, after so many have failed. */
int64_t receiver_pause_ms(const struct delivery_retries *retries, unsigned tries);

#define RECEIVER_ORIGIN_BYTES 256
#define RECEIVER_ANSWER_BYTES 65536

/* An answer to the handshake as it comes in. */
struct receiver_handshake {
    char code[40];                      /* that Event Grid's answer must have */
    char origin[RECEIVER_ORIGIN_BYTES]; /* that CloudEvents' answer must allow */
    bool allows;
    long per_minute; /* requests; 0: as many as there are */
    char *body;      /* at most RECEIVER_ANSWER_BYTES */
    size_t length;
};

/* Takes a header, as libcurl gives it, and a part of the body. */
void receiver_take_header(struct receiver_handshake *handshake, const char *line, size_t length);
void receiver_take_body(struct receiver_handshake *handshake, const char *bytes, size_t length);

/* The body says the code. */
bool receiver_has_code(const struct receiver_handshake *handshake);

/* For a further answer. */
void receiver_forget(struct receiver_handshake *handshake);

#endif
