/* Judges HTTP statuses, computes pauses between tries, and reads the answer to a handshake. */
#include "receiver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#define MOST_PER_MINUTE 1000000

enum receiver_answer receiver_judge(CURLcode result, long status)
{
    if (result != CURLE_OK || status >= 500 || status == 408 || status == 429) {
        return RECEIVER_TRY_AGAIN;
    }
    if (status >= 200 && status < 300) {
        return RECEIVER_TOOK_IT;
    }
    switch (status) {
    case 401:
    case 403:
        return RECEIVER_UNAUTHORIZED;
    case 410:
        return RECEIVER_GONE;
    case 413:
        return RECEIVER_TOO_LARGE;
    default:
        return RECEIVER_REFUSED;
    }
}

int64_t receiver_pause_ms(const struct delivery_retries *retries, unsigned tries)
{
    /* Event Grid's schedule. */
    static const int64_t pauses_s[] = {10, 30, 60, 300, 600, 1800, 3600, 10800, 21600, 43200};
    const unsigned count = sizeof(pauses_s) / sizeof(pauses_s[0]);
    const unsigned index = tries > 0 ? tries - 1 : 0;
    if (retries->pause_count > 0) {
        return retries->pauses_ms[index < retries->pause_count ? index : retries->pause_count - 1];
    }
    return 1000 * pauses_s[index < count ? index : count - 1];
}

/* ----------------------------------------------------------------- handshake */

/* The value of a header of this name, without blanks around it. NULL: the line is another. */
static const char *value_of(const char *line, size_t length, const char *name, char *value, size_t size)
{
    const size_t behind = strlen(name) + 1;
    if (length < behind || strncasecmp(line, name, behind - 1) != 0 || line[behind - 1] != ':') {
        return NULL;
    }
    line += behind;
    length -= behind;
    while (length > 0 && (*line == ' ' || *line == '\t')) {
        line++;
        length--;
    }
    while (length > 0 && strchr(" \t\r\n", line[length - 1]) != NULL) {
        length--;
    }
    snprintf(value, size, "%.*s", (int)length, line);
    return value;
}

void receiver_take_header(struct receiver_handshake *handshake, const char *line, size_t length)
{
    char text[RECEIVER_ORIGIN_BYTES];
    if (value_of(line, length, "WebHook-Allowed-Origin", text, sizeof(text)) != NULL) {
        handshake->allows = strcmp(text, "*") == 0 || strcasecmp(text, handshake->origin) == 0;
    } else if (value_of(line, length, "WebHook-Allowed-Rate", text, sizeof(text)) != NULL) {
        const long rate = strtol(text, NULL, 10); /* "*" is no number: no bound */
        handshake->per_minute = rate > 0 && rate < MOST_PER_MINUTE ? rate : 0;
    }
}

void receiver_take_body(struct receiver_handshake *handshake, const char *bytes, size_t length)
{
    if (length > RECEIVER_ANSWER_BYTES - handshake->length) {
        length = RECEIVER_ANSWER_BYTES - handshake->length;
    }
    char *const longer = realloc(handshake->body, handshake->length + length + 1);
    if (longer != NULL) {
        memcpy(longer + handshake->length, bytes, length);
        handshake->body = longer;
        handshake->length += length;
    }
}

bool receiver_has_code(const struct receiver_handshake *handshake)
{
    json_t *const answer = handshake->body != NULL ? json_loadb(handshake->body, handshake->length, 0, NULL) : NULL;
    const char *const code = json_string_value(json_object_get(answer, "validationResponse"));
    const bool is_it = code != NULL && strcmp(code, handshake->code) == 0;
    json_decref(answer);
    return is_it;
}

void receiver_forget(struct receiver_handshake *handshake)
{
    free(handshake->body);
    handshake->body = NULL;
    handshake->length = 0;
    handshake->allows = false;
    handshake->per_minute = 0;
}
