/*
 * A service that is asked who may publish: a POST of a form as the on_publish of nginx-rtmp sends it. Nobody waits for
 * it but who is asked about, and not for long.
 */
#ifndef SERVER_AUTHORIZE_H
#define SERVER_AUTHORIZE_H

#include <stdbool.h>

#include "config.h"
#include "http_loop.h"

#define AUTHORIZE_NAME_BYTES 1024

struct authorize_target {
    char *url; /* NULL: nobody is asked */
    long timeout_ms;
    bool accepts_otherwise; /* where no answer comes that can be understood */
};

/* Texts are "" where they are not known. */
struct authorize_question {
    const char *app;
    const char *name; /* with its query, whose fields are sent, too */
    const char *address;
    const char *tc_url;
    const char *flash_ver;
    const char *client_id;
};

struct authorize_answer {
    bool is_accepted;
    const char *fault;               /* why it is no answer, or NULL */
    char name[AUTHORIZE_NAME_BYTES]; /* to publish under instead, or "" */
    char *channel;                   /* its name, or NULL */
    struct config_set *set;          /* parameters, or NULL */
};

struct authorizer {
    struct http_loop http;
    const struct authorize_target *target;
};

struct authorize_request;

/* NULL, or what is wrong with the settings, which target is then none of. */
const char *authorize_read(struct authorize_target *target, const struct config_authorize *settings);

/* 0, or -1: no memory. target must stay. */
int authorizer_open(struct authorizer *authorizer, const struct authorize_target *target, uv_loop_t *loop);
void authorizer_close(struct authorizer *authorizer);

/*
 * Asks; the answer comes as a call, never before this returns, and is of that call alone. NULL: no memory. The request
 * is over with its answer, or with authorize_cancel.
 */
struct authorize_request *authorize_ask(struct authorizer *authorizer, const struct authorize_question *question,
                                        void (*on_answer)(void *user, const struct authorize_answer *answer),
                                        void *user);
void authorize_cancel(struct authorize_request *request);

#endif
