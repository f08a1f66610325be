/* The body of an answer over HTTP. */
#ifndef MPE_REPLY_HTTP_H
#define MPE_REPLY_HTTP_H

#include <stddef.h>

#include "mpe.h"

/* As mpe_reply_http writes it: MPE_OK, MPE_BUFFER_TOO_SMALL. */
mpe_status mpe_http_body(const mpe_error *error, char *buffer, size_t size, size_t *needed);

#endif
