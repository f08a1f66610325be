/* What a code means to an encoder: the word of RTMP and the status of HTTP for it, and the sentence. */
#ifndef MPE_REPLY_ANSWER_H
#define MPE_REPLY_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "mpe.h"

/* Name of a code, ": ", a message, NUL. */
#define MPE_SENTENCE_BYTES 392

struct mpe_rtmp_answer {
    const char *level;        /* "error", or "status": nothing is wrong */
    const char *connect_code; /* in onStatus, before there is a stream, and in _error */
    const char *stream_code;  /* in onStatus */
};

struct mpe_rtmp_answer mpe_answer_rtmp(const mpe_error *error);

/* header_came: the header of the body was read, and was good. retry_after_s: 0, do not say. */
int32_t mpe_answer_http(const mpe_error *error, bool header_came, int32_t *retry_after_s);

void mpe_answer_sentence(const mpe_error *error, char sentence[MPE_SENTENCE_BYTES]);

#endif
