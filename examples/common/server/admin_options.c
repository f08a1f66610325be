/* Reads --admin and its token; an address beyond this machine needs a token. */
#include "admin_options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "server_address.h"

#define LEAST_TOKEN      16
#define TOKEN_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/="

static bool is_loopback(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET6) {
        return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)address)->sin6_addr);
    }
    return ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24 == 127;
}

static int read_token(char token[ADMIN_TOKEN_BYTES], const char *file, char *why)
{
    char line[ADMIN_TOKEN_BYTES + 2] = "";
    FILE *const in = fopen(file, "re");
    if (in == NULL) {
        snprintf(why, ADMIN_WHY_BYTES, "%.200s: %s", file, strerror(errno));
        return -1;
    }
    const char *const got = fgets(line, sizeof(line), in);
    fclose(in);
    line[strcspn(line, "\r\n")] = '\0';
    const size_t length = got != NULL ? strlen(line) : 0;
    const bool is_plain = strspn(line, TOKEN_CHARACTERS) == length;
    if (length < LEAST_TOKEN || length >= ADMIN_TOKEN_BYTES || !is_plain) {
        snprintf(why, ADMIN_WHY_BYTES,
                 "%.200s: its first line must be a token of 16 to 256 letters, digits and -._~+/=, as "
                 "\"openssl rand -hex 24\" writes one",
                 file);
        return -1;
    }
    memcpy(token, line, length + 1);
    return 0;
}

int admin_options_read(struct admin_options *options, const char *address, const char *token_file,
                       char why[ADMIN_WHY_BYTES])
{
    if (address == NULL && token_file != NULL) {
        snprintf(why, ADMIN_WHY_BYTES, "a token is of no use without an address to listen at: give one, too");
        return -1;
    }
    if (address == NULL) {
        return 0;
    }
    if (server_read_listen(address, &options->address) != 0) {
        snprintf(why, ADMIN_WHY_BYTES, "%.80s: give a numeric address and a port, as in 127.0.0.1:9090", address);
        return -1;
    }
    if (token_file != NULL && read_token(options->token, token_file, why) != 0) {
        return -1;
    }
    if (token_file == NULL && !is_loopback(&options->address)) {
        snprintf(why, ADMIN_WHY_BYTES,
                 "%.80s: others than this machine reach it; give a token by a file, or take 127.0.0.1", address);
        return -1;
    }
    options->is_on = true;
    return 0;
}
