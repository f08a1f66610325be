/* Where an operator may look: --admin and its token, or the same of a configuration. */
#ifndef SERVER_ADMIN_OPTIONS_H
#define SERVER_ADMIN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#define ADMIN_TOKEN_BYTES 257
#define ADMIN_WHY_BYTES   400

struct admin_options {
    bool is_on;
    struct sockaddr_storage address;
    char token[ADMIN_TOKEN_BYTES]; /* a secret; "": none is asked for */
};

/* Texts NULL: not given. 0; or -1 and a sentence, which names no secret. */
int admin_options_read(struct admin_options *options, const char *address, const char *token_file,
                       char why[ADMIN_WHY_BYTES]);

#endif
