/* A POST of notifications: its body, its headers, its signature. */
#ifndef SERVER_EVENT_POST_H
#define SERVER_EVENT_POST_H

#include <stddef.h>
#include <stdint.h>

#include <curl/curl.h>

#include "delivery_settings.h"
#include "header_file.h"
#include "spool.h"

struct event_post {
    char *body;
    size_t length;
    struct curl_slist *headers; /* to be freed with header_list_free, as they may hold secrets */
};

/* What is said of each POST of a sink. */
struct event_sender {
    const struct delivery_sink *sink;
    const char *subscription_name;
    const struct curl_slist *own_headers;
    const struct signing_key *key;
};

/* The channel whose order a notification keeps, to be freed. NULL: it is no notification, or out of memory. */
char *event_channel(const char *json);

/* Of at least one notification. 0, or -1: out of memory. */
int event_post_make(struct event_post *post, const struct event_sender *sender, const struct spool_event *events,
                    size_t count, int64_t unix_s);

/* The question of Event Grid's handshake; the receiver says the code. 0, or -1: out of memory. */
int event_post_validation(struct event_post *post, const struct event_sender *sender, const char *code, int64_t unix_s);

/* Adds a header: "name: value", where the value may be anything: what no header can hold is left out. 0, or -1. */
int event_post_header(struct curl_slist **list, const char *name, const char *value);

void event_post_free(struct event_post *post);

#endif
