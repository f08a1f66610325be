/* A datagram socket of this machine, that nobody waits for. */
#include "datagram.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int datagram_connect(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const size_t length = name != NULL ? strlen(name) : 0;
    if (length < 2 || length >= sizeof(address.sun_path) || (*name != '/' && *name != '@')) {
        return -1;
    }
    memcpy(address.sun_path, name, length);
    address.sun_path[0] = *name == '@' ? '\0' : '/';
    const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    if (descriptor >= 0 && connect(descriptor, (const struct sockaddr *)&address, size) != 0) {
        close(descriptor);
        return -1;
    }
    return descriptor;
}

bool datagram_send(int descriptor, const void *bytes, size_t length)
{
    return descriptor >= 0 && send(descriptor, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)length;
}
