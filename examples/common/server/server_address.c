/* Splits addresses into host and port, and looks hosts up. */
#include "server_address.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int server_split_address(const char *text, char host[SERVER_HOST_BYTES], char port[SERVER_PORT_BYTES])
{
    const char *colon = strrchr(text, ':');
    if (colon == NULL || colon == text) {
        return -1;
    }
    size_t length = (size_t)(colon - text);
    if (text[0] == '[' && text[length - 1] == ']') {
        text++;
        length -= 2;
    } else if (memchr(text, ':', length) != NULL) {
        return -1; /* IPv6 without brackets: nobody knows where the port begins */
    }
    size_t digits = strspn(colon + 1, "0123456789");
    if (length == 0 || length >= SERVER_HOST_BYTES || digits == 0 || digits > 5 || colon[1 + digits] != '\0' ||
        atoi(colon + 1) > 65535) {
        return -1;
    }
    memcpy(host, text, length);
    host[length] = '\0';
    snprintf(port, SERVER_PORT_BYTES, "%s", colon + 1);
    return 0;
}

int server_look_up(const char *host, const char *port, int flags, struct sockaddr_storage *found, int most)
{
    const struct addrinfo hints = {
        .ai_flags = flags | AI_NUMERICSERV, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    int count = 0;
    if (getaddrinfo(host, port, &hints, &list) != 0) {
        return 0;
    }
    for (const struct addrinfo *one = list; one != NULL && count < most; one = one->ai_next) {
        memcpy(&found[count++], one->ai_addr, one->ai_addrlen);
    }
    freeaddrinfo(list);
    return count;
}

int server_read_listen(const char *text, struct sockaddr_storage *address)
{
    char host[SERVER_HOST_BYTES];
    char port[SERVER_PORT_BYTES];
    return server_split_address(text, host, port) == 0 &&
                   server_look_up(host, port, AI_NUMERICHOST | AI_PASSIVE, address, 1) == 1
               ? 0
               : -1;
}
