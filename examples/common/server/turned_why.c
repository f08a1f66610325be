/* Words for why a connection was not served. */
#include "turned_why.h"

const char *turned_away_name(enum turned_why why)
{
    static const char *const names[TURNED_WHYS] = {
        [TURNED_FULL] = "connections",
        [TURNED_ADDRESS_FULL] = "address",
        [TURNED_OFTEN] = "rate",
        [TURNED_ADDRESS_OFTEN] = "address_rate",
        [TURNED_NO_HEADER] = "proxy_header",
        [TURNED_LATE_HEADER] = "proxy_header_late",
        [TURNED_NOT_TRUSTED] = "proxy_untrusted",
        [TURNED_PLAYS] = "player",
        [TURNED_LATE] = "late",
        [TURNED_MEMORY] = "memory",
    };
    return names[why];
}
