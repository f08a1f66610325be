/* The clock that all processes of a fleet share: that of the server that they ask, carried on by our own. */
#ifndef SERVER_FLEET_CLOCK_H
#define SERVER_FLEET_CLOCK_H

#include <stdint.h>

struct fleet_clock {
    int64_t offset_us; /* of the server's clock from ours */
    int64_t trip_us; /* of the answer that it was learned from; grows with the answers since. 0: nothing was learned */
};

/* An answer says what the time was there, between when it was asked for and when it came (by our clock). */
void fleet_clock_learn(struct fleet_clock *clock, int64_t there_us, int64_t asked_us, int64_t answered_us);

int64_t fleet_clock_us(const struct fleet_clock *clock, int64_t now_us);

#endif
