/* Connections that were not served, by why: counted for whoever asks, and said in the log now and then. */
#ifndef SERVER_TURNED_AWAY_H
#define SERVER_TURNED_AWAY_H

#include <stdint.h>

#include "log_out.h"
#include "turned_why.h"

struct turned_away {
    struct loss losses[TURNED_WHYS];
};

void turned_away_open(struct turned_away *turned, struct log_out *log, uv_loop_t *loop);
void turned_away_count(struct turned_away *turned, enum turned_why why);
void turned_away_close(struct turned_away *turned);

/* Of all time. */
uint64_t turned_away_counted(const struct turned_away *turned, enum turned_why why);

#endif
