/* Connections that were not served, by why: counted for whoever asks, and said in the log now and then. */
#ifndef SERVER_TURNED_AWAY_H
#define SERVER_TURNED_AWAY_H

#include <stdint.h>

#include "log_out.h"

enum turned_why {
    TURNED_FULL,          /* too many at once */
    TURNED_ADDRESS_FULL,  /* ... of one address */
    TURNED_OFTEN,         /* too many in a second */
    TURNED_ADDRESS_OFTEN, /* ... of one address */
    TURNED_NO_HEADER,     /* of the PROXY protocol */
    TURNED_LATE_HEADER,
    TURNED_NOT_TRUSTED, /* to send one */
    TURNED_PLAYS,
    TURNED_LATE, /* nothing was published in time, or no request came */
    TURNED_MEMORY,
    TURNED_WHYS
};

struct turned_away {
    struct loss losses[TURNED_WHYS];
};

void turned_away_open(struct turned_away *turned, struct log_out *log, uv_loop_t *loop);
void turned_away_count(struct turned_away *turned, enum turned_why why);
void turned_away_close(struct turned_away *turned);

/* Of all time. */
uint64_t turned_away_counted(const struct turned_away *turned, enum turned_why why);

/* A word for a label. */
const char *turned_away_name(enum turned_why why);

#endif
