/* Reads HOST:PORT of an upstream server, and looks its addresses up. */
#include "upstream_target.h"

#include <string.h>

#include "server_address.h"

const char *upstream_target_read(struct upstream_target *target, const char *text)
{
    char host[SERVER_HOST_BYTES];
    char port[SERVER_PORT_BYTES];
    if (server_split_address(text, host, port) != 0 || strcmp(port, "0") == 0) {
        return "address: give host and port, as in 127.0.0.1:1936 or [::1]:1936";
    }
    target->count = server_look_up(host, port, 0, target->addresses, UPSTREAM_ADDRESSES);
    return target->count > 0 ? NULL : "address: no address is known for this host; check its spelling and the DNS";
}
