#include "peer.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

void peer_text(const struct sockaddr *address, char *text, size_t size)
{
    char host[INET6_ADDRSTRLEN] = "";
    if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
        inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
        snprintf(text, size, "[%s]:%u", host, (unsigned)ntohs(v6->sin6_port));
    } else {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
        inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host);
        snprintf(text, size, "%s:%u", host, (unsigned)ntohs(v4->sin_port));
    }
}

void peer_host(const char *peer, char *text, size_t size)
{
    const bool v6 = peer[0] == '[';
    snprintf(text, size, "%s", peer + (v6 ? 1 : 0));
    text[strcspn(text, v6 ? "]" : ":")] = '\0';
}

void peer_masked(const mpe_channel *channel, const char *peer, char *text, size_t size)
{
    int64_t mask = 1;
    mpe_channel_get(channel, MPE_PARAM_MASK_ADDRESS, &mask);
    peer_host(peer, text, size);
    char *dot = strrchr(text, '.');
    char *last = dot != NULL ? dot : strrchr(text, ':');
    if (mask != 0 && last != NULL) {
        snprintf(last + 1, size - (size_t)(last + 1 - text), "xxx");
    }
}

void peer_report(const mpe_channel *channel, const struct peer_history *history, const mpe_error *error, char *line,
                 size_t size)
{
    char who[PEER_BYTES];
    char numbers[128] = "";
    peer_masked(channel, history->peer, who, sizeof who);
    if ((error->flags & MPE_ERROR_HAS_VALUE) != 0 && (error->flags & MPE_ERROR_HAS_LIMIT) != 0) {
        snprintf(numbers, sizeof numbers, " (%" PRId64 " %s, limit %" PRId64 ")", error->value, error->unit,
                 error->limit);
    } else if ((error->flags & MPE_ERROR_HAS_VALUE) != 0) {
        snprintf(numbers, sizeof numbers, " (%" PRId64 " %s)", error->value, error->unit);
    }
    const bool has_name = history->channel != NULL;
    snprintf(line, size, "%s%s%s %s %s after %" PRIu64 " bytes, %" PRId64 " ms%s: %s", history->id, has_name ? " " : "",
             has_name ? history->channel : "", who, mpe_code_name(error->code), history->received_bytes,
             history->lasted_us / 1000, numbers, error->message);
}
