/* For LD_PRELOAD: slow.example is this host, but there is no answer while the file of NO_ANSWER_WHILE is there. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int look_up(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **found)
{
    look_up *const next = (look_up *)dlsym(RTLD_NEXT, "getaddrinfo");
    const char *const file = getenv("NO_ANSWER_WHILE");
    if (host != NULL && strcmp(host, "nowhere.example") == 0) {
        return EAI_NONAME;
    }
    if (host == NULL || strcmp(host, "slow.example") != 0) {
        return next(host, port, hints, found);
    }
    while (file != NULL && access(file, F_OK) == 0) {
        usleep(20000);
    }
    return next("127.0.0.1", port, hints, found);
}
