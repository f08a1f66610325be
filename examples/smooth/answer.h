/* Answers to an encoder: the HTTP status of a finding, and a body of JSON that says why. */
#ifndef SMOOTH_ANSWER_H
#define SMOOTH_ANSWER_H

#include <microhttpd.h>
#include <mpe/mpe.h>

struct answer {
    unsigned status;
    int32_t retry_after_s; /* 0: not said */
    char *body;            /* JSON, or NULL: none */
};

/* Of a finding or an ending of the session. */
struct answer answer_to(const mpe_session *session, const mpe_error *error);

/* Of this program itself, with a sentence; of no finding. */
struct answer answer_plain(unsigned status, const char *sentence);

/* Without its body where memory runs out. */
struct answer answer_copy(const struct answer *answer);

void answer_free(struct answer *answer);

/* Through libmicrohttpd: before the body of a request, or after it. */
enum MHD_Result answer_queue(struct MHD_Connection *connection, const struct answer *answer);

/*
 * In the middle of a body, where libmicrohttpd takes no answer: writes it to the socket, and the end after it. Nothing
 * else may be written to the connection from then on.
 */
void answer_now(int socket, const struct answer *answer);

#endif
