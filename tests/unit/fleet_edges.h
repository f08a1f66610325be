/* One channel on three edges: their sessions as the sums see them, and what the edges tell each other. */
#ifndef TESTS_UNIT_FLEET_EDGES_H
#define TESTS_UNIT_FLEET_EDGES_H

#include "channel/channel.h"
#include "channel/compare.h"
#include "mpe.h"
#include "share.h"

enum { SECOND_US = 1000000, LEASE_US = 10 * SECOND_US, EDGES = 3, EDGE_PARTS = 3 };

/* The fleet's clock is this far ahead of the caller's. */
#define FLEET_US INT64_C(1700000000000000)

extern const uint8_t fleet_key[MPE_FLEET_KEY_BYTES];
extern mpe_channel *channels[EDGES];
extern struct mpe_part parts[EDGES][EDGE_PARTS];
extern struct mpe_totals totals;           /* of the last call */
extern uint8_t bytes[MPE_SHARE_MAX_BYTES]; /* the last share, */
extern size_t len;                         /* so long */

void begin_fleet(int32_t kind);
void end_fleet(void);

void share_at(int edge, int64_t now_us);
mpe_status take_at(int edge, int64_t now_us);

/* One edge tells one other. */
void tell(int from, int to, int64_t now_us);

/* A session of an edge has a quality: is there one more? It has a rate, or a name. */
bool hold(int edge, int part, int32_t width_px, int64_t now_us);
void rate(int edge, int part, int64_t bps, int64_t now_us);
void name(int edge, int part, const char *text);

unsigned signals(int edge, int part);
mpe_channel_sums sums(int edge);

#endif
